"""Which places of a plan can lie at a site at all, told from the plan's words alone.

Locating a place costs milliseconds and plans have a thousand. Lines and areas are clipped to the plan's territory
(where.md), so at a site outside it only points, and places that say ``beyond``, need to be looked up.
"""

from __future__ import annotations

from typing import Final

from geo.spec import where as w

#: Forms that become lines or areas, never points, whatever stands inside them.
_CLIPPED: Final = (
    w.Everywhere, w.District, w.Buffer, w.Around, w.RidgeOr, w.Slope, w.Elevation, w.River, w.Basin,
    w.Upstream, w.Downstream, w.Unlocated,
)  # fmt: skip


def may_leave(form: w.Form) -> bool:
    """Tell whether a place may lie outside its plan's territory.

    >>> may_leave(w.District(district=("屯留区",))), may_leave(w.Place(place=("武良",)))
    (False, True)
    >>> may_leave(w.River(river=("汾河",), beyond=True))
    True
    """
    return _beyond(form) or _may_be_points(form)


def _beyond(form: w.Form) -> bool:
    return form.beyond or any(map(_beyond, _parts(form)))


def _may_be_points(form: w.Form) -> bool:
    if isinstance(form, _CLIPPED):
        return False
    if isinstance(form, w.All):  # what all have in common lies in each
        return all(map(_may_be_points, form.all))
    if isinstance(form, w.Any_):
        return any(map(_may_be_points, form.any))
    return _may_be_points(form.minus[0]) if isinstance(form, w.Minus) else True


def _parts(form: w.Form) -> list[w.Form]:
    """The forms directly inside a form."""
    inside: list[w.Form] = []
    for name in type(form).model_fields:
        value = getattr(form, name)
        held = value if isinstance(value, tuple) else (value,)
        inside += [part for part in held if isinstance(part, w.Form)]
    return inside

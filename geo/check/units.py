"""Which control units a footprint lies in, each with its access list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import shapely

from geo.findings.unit import UnitHit
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely import Geometry

    from geo.spec.units import UnitRow
    from geo.store.layers import LayerTable

_KIND: Final = "control_unit"


def units_at(
    site: Geometry, tables: Iterable[LayerTable], units: Mapping[str, UnitRow]
) -> tuple[UnitHit, ...]:
    """List the units that share ground with a footprint (EPSG:4490), by code.

    Units that only touch it are left out. A unit whose code the list does not have is named without
    requirements: that the list is silent does not mean that nothing is required.
    """
    found: dict[str, UnitHit] = {}
    for table in tables:
        if _KIND not in table.spec.zone_kinds or table.frame.empty:
            continue
        rows = table.frame.iloc[sorted(table.frame.sindex.query(site, predicate="intersects"))]
        for row in rows[rows["zone_kind"] == _KIND].to_dict("records"):
            if not shapely.touches(row["geometry"], site):
                hit = _hit(row, units)
                found.setdefault(hit.code or hit.name, hit)
    return tuple(found[key] for key in sorted(found))


def _hit(row: Mapping[Any, Any], units: Mapping[str, UnitRow]) -> UnitHit:
    code = _text(row.get("code"))
    listed = units.get(code)
    name = _text(row.get("name")) or (listed.name if listed else "")
    of = _text(row.get("class")) or _text(row.get("kind")) or (listed.unit_class if listed else "")
    wanted = () if listed is None else listed.requirements
    texts = tuple((title, quoted(text)) for title, text in wanted)
    return UnitHit(code, quoted(name), quoted(of), texts, listed is not None)


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""

"""What the codes of a land-cover raster mean: said by the planner, or as in the version before; never guessed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo.errors import UsageError
from geo.store.codes import code_counts
from geo.store.land_cover import SCHEMES, CoverClass, CoverScheme, fitting, read_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geo.space.grid import Tile
    from geo.store.raster import Raster
    from geo.workflow.adoption.layer_file import Handover


def settled_scheme(
    said: Handover, raster: Raster, part: Tile, before: Mapping[str, Any]
) -> CoverScheme:
    """Settle what the codes mean; nothing is guessed, and no code is left without a meaning.

    Raises:
        UsageError: Nobody has said what they mean, or some codes have no class.
    """
    counts = code_counts(raster, part)
    scheme = _said_scheme(said) or _scheme_before(before)
    listed = "、".join(f"{code}（{count} 个像元）" for code, count in list(counts.items())[:12])
    if scheme is None:
        fits = [f"{name}（{SCHEMES[name].title}）" for name in fitting(counts)]
        told = f"，这些编码可能是 {'、'.join(fits)}" if fits else ""
        hint = f"请写 --scheme {'|'.join(SCHEMES)}，或用 --classes 给出“编码,名称,颜色”表"
        raise UsageError(f"像元取值 {listed}{told} — {hint}")
    if lost := sorted(set(counts) - scheme.codes - scheme.unknown):
        shown = "、".join(f"{code}（{counts[code]} 个像元）" for code in lost[:12])
        hint = "请换用对应的分类，或在 --classes 表中写明；没有含义的编码名称写 -"
        raise UsageError(f"{scheme.title} 没有编码 {shown} — {hint}")
    return scheme


def _said_scheme(said: Handover) -> CoverScheme | None:
    if said.scheme and said.classes:
        raise UsageError("--scheme 与 --classes 只能写一个")
    if said.classes is not None:
        return read_scheme(said.classes, shown=Path(said.classes.name))
    return SCHEMES[said.scheme] if said.scheme else None


def _scheme_before(before: Mapping[str, Any]) -> CoverScheme | None:
    """A newer version means by its codes what the version before meant."""
    style = before.get("style")
    classes = style.get("classes") if isinstance(style, dict) else None
    if not isinstance(classes, dict) or not classes:
        return None
    made = [
        CoverClass(int(code), str(entry.get("title") or code), str(entry.get("fill") or "#cccccc"))
        for code, entry in classes.items()
        if str(code).isdigit() and isinstance(entry, dict)
    ]
    return CoverScheme("上一版的分类", tuple(made), frozenset()) if made else None

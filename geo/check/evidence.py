"""Letters in place of data: ``evidence.yml``, read, held against its scans, and bound to one site."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field

from geo.errors import InputError, Problem, WorkspaceError
from geo.findings import Letter
from geo.space.units import M2_PER_HECTARE
from geo.spec.closed import Spec, load, nearest
from geo.spec.dates import Day
from geo.spec.layers import KINDS, FilePath, Kind
from geo.spec.marked import read_yaml
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geo.sites.site import Site
    from geo.spec.layers import Layer
    from geo.spec.marked import Marked

MAX_AGE: Final = timedelta(days=365)
"""A letter older than this is refused, unless its layer states a ``max_age``. A caution of this package, no rule:
zones are redrawn, and an answer about a site speaks of the day it was written."""


class LetterSpec(Spec):
    """One letter (复函): who wrote what about which plot, and the scan that proves it."""

    number: Annotated[str, Field(min_length=1)]
    unit: Annotated[str, Field(min_length=1)]
    date: Day
    conclusion: Literal["不重叠", "重叠"]
    layer: str
    """A layer of the workspace, or a zone kind no layer supplies."""
    site: str
    """Name of the plot the letter speaks of, as the check prints it."""
    site_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    scan: FilePath
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kinds: tuple[Kind, ...] = ()
    overlap_ha: Annotated[float, Field(ge=0)] | None = None
    note: str = ""


class EvidenceSpec(Spec):
    """``evidence.yml``."""

    letters: Annotated[tuple[LetterSpec, ...], Field(min_length=1)]


@dataclass(frozen=True)
class BoundLetter:
    """A letter that was accepted, the plot it binds to, and the kinds it answers for."""

    letter: Letter
    site: str
    kinds: tuple[str, ...]
    overlaps: bool
    overlap_m2: float | None


def read_evidence(
    path: Path, *, layers: Mapping[str, Layer], sites: Sequence[Site], as_at: date
) -> tuple[BoundLetter, ...]:
    """Read letters and accept them; letters about plots that were not asked about are passed over.

    Args:
        path: ``evidence.yml``; scans are found from its folder.
        layers: The workspace's layers by id.
        sites: The plots of this check.
        as_at: The day of the check.

    Raises:
        InputError: A letter cannot be accepted (scan missing or changed, dated after the check or too old, unknown
            layer, contradicting another); all reasons are listed. Or no letter speaks of these plots.
    """
    shown = Path(path.name)
    try:
        source = read_yaml(path, shown=shown)
    except WorkspaceError as error:
        raise InputError(error.problems) from error
    spec, problems = load(source, EvidenceSpec)
    if spec is None:
        raise InputError(problems)
    found = list(enumerate(spec.letters))
    complaints = [
        source.problem(("letters", at, key), words, hint)
        for at, letter in found
        for key, words, hint in _complaints(letter, path.parent, layers, sites, as_at)
    ]
    bound = [_bound(letter, layers) for _, letter in found]
    complaints += _contradictions(bound, source)
    if complaints:
        raise InputError(complaints)
    names = {site.name for site in sites}
    mine = tuple(letter for letter in bound if letter.site in names)
    if not mine:
        hint = nearest(bound[0].site, sorted(names))
        raise InputError([Problem(shown, 0, 0, "没有一份复函针对本次核查的地块", hint)])
    return mine


def _complaints(
    letter: LetterSpec,
    folder: Path,
    layers: Mapping[str, Layer],
    sites: Sequence[Site],
    as_at: date,
) -> Iterator[tuple[str, str, str]]:
    """Say why a letter cannot be accepted."""
    if not _kinds(letter, layers):
        hint = nearest(letter.layer, [*layers, *KINDS])
        yield "layer", f"没有管控图层或管控类别 {letter.layer}", hint
    elif letter.conclusion == "重叠" and len(_kinds(letter, layers)) > 1 and not letter.kinds:
        yield "kinds", f"图层 {letter.layer} 含多种管控类别，未写明与哪一种重叠", "请补上 kinds"
    age = as_at - letter.date
    layer = layers.get(letter.layer)
    limit = (layer.max_age if layer else None) or MAX_AGE
    if age < timedelta(0):
        yield "date", f"复函日期 {letter.date} 晚于核查日期 {as_at}", "请核对日期或 --as-at"
    elif age > limit:
        yield "date", f"复函日期 {letter.date} 距核查日期已超过 {limit.days} 天", "请重新函询"
    same = [site for site in sites if site.name == letter.site]
    if len(same) > 1:
        yield "site", f"本次核查有 {len(same)} 个地块都叫 {letter.site}", "请先给地块起不同的名称"
    if same and letter.site_sha256 not in (None, same[0].source.sha256):
        yield (
            "site_sha256",
            "地块文件已不是复函所针对的那一份（sha256 不符）",
            "请用原文件核查或重新函询",
        )
    yield from _scan_complaints(letter, folder)


def _scan_complaints(letter: LetterSpec, folder: Path) -> Iterator[tuple[str, str, str]]:
    scan = folder / letter.scan
    try:
        with scan.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        yield (
            "scan",
            f"扫描件 {letter.scan} 不存在或无法读取",
            "请放在 evidence.yml 旁边并核对文件名",
        )
        return
    if found != letter.sha256:
        yield "sha256", f"扫描件 {letter.scan} 的 sha256 与所写不符", "请确认扫描件未被替换或改动"


def _kinds(letter: LetterSpec, layers: Mapping[str, Layer]) -> tuple[str, ...]:
    """The kinds a letter answers for: those it names, else those of its layer."""
    if letter.kinds:
        return letter.kinds
    if letter.layer in layers:
        return layers[letter.layer].zone_kinds
    return (letter.layer,) if letter.layer in KINDS else ()


def _bound(letter: LetterSpec, layers: Mapping[str, Layer]) -> BoundLetter:
    kinds = _kinds(letter, layers)
    cited = Letter(
        quoted(letter.number), quoted(letter.unit), letter.date, letter.conclusion, letter.layer,
        kinds, letter.sha256,
    )  # fmt: skip
    overlap_m2 = None if letter.overlap_ha is None else letter.overlap_ha * M2_PER_HECTARE
    overlaps = letter.conclusion == "重叠"
    return BoundLetter(cited, letter.site, kinds, overlaps, overlap_m2)


def _contradictions(bound: Sequence[BoundLetter], source: Marked) -> Iterator[Problem]:
    """Complain about letters that say both yes and no of one plot and one kind."""
    said: dict[tuple[str, str], bool] = {}
    for at, letter in enumerate(bound):
        for kind in letter.kinds:
            if said.setdefault((letter.site, kind), letter.overlaps) != letter.overlaps:
                found = f"关于地块 {letter.site} 与 {kind} 的几份复函结论相反"
                yield source.problem(("letters", at, "conclusion"), found, "请向出具单位核实")

"""界址点 TXT (国土报盘): ``[属性描述]``, ``[地块坐标]``, a line per plot that ends in ``@``, then its points."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from geo.errors import InputError, Problem
from geo.sites.angles import step_of
from geo.sites.claims import Claims, claims_in
from geo.sites.drawing import Draft, Drawing, Kind, Run
from geo.sites.limits import MAX_FEATURES, Budget
from geo.sites.rings import is_closed
from geo.sites.site import SiteSource
from geo.sites.text import narrow

if TYPE_CHECKING:
    from pathlib import Path

_COORDINATES: Final = re.compile(r"[\[［]\s*地块坐标\s*[\]］]")
_SECTION: Final = re.compile(r"\[(.+?)\]")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d*)?")
_RING_DIGITS: Final = 5
_OTHER_LINES: Final = 1_000
_FIELDS: Final = ("点数", "面积", "地块编号", "地块名称", "图形属性", "图幅号", "用途", "地类编码")
_KINDS: Final[dict[str, Kind]] = {"面": "polygon", "线": "line", "点": "point"}
_UNITS: Final = ("", "米", "M", "METER", "度")
_POINT_FIELDS: Final = 4
_MOST_PROBLEMS: Final = 50


def is_boundary_txt(text: str) -> bool:
    r"""Tell a 界址点 TXT from other text.

    >>> is_boundary_txt("[属性描述]\n坐标系=2000国家大地坐标系\n[地块坐标]\n"), is_boundary_txt("J1 1 2")
    (True, False)
    """
    return _COORDINATES.search(text) is not None


@dataclass
class _Plot:
    """One plot while its lines are read."""

    line: int
    fields: list[str]
    points: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    lines: dict[int, list[int]] = field(default_factory=dict)
    labels: dict[int, list[str]] = field(default_factory=dict)
    step: float = 1.0

    def text(self, index: int) -> str:
        """Return a field of the plot's line, empty when it is missing."""
        return self.fields[index].strip() if index < len(self.fields) else ""

    @property
    def count(self) -> int:
        """Count the points read so far."""
        return sum(map(len, self.points.values()))


def read_boundary_txt(text: str, source: SiteSource, *, shown: Path) -> Draft:
    """Read the text of a 界址点 TXT.

    Raises:
        InputError: Every line that cannot be read, plots without points, too much of it.
    """
    header: dict[str, tuple[str, int]] = {}
    plots: list[_Plot] = []
    problems: list[Problem] = []
    budget, section = Budget(shown), ""
    # A file with more lines than points and plots may have is refused before any of them is read.
    Budget(shown).spend(vertices=text.count("\n") - MAX_FEATURES - _OTHER_LINES)
    # Narrowed as a whole: a million calls cost more than one.
    for number, raw in enumerate(io.StringIO(narrow(text), newline=None), 1):
        line = raw.strip().rstrip(";")
        if not line:
            continue
        if hit := _SECTION.fullmatch(line.replace(" ", "")):
            section = hit[1]
        elif section != "地块坐标":
            key, sign, value = line.partition("=")
            if sign and section == "属性描述":
                header[re.sub(r"\s", "", key)] = (value.strip(), number)
        elif "@" in line:
            budget.spend(features=1)
            plots.append(_Plot(number, line.split(",")))
        else:
            problems += _add_point(line, number, plots, budget, shown)
    problems += _header_problems(header, shown)
    problems += [p for plot in plots for p in _plot_problems(plot, shown)]
    if not plots and not problems:
        problems = [
            Problem(shown, 0, 0, "没有地块：[地块坐标] 之后缺少以 @ 结尾的地块行", "请重新导出")
        ]
    if problems:
        raise InputError(sorted(problems)[:_MOST_PROBLEMS])
    return Draft(tuple(map(_drawing, plots)), _claims(header), source)


def _add_point(
    line: str, number: int, plots: list[_Plot], budget: Budget, shown: Path
) -> list[Problem]:
    """Read ``点号,圈号,X,Y`` into the last plot, or say what is wrong with the line."""
    hint = "应为「点号,圈号,X,Y」，例如 J1,1,4012345.678,38512345.678"
    cells = [c.strip() for c in line.split(",")] if "," in line else line.split()
    if not plots:
        return [Problem(shown, number, 0, "坐标行出现在地块行（以 @ 结尾）之前", "请补上地块行")]
    if len(cells) < _POINT_FIELDS:
        return [Problem(shown, number, 0, f"这一行只有 {len(cells)} 项", hint)]
    label, ring, x, y = cells[:_POINT_FIELDS]
    if not (ring.isdecimal() and len(ring) < _RING_DIGITS):
        return [Problem(shown, number, 0, f"圈号「{ring[:20]}」不是整数", hint)]
    if not (_NUMBER.fullmatch(x) and _NUMBER.fullmatch(y)):
        bad = y if _NUMBER.fullmatch(x) else x
        return [Problem(shown, number, 0, f"坐标「{bad[:20]}」不是数字", hint)]
    budget.spend(vertices=1)
    plot, at = plots[-1], int(ring)
    plot.points.setdefault(at, []).append((float(x), float(y)))
    plot.lines.setdefault(at, []).append(number)
    plot.labels.setdefault(at, []).append(label[:20])
    plot.step = min(plot.step, step_of(x), step_of(y))
    return []


def _plot_problems(plot: _Plot, shown: Path) -> list[Problem]:
    """Compare a plot with its own header line; a file cut short must not pass."""
    name = plot.text(3) or plot.text(2)
    if not plot.points:
        return [Problem(shown, plot.line, 0, f"地块「{name}」没有坐标", "请重新导出")]
    problems = []
    stated = plot.text(0)
    # The closing points may or may not be counted.
    if stated.isdecimal() and abs(int(stated) - plot.count) > len(plot.points):
        found = f"地块「{name}」写明 {stated[:9]} 个点，实际 {plot.count} 个"
        problems.append(Problem(shown, plot.line, 0, found, "文件可能不完整，请重新导出或改正点数"))
    if plot.text(4) and plot.text(4) not in _KINDS:
        found = f"地块「{name}」的图形属性「{plot.text(4)[:10]}」无法识别"
        problems.append(Problem(shown, plot.line, 0, found, "应为 面、线 或 点"))
    return problems


def _drawing(plot: _Plot) -> Drawing:
    """Turn a plot into a drawing; rings in the order of their numbers."""
    kind = _KINDS.get(plot.text(4), "polygon")
    runs = tuple(
        Run(np.array(plot.points[at]), tuple(plot.lines[at]), tuple(plot.labels[at]), number=at)
        for at in sorted(plot.points)
    )
    open_rings = [run.number for run in runs if kind == "polygon" and not is_closed(run)]
    words = f"第 {'、'.join(map(str, open_rings))} 圈首尾未闭合，按首尾相连处理"
    attributes = {key: plot.text(i) for i, key in enumerate(_FIELDS) if plot.text(i).strip("@")}
    return Drawing(
        name=plot.text(3) or plot.text(2),
        kind=kind,
        runs=runs,
        line=plot.line,
        declared=plot.text(1),
        attributes=attributes,
        repairs=(words,) if open_rings else (),
        step=plot.step,
    )


def _header_problems(header: dict[str, tuple[str, int]], shown: Path) -> list[Problem]:
    """Check the header lines that decide about coordinates."""
    problems = []
    system, line = header.get("坐标系", ("", 0))
    said = claims_in(system, by="文件头")
    if system and said.silent:
        found = f"坐标系「{system[:30]}」无法识别"
        problems.append(
            Problem(
                shown, line, 0, found, "应为 2000国家大地坐标系、1980西安坐标系 或 1954北京坐标系"
            )
        )
    unit, line = header.get("计量单位", ("", 0))
    if unit.upper() not in _UNITS:
        problems.append(
            Problem(shown, line, 0, f"计量单位「{unit[:10]}」不是米", "请以米为单位重新导出")
        )
    for key, allowed in (("几度分带", r"[36]?"), ("带号", r"(\d{2})?")):
        value, line = header.get(key, ("", 0))
        if not re.fullmatch(allowed, value.removesuffix("度")):
            problems.append(
                Problem(shown, line, 0, f"{key}「{value[:10]}」无法识别", f"请核对文件头的{key}")
            )
    return problems


def _claims(header: dict[str, tuple[str, int]]) -> Claims:
    """Collect what the header says about coordinates; X is north in these files."""
    said = claims_in(header.get("坐标系", ("", 0))[0], by="文件头")
    width = header.get("几度分带", ("", 0))[0].removesuffix("度")
    zone = header.get("带号", ("", 0))[0]
    shift = re.sub(r"[\s,，0.]", "", header.get("转换参数", ("", 0))[0])
    remarks = ("文件头写有转换参数，未采用，坐标按原值读取",) if shift else ()
    return replace(
        said,
        width=3 if width == "3" else 6 if width == "6" else said.width,
        zone=int(zone) if zone else said.zone,
        north_first=True,
        remarks=remarks,
        by="文件头",
    )

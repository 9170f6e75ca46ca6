"""What of an older report no longer matches the workspace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from jinja2 import TemplateError

from geo.documents.pictures import compared
from geo.documents.record import read_record
from geo.documents.recount import Worked, differing_cell
from geo.documents.template import block_text, value_of
from geo.errors import HongxianError
from geo.exhibits import Figure, Table
from geo.store.store import Store
from geo.version import TOOL
from geo.workflow.manifest import Fingerprints
from geo.workflow.reporting.desk import PLACING, Desk
from geo.workflow.reporting.record import inputs_of, passage_lines
from geo.workflow.reporting.reports import remade_desk


@dataclass(frozen=True)
class Stale:
    """One thing that no longer matches: ``what`` it is, and ``why``."""

    what: str
    why: str

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.what}：{self.why}"


@dataclass(frozen=True)
class Verdict:
    """The answer of ``report --check``."""

    title: str
    as_at: str
    checked: int
    stale: tuple[Stale, ...]
    notes: tuple[str, ...] = ()


def stale_of(store: Store, path: Path, *, sites: Sequence[Path] = ()) -> Verdict:
    """Compare a report with the workspace as it is now.

    A figure whose inputs have not changed is not drawn again. One whose inputs changed is: it is stale only if the
    picture came out otherwise. Tables and numbers are always made again. What somebody has typed over in the file (a
    cell, a figure's number, a reference, a value) is told as well.

    Raises:
        InputError: The file is no report of ours, or its footprint is gone.
    """
    data = path.read_bytes()
    record = read_record(data, shown=path.name)
    worked = Worked(data)
    desk = remade_desk(store, record, sites)
    prints = Fingerprints(store.root)
    exhibits = record["exhibits"]
    numbers = {item.get("bookmark", ""): item["number"] for item in exhibits}
    found = [s for item in exhibits for s in _exhibit(store, desk, item, prints, worked)]
    found += [s for item in record["values"] for s in _value(desk, item, worked)]
    found += [s for item in record.get("passages", ()) for s in _passage(desk, item, worked)]
    found += [s for item in record.get("blocks", ()) for s in _block(desk, item, worked)]
    found += [Stale("图号表号", told) for told in worked.wrong_numbers(numbers)]
    other = [] if record["tool"] == TOOL else [f"报告由 {record['tool']} 生成，现为 {TOOL}"]
    notes = [*other, *(text for item in record["values"] for text in _reworded(item, worked))]
    lines = [line for item in record.get("passages", ()) for line in item["lines"]]
    lines += [line for item in record.get("blocks", ()) for line in _lines(item["shown"])]
    notes += [f"这一句改写过，请核对：{t[:60]}" for t in lines if worked.line(t) == "reworded"]
    notes += [text for item in exhibits for text in _packed(item, worked)]
    checked = len(exhibits) + len(record["values"]) + len(lines)
    return Verdict(record["report"]["title"], record["as_at"], checked, tuple(found), tuple(notes))


def _exhibit(
    store: Store, desk: Desk, item: Mapping[str, Any], prints: Fingerprints, worked: Worked
) -> Iterator[Stale]:
    what = f"{item['number']}　{item['caption']}"
    made_by = item["made_by"]
    function, name, arguments = made_by["function"], made_by["name"], made_by["arguments"]
    desk.makers[item["id"]] = (function, name, arguments)
    try:
        now = inputs_of(store, desk, item["id"], prints)
        if item["kind"] == "figure" and now == item["inputs"]:
            yield from _swapped(what, item, worked)
            return
        made = desk.remake(function, name, arguments)
    except (HongxianError, TemplateError, KeyError) as error:
        yield Stale(what, f"现在无法重新生成（{error}）")
        return
    if made is None:
        yield Stale(what, "现在已没有内容")
    elif made.fingerprint != item["fingerprint"]:
        changed = sorted(k for k in {*now, *item["inputs"]} if now.get(k) != item["inputs"].get(k))
        shown = "、".join(changed[:4]) + (" 等" if len(changed) > 4 else "")  # noqa: PLR2004
        yield Stale(
            what, f"内容与现在的数据不一致（有变化的来源：{shown or '无，程序或日期不同'}）"
        )
    elif isinstance(made, Figure):
        yield from _swapped(what, item, worked)
    else:
        yield from _by_hand(what, made, item.get("bookmark", ""), worked)


def _by_hand(what: str, made: Table, bookmark: str, worked: Worked) -> Iterator[Stale]:
    """Tell a cell that somebody has typed over; a table taken out is the writer's own choice."""
    cells = worked.cells(bookmark)
    if cells is not None and (
        told := differing_cell(cells, dict(enumerate((made.columns, *made.rows))))
    ):
        yield Stale(what, f"文中的表与结果不同：{told}")


def _swapped(what: str, item: Mapping[str, Any], worked: Worked) -> Iterator[Stale]:
    """Tell a picture that is not the one drawn; one taken out with its caption is the writer's own choice."""
    recorded, bookmark = item.get("picture"), item.get("bookmark", "")
    if recorded is None or bookmark not in worked.marks:
        return
    picture = worked.picture(bookmark)
    if picture is None:
        yield Stale(what, "题注上方没有图，可能被手工删去或移走")
    elif compared(picture, recorded) == "other":
        yield Stale(what, "图片不是生成时的那一张，可能被手工替换或改画")


def _packed(item: Mapping[str, Any], worked: Worked) -> Iterator[str]:
    recorded, bookmark = item.get("picture"), item.get("bookmark", "")
    picture = worked.picture(bookmark)
    if recorded is None or picture is None:
        return
    if compared(picture, recorded) == "repacked":
        yield f"{item['number']} 的图片被重新压缩过，看上去与生成时相同"
    if worked.is_cropped(bookmark):
        yield f"{item['number']} 的图片被裁剪过，请核对图例、来源和审图号等是否仍在图上"


def _passage(desk: Desk, item: Mapping[str, Any], worked: Worked) -> Iterator[Stale]:
    """Compare a chapter's sentences with those of today, and with what stands in the file."""
    what = f"{{{{ passage('{item['name']}') }}}}"
    try:
        now = passage_lines(desk.passage(item["name"], site=item["site"]))
    except (TemplateError, HongxianError) as error:
        yield Stale(what, f"现在取不到（{error}）")
        return
    yield from _differing(what, item["lines"], now)
    yield from _renumbered(what, item["lines"], worked)


def _block(desk: Desk, item: Mapping[str, Any], worked: Worked) -> Iterator[Stale]:
    """Compare what a loop or condition came to with what it comes to today, and with the file."""
    what = f"循环或条件 {item['source'].split('%}')[0]}%}}"
    before = _lines(item["shown"])
    yield from _differing(what, before, _lines(block_text(item["source"], desk.names, PLACING)))
    yield from _renumbered(what, before, worked)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _differing(what: str, before: list[str], now: list[str]) -> Iterator[Stale]:
    gone = [line for line in before if line not in now]
    new = [line for line in now if line not in before]
    for old, today in zip_longest(gone, new):
        if old is None:
            yield Stale(what, f"现在多出“{today[:80]}”")
        elif today is None:
            yield Stale(what, f"现在已没有“{old[:80]}”")
        else:
            yield Stale(what, f"“{old[:80]}”现在是“{today[:80]}”")


def _renumbered(what: str, lines: list[str], worked: Worked) -> Iterator[Stale]:
    for line in lines:
        if worked.line(line) == "other numbers":
            yield Stale(what, f"文中的数字与生成时不同，应为“{line[:80]}”")


def _value(desk: Desk, item: Mapping[str, str], worked: Worked) -> Iterator[Stale]:
    expression = item["expression"]
    try:
        now = value_of(expression, desk.names)
    except (TemplateError, HongxianError) as error:
        yield Stale(f"{{{{ {expression} }}}} = {item['shown']}", f"现在取不到（{error}）")
        return
    if now != item["shown"]:
        yield Stale(f"{{{{ {expression} }}}} = {item['shown']}", f"现在是 {now}")
    elif not worked.holds(item["shown"]):
        yield Stale(
            f"{{{{ {expression} }}}} = {item['shown']}", "文中已找不到这个值，可能被手工改动"
        )


def _reworded(item: Mapping[str, Any], worked: Worked) -> Iterator[str]:
    """A value that stands elsewhere but not in its sentence: the writer's own words, or a number typed over."""
    before, after = item.get("around", ("", ""))
    shown = item["shown"]
    if worked.holds(shown) and not worked.holds(before + shown + after):
        yield f"文中“{before}{shown}{after}”处改动过，请核对 {{{{ {item['expression']} }}}} 的值"

"""One row per site, one group of columns per layer: what a batch keeps of what was found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import shapely

from geo.spec.vocabulary import RELATION_ZH, STATE_ZH, Outcome
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from geo.check.batch.desk import Checked
    from geo.findings import Finding, LayerAsked
    from geo.workflow.screening.sites_in import BadRow

    Row: TypeAlias = dict[str, Any]
    BadTrade: TypeAlias = tuple[BadRow, "Trade"]

OWN: Final = {
    "name": "地块", "industry_code": "行业代码", "industry": "行业", "industry_written": "名录所写行业", "checked": "已核查",
    "verdict": "判定代码", "verdict_zh": "判定", "complete": "结论完整", "area_m2": "面积（m²）", "length_m": "长度（m）", "tasks": "涉及规划条目数",
    "reasons": "主要理由",
}  # fmt: skip
PER_LAYER: Final = {
    "state": "数据状态", "outcome": "结果", "hits": "涉及要素数", "relation": "关系",
    "largest_overlap_m2": "最大重叠（m²）", "largest_share": "最大占比", "nearest_m": "最近（m）",
}  # fmt: skip
_YES_NO: Final = {"true": "是", "false": "否"}
_WORDS: Final[dict[str, dict[str, str]]] = {
    "checked": _YES_NO, "complete": _YES_NO, "state": {str(code): words for code, words in STATE_ZH.items()},
    "relation": {str(code): words for code, words in RELATION_ZH.items()},
    "outcome": {outcome.value: outcome.zh for outcome in Outcome},
}  # fmt: skip
_NUMBERS: Final = {
    "area_m2", "length_m", "largest_overlap_m2", "largest_share", "nearest_m",
}  # fmt: skip
_ORDER: Final = ("inside", "overlaps", "touches", "near")
_MOST_KEPT: Final = 5_000
_SHOWN: Final = 30
_UNASKED: Final = ("no_data", "unreadable")


@dataclass(frozen=True)
class Trade:
    """The industry of a row.

    Args:
        code: GB/T 4754 code; ``None`` when none is known.
        name: Its name, where the package knows one; empty where it does not.
        written: What the register has in its column of industries; ``None`` without one, or where it is empty.
    """

    code: str | None = None
    name: str | None = None
    written: str | None = None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Say, in Chinese, that what the register has is no industry.

        >>> Trade(written="炼丹").doubts, Trade("C2521", "炼焦", "2521").doubts
        (('名录所写行业“炼丹”不是 GB/T 4754 代码，按未说明行业核查',), ())
        """
        if self.written is None or self.code is not None:
            return ()
        return (
            f"名录所写行业“{quoted(self.written[:_SHOWN])}”不是 GB/T 4754 代码，按未说明行业核查",
        )


@dataclass(frozen=True)
class Tabled:
    """Makes tables of what was checked; answers that many sites share are written once.

    Args:
        layers: What is asked about every site, see `geo.check.sites.names_asked`.
    """

    layers: tuple[str, ...]
    _shared: dict[int, tuple[Any, int]] = field(default_factory=dict)
    _silent: list[Row] = field(default_factory=list)

    def table(
        self,
        checked: Sequence[Checked],
        trades: Sequence[Trade],
        bad: Mapping[int, BadTrade] | None = None,
    ) -> pa.Table:
        """Make an Arrow table of sites; not measured is null, never 0.

        Figures that rest on internal layers come rounded, as everywhere. Rows that could not be checked stand
        where they stood in the register: undetermined, why among the reasons, nothing said of any layer.

        Args:
            checked: What was found at the sites.
            trades: Their industries.
            bad: Rows that are none with their industries, by their position among all.
        """
        if len(self._silent) > _MOST_KEPT:
            self._silent.clear()
            self._shared.clear()
        columns = _own(checked, trades)
        columns |= self._layers(checked)
        columns["geometry"] = shapely.to_wkb([one.site.geometry for one in checked])
        fields = [(key, _type(key)) for key in columns]
        schema = pa.schema(fields)
        found = pa.table([pa.array(columns[key], type=kind) for key, kind in fields], schema=schema)
        if not bad:
            return found
        others = pa.Table.from_pylist(
            [_unchecked(row, trade) for row, trade in bad.values()], schema=schema
        )
        place = [at for at in range(len(checked) + len(bad)) if at not in bad]
        return pa.concat_tables([found, others]).take(np.argsort([*place, *bad]))

    def _layers(self, checked: Sequence[Checked]) -> dict[str, Any]:
        """Give the columns of every layer: what any site without a finding has, then the findings."""
        which = np.array([self._silence(one.judgement.layers) for one in checked], dtype=np.intp)
        columns = {
            f"{layer}.{key}": np.array(
                [row[f"{layer}.{key}"] for row in self._silent], dtype=object
            )[which]
            for layer in self.layers
            for key in PER_LAYER
        }
        for at, one in enumerate(checked):
            for layer, own in _by_layer(one.judgement.findings).items():
                for key, value in _figures(own).items():
                    columns[f"{layer}.{key}"][at] = value
        return columns

    def _silence(self, layers: tuple[LayerAsked, ...]) -> int:
        """Number the row of sites at which layers answered alike and nothing was found."""
        if id(layers) not in self._shared:
            row: Row = {}
            for asked in layers:
                row |= {f"{asked.layer}.{key}": None for key in PER_LAYER}
                row[f"{asked.layer}.state"] = asked.state
                row[f"{asked.layer}.outcome"] = asked.outcome.value
                row[f"{asked.layer}.hits"] = None if asked.state in _UNASKED else 0
            self._silent.append(row)
            # The layers are kept beside, so that no other object takes their identity.
            self._shared[id(layers)] = (layers, len(self._silent) - 1)
        return self._shared[id(layers)][1]


def _unchecked(row: BadRow, trade: Trade) -> Row:
    """Give the row of what could not be checked."""
    return {
        "name": row.name, "industry_code": trade.code, "industry": trade.name, "industry_written": trade.written,
        "checked": False, "verdict": Outcome.UNDETERMINED.value, "verdict_zh": Outcome.UNDETERMINED.zh,
        "complete": False, "reasons": f"{row.place}{row.why}，未核查。",
    }  # fmt: skip


def _own(checked: Sequence[Checked], trades: Sequence[Trade]) -> dict[str, Any]:
    """Give the columns that tell of the site itself."""
    judged = [one.judgement for one in checked]
    return {
        "name": [one.site.name for one in checked],
        "industry_code": [trade.code for trade in trades],
        "industry": [trade.name for trade in trades],
        "industry_written": [trade.written for trade in trades],
        "checked": [True] * len(checked),
        "verdict": [j.verdict.value for j in judged],
        "verdict_zh": [j.verdict.zh for j in judged],
        "complete": [j.complete for j in judged],
        "area_m2": [one.area_m2 for one in checked],
        "length_m": [one.length_m for one in checked],
        "tasks": [len(one.tasks) for one in checked],
        "reasons": [
            "；".join([*j.reasons[:3], *trade.doubts])
            for j, trade in zip(judged, trades, strict=True)
        ],
    }  # fmt: skip


def _by_layer(findings: Sequence[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.layer, []).append(finding.coarse())
    return found


def _figures(own: Sequence[Finding]) -> Row:
    """Give what the findings of one layer come to."""
    near = [f.distance_m for f in own if f.authority != "schematic" and f.distance_m is not None]
    return {
        "hits": sum(finding.hit for finding in own),
        "relation": min((f.relation for f in own), key=_ORDER.index, default=None),
        "largest_overlap_m2": _largest(f.overlap_m2 for f in own),
        "largest_share": _largest(f.share for f in own),
        "nearest_m": min(near, default=None),
    }


def _largest(values: Iterable[float | None]) -> float | None:
    """Give the largest of the values there are."""
    return max((value for value in values if value is not None), default=None)


def _type(column: str) -> pa.DataType:
    """Give the type of a column from its name, so that every part has the same."""
    last = column.rsplit(".", 1)[-1]
    if column == "geometry":
        return pa.binary()
    if column in ("checked", "complete"):
        return pa.bool_()
    if last in ("hits", "tasks"):
        return pa.int64()
    return pa.float64() if last in _NUMBERS else pa.string()


def heading(column: str, titles: dict[str, str]) -> str:
    """Give the planner's heading of a column.

    >>> heading("redline.outcome", {"redline": "生态保护红线"})
    '生态保护红线 结果'
    """
    if column in OWN:
        return OWN[column]
    layer, _, key = column.rpartition(".")
    return f"{titles.get(layer, layer)} {PER_LAYER[key]}"


def in_words(column: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Give a column's codes as a planner reads them; other columns as they are.

    >>> in_words("redline.outcome", pa.chunked_array([["clear", None]])).to_pylist()
    ['未发现重叠', None]
    >>> in_words("checked", pa.chunked_array([[True, False]])).to_pylist()
    ['是', '否']
    """
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.string())
    words = _WORDS.get(column.rpartition(".")[2])
    if words is None:
        return values
    coded = values.combine_chunks().dictionary_encode()
    meant = pa.array([words[code] for code in coded.dictionary.to_pylist()], type=pa.string())
    return pa.chunked_array([meant.take(coded.indices)])

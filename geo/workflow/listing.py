"""The layers of a workspace as rows: what is there, how old, how good."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from geo.documents.columns import padded
from geo.spec.vocabulary import AUTHORITY_ZH, STATE_ZH, Authority, State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from geo.store.store import Store


@dataclass(frozen=True)
class LayerRow:
    """One layer as ``hongxian layers`` lists it."""

    id: str
    title: str
    state: State
    features: int | None
    authority: Authority | None
    as_of: str | None
    accuracy_m: float | None
    zone_kinds: tuple[str, ...]
    sensitivity: str
    provider: str | None
    licence: str | None
    reason: str
    remarks: tuple[str, ...]


def layer_rows(store: Store, *, day: date) -> tuple[LayerRow, ...]:
    """Read every layer and tell its state on a day."""
    rows = []
    for table in store.layers():
        spec = table.spec
        supplied = table.state == "ok"
        rows.append(
            LayerRow(
                id=table.id, title=spec.title, state=table.state_at(day),
                features=len(table.frame) if supplied and len(table.frame) else None,
                authority=spec.authority if supplied else None,
                as_of=str(spec.as_of) if spec.as_of else None,
                accuracy_m=spec.accuracy_m if supplied else None,
                zone_kinds=spec.zone_kinds, sensitivity=spec.sensitivity, provider=spec.provider,
                licence=spec.licence, reason=table.reason, remarks=table.remarks,
            )
        )  # fmt: skip
    return tuple(rows)


def layers_as_json(rows: Sequence[LayerRow]) -> str:
    """Write the rows as JSON."""
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2)


def layers_as_text(rows: Sequence[LayerRow]) -> str:
    """Write the rows as a table; supplied layers first, then those declared only."""
    header = ("图层", "名称", "状态", "要素", "来源性质", "数据日期", "精度(m)", "说明")
    ordered = sorted(rows, key=lambda row: (row.state == "no_data", row.id))
    body = [
        (
            row.id, row.title, STATE_ZH[row.state] if row.state != "ok" else "可用",
            "—" if row.features is None else str(row.features),
            AUTHORITY_ZH[row.authority] if row.authority else "—", row.as_of or "—",
            "—" if row.accuracy_m is None else f"{row.accuracy_m:g}",
            "；".join((*([row.reason] if row.reason else []), *row.remarks)),
        )
        for row in ordered
    ]  # fmt: skip
    return padded(header, body)

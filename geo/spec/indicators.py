"""``indicators.csv``: a plan's numbers with base and targets, as printed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, explain, keys_of
from geo.spec.marked import Marked
from geo.spec.tables import Row, read_rows, required_of

if TYPE_CHECKING:
    from pathlib import Path

TARGET: Final = re.compile(r"target_\d{4}")


class IndicatorRow(Spec):
    """One indicator, values as printed; ``targets`` maps a year to its printed value."""

    no: str
    category: str = ""
    name: str
    unit: str = ""
    base_year: str = ""
    base: str = ""
    kind: str = ""
    note: str = ""
    targets: dict[str, str] = {}


def read_indicators(path: Path, *, shown: Path) -> tuple[list[IndicatorRow], list[Problem]]:
    """Read the table; the ``target_YYYY`` columns are open in number, all others closed."""
    columns = [name for name in keys_of(IndicatorRow) if name != "targets"]
    try:
        required = required_of(IndicatorRow)
        rows = read_rows(path, shown=shown, columns=columns, required=required, also=TARGET)
    except WorkspaceError as error:
        return [], list(error.problems)
    good: list[IndicatorRow] = []
    problems: list[Problem] = []
    for row in rows:
        source = _with_targets(row, shown)
        try:
            good.append(IndicatorRow.model_validate(source.value))
        except ValidationError as error:
            problems += explain(error, source, IndicatorRow)
    return good, problems


def _with_targets(row: Row, shown: Path) -> Marked:
    source = row.marked(shown)
    targets = {k.removeprefix("target_"): v for k, v in source.value.items() if TARGET.fullmatch(k)}
    rest = {k: v for k, v in source.value.items() if not TARGET.fullmatch(k)}
    return Marked(shown, {**rest, "targets": targets}, source.keys, source.values)

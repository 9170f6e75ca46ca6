"""Industries by GB/T 4754 code or by the name planners use."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from geo.errors import UsageError, WorkspaceError
from geo.spec.activities import CODE
from geo.spec.closed import Spec, nearest
from geo.spec.plans import CellList
from geo.spec.tables import load_rows


class _Row(Spec):
    """A row of ``industries.csv``."""

    code: str
    name: str
    aliases: CellList = ()
    verified: bool


@dataclass(frozen=True)
class Industry:
    """An industry: its code, its name where the package knows one, and whether that was confirmed."""

    code: str
    name: str | None
    verified: bool


def find_industry(word: str) -> Industry:
    """Return the industry that a code or a name means.

    A well-formed code the package has no name for is taken as it stands, unconfirmed.

    Raises:
        UsageError: Neither a code of GB/T 4754 nor a known name.

    >>> find_industry("炼焦")
    Industry(code='C2521', name='炼焦', verified=False)
    >>> find_industry("d4415")
    Industry(code='D4415', name=None, verified=False)
    >>> find_industry("炼丹")
    Traceback (most recent call last):
    ...
    geo.errors.UsageError: 没有名为 炼丹 的行业 — ...
    """
    given = word.strip()
    rows = _rows()
    for row in rows:
        if given.upper() == row.code or given in (row.name, *row.aliases):
            return Industry(row.code, row.name, row.verified)
    if CODE.fullmatch(given.upper()):
        return Industry(given.upper(), None, verified=False)
    names = [name for row in rows for name in (row.name, *row.aliases)]
    hint = nearest(given, names)
    raise UsageError(f"没有名为 {given} 的行业 — {hint}，或写 GB/T 4754 代码，例如 C2521")


def _rows() -> list[_Row]:
    with resources.as_file(resources.files("geo.spec") / "industries.csv") as path:
        rows, problems = load_rows(path, _Row, shown=Path(path.name))
    if problems:
        raise WorkspaceError(problems)
    return [row for row, _ in rows]

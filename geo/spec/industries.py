"""Industries by GB/T 4754 code or by the name planners use."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

from geo.errors import UsageError, WorkspaceError
from geo.spec.activities import CODE
from geo.spec.closed import Spec, nearest
from geo.spec.plans import CellList
from geo.spec.tables import load_rows

#: The last division (大类) of each section (门类) from A on, GB/T 4754—2017; the first is 01.
_LAST_DIVISIONS: Final = {
    "A": 5, "B": 12, "C": 43, "D": 46, "E": 50, "F": 52, "G": 60, "H": 62, "I": 65, "J": 69, "K": 70,
    "L": 72, "M": 75, "N": 79, "O": 82, "P": 83, "Q": 85, "R": 90, "S": 96, "T": 97,
}  # fmt: skip
_BARE: Final = re.compile(r"(\d{4})(?:\.0)?")


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


def section_of(digits: str) -> str | None:
    """Give the section letter of a division and what is below it; ``None`` when there is no such division.

    >>> section_of("2521"), section_of("06"), section_of("98"), section_of("00")
    ('C', 'B', None, None)
    """
    division = int(digits[:2])
    return next((s for s, last in _LAST_DIVISIONS.items() if 0 < division <= last), None)


def industry_in_cell(text: str) -> Industry | None:
    """Read a cell of a register's industry column; ``None`` when it is no industry of GB/T 4754.

    Besides what `find_industry` knows, four digits are a class (小类) without its section's letter, as registers
    write it. Fewer may have lost a zero in front (煤炭 0610 in a column of numbers) and are not taken.

    >>> industry_in_cell("2521").code, industry_in_cell("2521.0").code, industry_in_cell("炼焦").code
    ('C2521', 'C2521', 'C2521')
    >>> industry_in_cell("A2521") is industry_in_cell("610") is industry_in_cell("炼丹") is None
    True
    """
    given = unicodedata.normalize("NFKC", text).strip()
    if bare := _BARE.fullmatch(given):
        given = f"{section_of(bare[1]) or ''}{bare[1]}"
    try:
        found = find_industry(given)
    except UsageError:
        return None
    digits = found.code[1:]
    wrong = len(digits) > 1 and section_of(digits) != found.code[0]
    return None if wrong else found


@lru_cache(maxsize=1)
def _rows() -> list[_Row]:
    with resources.as_file(resources.files("geo.spec") / "industries.csv") as path:
        rows, problems = load_rows(path, _Row, shown=Path(path.name))
    if problems:
        raise WorkspaceError(problems)
    return [row for row, _ in rows]

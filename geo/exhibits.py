"""Figures and tables with caption, sources and fingerprint: what every kind of paper shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A picture as it stands in a report.

    Attributes:
        id: Name that references use.
        caption: Words after the number, without a full stop.
        png: The picture; raster, since a report may leave the office.
        width_mm: Width on paper.
        alt: What the picture shows, for readers who cannot see it.
        sources: Credits printed under it.
        inputs: Fingerprints of what it was made from, by file name.
        to_scale: A numeric scale stands on it, which holds at ``width_mm`` only.
    """

    id: str
    caption: str
    png: bytes = field(repr=False)
    width_mm: float
    alt: str
    sources: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    to_scale: bool = False

    @property
    def fingerprint(self) -> str:
        """Sha256 of what is shown."""
        return _sha256(self.png + self.caption.encode())


@dataclass(frozen=True)
class Table:
    """A table as it stands in a report; cells are text, already rounded and with units in heads.

    ``align`` gives ``l``, ``c`` or ``r`` per column; ``notes`` are printed under the table.
    """

    id: str
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str = ""
    widths: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    inputs: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Refuse a row that does not fit the head: a shifted cell would be read as another figure."""
        for row in self.rows:
            if len(row) != len(self.columns):
                message = f"table {self.id}: {len(row)} cells under {len(self.columns)} columns"
                raise ValueError(message)

    @staticmethod
    def is_band(row: tuple[str, ...]) -> bool:
        """Tell whether a row is one title that stands across all columns.

        >>> Table.is_band(("《规划》", "", "")), Table.is_band(("名称", "1", "")), Table.is_band(("名称", ""))
        (True, False, False)
        """
        return len(row) > 2 and bool(row[0]) and not any(row[1:])  # noqa: PLR2004

    @property
    def fingerprint(self) -> str:
        """Sha256 of what is shown."""
        told = [self.caption, self.columns, self.rows, self.notes]
        return _sha256(json.dumps(told, ensure_ascii=False).encode())


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"

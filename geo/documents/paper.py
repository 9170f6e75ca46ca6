"""A report before it has a format: headings, paragraphs, tables, figures, in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.exhibits import Figure, Table

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Heading:
    """A chapter (level 1) or section (level 2) heading, numbered by its own words."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``strong`` for a verdict, ``notice`` for a warning that must be seen."""

    text: str
    strong: bool = False
    notice: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list of short sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class SignatureLine:
    """The line for those who sign: 编制, 校核, 审核."""

    roles: tuple[str, ...] = ("编制", "校核", "审核")


Block = Heading | Paragraph | Bullets | Table | Figure | SignatureLine


@dataclass(frozen=True)
class Paper:
    """A whole report: its title, what is said of its making, and its blocks."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    footer: str = ""

    def exhibits(self) -> Iterator[Figure | Table]:
        """List figures and tables in reading order."""
        yield from (block for block in self.blocks if isinstance(block, Figure | Table))

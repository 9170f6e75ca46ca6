"""A control unit at a site with its requirements; whether the project conforms is for a person to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class UnitHit:
    """A unit the footprint lies in.

    Attributes:
        requirements: Pairs of dimension and text as issued; empty when no list was supplied for the unit.
        listed: Whether the workspace's list has the unit's code.
    """

    code: str
    name: str
    unit_class: str
    requirements: tuple[tuple[str, str], ...] = ()
    listed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Write it as JSON; ``situation`` (本项目情况) and ``conforms`` (符合性) are a person's to fill."""
        return {
            "code": self.code, "name": self.name, "class": self.unit_class, "listed": self.listed,
            "requirements": [
                {"dimension": title, "text": text, "situation": None, "conforms": None}
                for title, text in self.requirements
            ],
        }  # fmt: skip

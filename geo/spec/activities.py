"""What a project does: the table of activities that rules and controls speak of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.errors import Problem, UsageError, WorkspaceError
from geo.spec.closed import Spec, nearest
from geo.spec.plans import CellList
from geo.spec.tables import load_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

#: GB/T 4754: a section letter, then up to four digits.
CODE: Final = re.compile(r"[A-T]\d{0,4}")


class Activity(Spec):
    """One kind of activity; ``codes`` are GB/T 4754 codes that usually go with it."""

    id: str
    name: str
    aliases: CellList = ()
    codes: CellList = ()
    note: str = ""


@dataclass(frozen=True)
class Activities:
    """Activities by id: the package's own, overlaid with those of a workspace."""

    by_id: dict[str, Activity]

    def find(self, word: str) -> Activity:
        """Return the activity an id, name or alias means.

        Raises:
            UsageError: Nothing of that name, or a name that several activities share.

        >>> shipped_activities().find("采煤").id
        'coal_mining'
        >>> shipped_activities().find("minning")
        Traceback (most recent call last):
        ...
        geo.errors.UsageError: 没有名为 minning 的活动 — 是否想写 mining？
        """
        if word in self.by_id:
            return self.by_id[word]
        found = [a for a in self.by_id.values() if word in (a.name, *a.aliases)]
        if len(found) == 1:
            return found[0]
        if found:
            names = "、".join(f"{a.name}（{a.id}）" for a in found)
            raise UsageError(f"“{word}”可指多种活动：{names} — 请写编号")
        words = [w for a in self.by_id.values() for w in (a.id, a.name, *a.aliases)]
        raise UsageError(f"没有名为 {word} 的活动 — {nearest(word, words)}")

    def codes_of(self, word: str) -> tuple[str, ...]:
        """Return the industry codes of a word of a rule: of an activity's id, or the code itself.

        >>> shipped_activities().codes_of("linear"), shipped_activities().codes_of("C2521")
        (('G', 'E481', 'E485'), ('C2521',))
        """
        activity = self.by_id.get(word)
        if activity is not None:
            return activity.codes
        return (word,) if CODE.fullmatch(word) else ()

    def name_of(self, word: str) -> str:
        """Name a word of a rule for a reader: an activity by its name, a code as it stands."""
        activity = self.by_id.get(word)
        return activity.name if activity else word

    def unknown(self, words: Iterable[str]) -> tuple[str, ...]:
        """List the words that are neither ``*``, an activity's id nor an industry code."""
        return tuple(w for w in words if w not in self.by_id and w != "*" and not CODE.fullmatch(w))


def shipped_activities() -> Activities:
    """Read the table that ships with the package: every activity the national rules name.

    >>> shipped_activities().by_id["linear"].name
    '线性基础设施'
    """
    with resources.as_file(resources.files("geo.spec") / "activities.csv") as path:
        found, problems = _read(path, shown=Path(path.name))
    if problems:
        raise WorkspaceError(problems)
    return Activities(found)


def read_activities(path: Path, *, shown: Path) -> tuple[Activities, list[Problem]]:
    """Overlay the package's activities with a workspace's own, as far as they are good.

    A file that does not exist leaves the package's.
    """
    base = shipped_activities().by_id
    if not path.is_file():
        return Activities(base), []
    own, problems = _read(path, shown=shown)
    return Activities({**base, **own}), problems


def _read(path: Path, *, shown: Path) -> tuple[dict[str, Activity], list[Problem]]:
    rows, problems = load_rows(path, Activity, shown=shown)
    found: dict[str, Activity] = {}
    for activity, cells in rows:
        if activity.id in found:
            mark = cells.marks["id"]
            problems.append(Problem(shown, *mark, f"活动编号 {activity.id} 重复", "请删去其中一行"))
        for code in activity.codes:
            if not CODE.fullmatch(code):
                mark = cells.marks["codes"]
                hint = "写成 C2521 这样的代码，多个用分号隔开"
                problems.append(Problem(shown, *mark, f"{code} 不是 GB/T 4754 行业代码", hint))
        found.setdefault(activity.id, activity)
    return found, problems

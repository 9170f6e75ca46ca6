"""What law says about a zone, in the words of a popup: the clauses in force, each with its standing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from geo.spec.rules import Clause, Law


def clauses_in_words(
    kind: str,
    laws: Iterable[Law],
    *,
    day: date,
    adcodes: tuple[str, ...],
    basins: tuple[str, ...] | None,
) -> str:
    """List the clauses that speak of a zone kind on a day, with what each says; empty for none.

    It names clauses only: what they mean for a project is for ``hongxian check`` to say.

    Args:
        kind: A zone kind, such as ``water_source_1``.
        laws: National and the workspace's own.
        day: The date of the map.
        adcodes: The counties it is about.
        basins: The basins these drain to; ``None`` when nobody has said, and a law of one basin is then
            listed with that doubt.
    """
    found = []
    for law in laws:
        sure = law.applies_in(basins=basins or (), adcodes=adcodes)
        doubtful = basins is None and law.applies_in(basins=law.basins, adcodes=adcodes)
        if sure or doubtful:
            in_force = (c for c in law.clauses if kind in c.zones and law.in_force(c, day))
            found += [_words(law, clause, sure=sure) for clause in in_force]
    return "；".join(dict.fromkeys(found))


def _words(law: Law, clause: Clause, *, sure: bool) -> str:
    doubts = [] if law.is_verified(clause) else ["条款待核实"]
    doubts += [] if sure else ["所在流域未登记，是否适用待核实"]
    where = "" if clause.clause == "待核实" else clause.clause
    doubt = f"（{'，'.join(doubts)}）" if doubts else ""
    return f"《{law.title}》{where}{doubt}：{clause.summary.removesuffix('。')}"

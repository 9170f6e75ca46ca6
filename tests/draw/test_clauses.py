"""What a popup says about the law of a zone: in force on the day, with every doubt spoken."""

from __future__ import annotations

from datetime import date

from geo.draw.layers.clauses import clauses_in_words
from geo.spec.rules import Law


def law(**changes: object) -> Law:
    example = {"zone": "nature_core", "as_at": date(2022, 1, 1), "expect": "prohibited"}
    clause = {
        "id": "a", "clause": "第五条", "zones": ["nature_core"], "summary": "禁止开山。", "default": "prohibited",
        "otherwise": "prohibited", "examples": [example],
    }  # fmt: skip
    given = {
        "title": "试验条例", "issuer": "试验", "level": "local", "effective_from": date(2020, 1, 1),
        "effective_to": date(2024, 12, 31), "verified": True, "source": "试验", "clauses": [clause],
    }  # fmt: skip
    return Law.model_validate(given | changes)


def words(
    *,
    kind: str = "nature_core",
    day: date = date(2022, 1, 1),
    basins: tuple[str, ...] | None = ("海河",),
    given: Law | None = None,
) -> str:
    return clauses_in_words(kind, [given or law()], day=day, adcodes=("140405",), basins=basins)


def test_a_clause_in_force_is_named_with_what_it_says() -> None:
    assert words() == "《试验条例》第五条：禁止开山"


def test_a_clause_of_another_zone_or_another_time_is_not() -> None:
    assert words(kind="wetland") == ""
    assert words(day=date(2025, 1, 1)) == ""


def test_a_clause_nobody_has_read_says_so() -> None:
    assert words(given=law(verified=False)) == "《试验条例》第五条（条款待核实）：禁止开山"


def test_a_law_of_another_basin_does_not_apply() -> None:
    assert words(given=law(basins=["黄河"])) == ""
    assert words(given=law(basins=["海河"])) == "《试验条例》第五条：禁止开山"


def test_while_nobody_has_said_the_basin_its_law_is_listed_with_the_doubt() -> None:
    assert "是否适用待核实" in words(given=law(basins=["黄河"]), basins=None)

"""Every combination of state, authority, rule and letter against a table written down a second time.

The table here is kept apart from the code on purpose: change one and the other must follow.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import replace
from datetime import date

import geopandas
import pytest
import yaml

from geo.check.coverage import standing
from geo.check.sites import check_sites
from geo.check.verdict import control_outcome, hit_outcome, miss_outcome, silent_outcome
from geo.spec.layers import Layer
from geo.spec.vocabulary import AUTHORITIES, STATE_ZH, Outcome
from geo.store.layers import LayerTable
from geo.store.store import Store

from .conftest import DAY, OFFICIAL, footprint, square

#: Kinds by what the law of DAY says of them: (kind, what its rule says, read in print).
KINDS = {
    "prohibited": ("ecological_redline", True),
    "prohibited-unverified": ("nature_core", False),
    "restricted": ("water_source_quasi", False),
    "no-hit": ("ecological_redline", True),
}


def expected(state: str, authority: str, rule: str, *, letter: bool) -> str:
    """The table of contracts.md, in other words than the code's."""
    if rule == "prohibited":
        return "prohibited" if authority == "official" else "suspected"
    if rule == "prohibited-unverified":
        return "suspected"
    if rule == "restricted":
        return "restricted"
    if letter or (state == "ok" and authority == "official"):
        return "clear"
    return "undetermined"


def _table(store: Store, kind: str, state: str, authority: str, *, hit: bool) -> LayerTable:
    """A layer in a state, with a feature over the plot or far from it."""
    zone = {"": kind}
    spec = Layer.model_validate(
        {**OFFICIAL, "title": kind, "zone": {"field": "", "values": zone}, "source": "data/x.geojson",
         "authority": authority, **({"valid_until": "2020"} if state == "stale" else {})}
    )  # fmt: skip
    shape = square(0, 0, 500) if hit else square(8_000, 0, 100)
    columns = {"name": ["甲"], "accuracy_m": [0.0], "zone_kind": [kind]}
    frame = geopandas.GeoDataFrame(columns, geometry=[shape], crs="EPSG:4490")
    county = store.boundaries.area("140405")
    coverage = {"outside_coverage": None, "partial_coverage": square(-500, -500, 550)}.get(
        state, county
    )
    held = state if state in ("no_data", "unreadable") else "ok"
    return LayerTable(kind, spec, held, frame, coverage=coverage)


def _letter(folder, kind):
    scan = folder / "复函.pdf"
    scan.write_bytes(b"scan")
    letter = {
        "number": "屯自然资函〔2026〕1号", "unit": "屯留区自然资源局", "date": "2026-10-01", "layer": kind,
        "conclusion": "不重叠", "site": "地块1", "scan": "复函.pdf",
        "sha256": hashlib.sha256(b"scan").hexdigest(),
    }  # fmt: skip
    path = folder / "evidence.yml"
    path.write_text(yaml.safe_dump({"letters": [letter]}, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("rule", KINDS)
def test_every_combination_comes_to_what_the_table_says(full_town, plot, rule):
    base = full_town.store()
    kind, _ = KINDS[rule]
    evidence = _letter(full_town.root, kind)
    for name in base.spec.layers:
        base.layer(name)
    for state, authority, letter in itertools.product(STATE_ZH, AUTHORITIES, (False, True)):
        table = _table(base, kind, state, authority, hit=rule != "no-hit")
        layers = {**base.spec.layers, kind: table.spec}
        store = Store(replace(base.spec, layers=layers), _tables={**base._tables, kind: table})
        found = check_sites(
            [footprint(plot)], store, as_at=DAY, evidence=evidence if letter else None
        ).sites[0]
        told = (state, authority, rule, letter)
        assert standing(table, plot, day=DAY).state == state, told
        assert found.verdict.value == expected(state, authority, rule, letter=letter), told
        whole = letter or (state == "ok" and authority == "official")
        assert found.complete is whole, told


def test_silence_is_leave_only_where_somebody_answered():
    for state, required, settled in itertools.product(STATE_ZH, (False, True), (False, True)):
        found = silent_outcome(state, required=required, settled=settled)
        if settled:
            assert found is Outcome.CLEAR
        elif required:
            assert found is Outcome.UNDETERMINED
        else:
            assert found is (Outcome.CLEAR if state == "ok" else Outcome.NOTICE)


def test_a_hit_is_never_clear_and_doubt_only_raises():
    says = [[], [Outcome.NOTICE], [Outcome.RESTRICTED], [Outcome.SUSPECTED], [Outcome.PROHIBITED]]
    for said, governed, within, may in itertools.product(says, *[(False, True)] * 3):
        found = hit_outcome(said, governed=governed, within_accuracy=within, may_prohibit=may)
        bare = hit_outcome(said, governed=governed, within_accuracy=False, may_prohibit=may)
        assert found.rank >= bare.rank >= Outcome.NOTICE.rank
        if within and may:
            assert found.rank >= Outcome.UNDETERMINED.rank


def test_a_miss_is_clear_only_beyond_accuracy():
    assert miss_outcome(within_accuracy=False, may_prohibit=True) is Outcome.CLEAR
    assert miss_outcome(within_accuracy=True, may_prohibit=True) is Outcome.UNDETERMINED
    assert miss_outcome(within_accuracy=True, may_prohibit=False) is Outcome.NOTICE


CONTROLS = {
    "禁止": "prohibited",
    "严格控制": "restricted",
    "原则上": "restricted",
    "限期退出": "notice",
    "准入条件": "notice",
}


@pytest.mark.parametrize("strength", CONTROLS)
def test_every_control_comes_to_what_the_table_says(strength):
    meetings = ("named", "by_code", "perhaps", "none")
    for authority, meeting, period, placed, existing in itertools.product(
        AUTHORITIES, meetings, (False, True), (False, True), (False, True)
    ):
        found = control_outcome(
            strength, authority=authority, meeting=meeting, in_period=period, placed=placed,
            existing=existing,
        )  # fmt: skip
        want: str | None = CONTROLS[strength]
        if strength == "禁止" and (authority != "official" or meeting == "by_code"):
            want = "suspected"
        if strength == "限期退出" and existing:
            want = "restricted"
        if not period or not placed or meeting == "perhaps":
            want = "notice"
        if meeting == "none":
            want = None
        assert (found and found.value) == want
        if strength == "严格控制":
            assert found is None or found.rank < Outcome.SUSPECTED.rank  # never becomes 禁止


def test_the_day_of_the_table_is_after_every_change_of_law():
    assert date(2026, 8, 15) < DAY

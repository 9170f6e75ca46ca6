"""The frozen results and their JSON: the contract's keys, no invented zeros, nothing secret by default."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError, replace
from datetime import date

import pytest
import shapely
from jsonschema import Draft202012Validator

from geo.findings import (
    CheckResult,
    District,
    Finding,
    Ground,
    LayerAsked,
    Letter,
    Move,
    RuleHit,
    SiteResult,
    Size,
    TaskHit,
    TopicRow,
    check_schema,
    worst,
)
from geo.sites.site import CrsReading, Site, SiteSource
from geo.spec.vocabulary import Outcome

#: Copied from contracts.md: what must stand in the JSON, whatever is added to it.
CONTRACT = {
    "top": "schema tool as_at workspace sites",
    "workspace": "title fingerprint",
    "site": (
        "name source crs geometry area_m2 area_ha area_mu area_method plane_area_m2 declared_area_m2 perimeter_m "
        "length_m repairs districts industry verdict verdict_zh complete reasons layers findings tasks"
    ),
    "source": "file format sha256 encoding",
    "crs": "given how suspicions",
    "district": "adcode name share",
    "industry": "code name",
    "layer": "layer title zone_kinds required state authority as_of accuracy_m evidence outcome",
    "finding": (
        "layer feature zone_kind relation overlap_m2 share length_m chainage_m distance_m bearing_deg direction_zh "
        "within_accuracy outcome rules authority as_of accuracy_m note"
    ),
    "rule": "id law clause verified outcome documents_needed",
    "task": "plan id kind title relation outcome heading authority accuracy_m",
}


def finding(**changes) -> Finding:
    rule = RuleHit("x/a", "某法", "第一条", verified=True, outcome=Outcome.PROHIBITED)
    base = Finding(
        layer="redline", title="红线", feature="甲", zone_kind="ecological_redline", relation="overlaps",
        outcome=Outcome.PROHIBITED, authority="official", as_of="2026-06", accuracy_m=1.0,
        overlap_m2=4_012.345678, share=0.4012345678, rules=(rule,), overlap=shapely.box(112, 36, 112.1, 36.1),
    )  # fmt: skip

    return replace(base, **changes)


def result(*findings: Finding, **changes) -> CheckResult:
    site = Site(
        "地块1", shapely.box(112, 36, 112.001, 36.001), SiteSource("a.txt", "boundary-txt", "0" * 64),
        CrsReading("EPSG:4526", "带号 38"),
    )  # fmt: skip
    letter = Letter(
        "1号", "某局", date(2026, 1, 1), "不重叠", "redline", ("ecological_redline",), "0" * 64
    )
    asked = LayerAsked(
        "redline", "红线", ("ecological_redline",), required=True, state="no_data", outcome=Outcome.CLEAR,
        evidence=letter,
    )  # fmt: skip
    told = {
        "site": site, "size": Size(10_000.0, 10_003.0, 400.0), "districts": (District("140405", "屯留区", 1.0),),
        "industry": ("C2521", "炼焦"), "verdict": Outcome.PROHIBITED, "complete": True, "reasons": ("因",),
        "needed": (), "topics": (TopicRow("红线", Outcome.CLEAR, "a", "b"),), "layers": (asked,),
        "findings": findings, "tasks": (TaskHit("p", "C1", "control", "某", None, Outcome.NOTICE, "章", "open", 0.0),),
        "move": Move(41.0, 270.0, "西侧", 0.0, ("红线",)), **changes,
    }  # fmt: skip
    ground = Ground("某区", "sha256:" + "0" * 64)
    return CheckResult("hongxian 0.1.0", date(2026, 11, 22), ground, (SiteResult(**told),))


def test_every_key_of_the_contract_is_there():
    told = result(finding()).as_json()
    site = told["sites"][0]
    parts = {
        "top": told, "workspace": told["workspace"], "site": site, "source": site["source"],
        "crs": site["crs"], "district": site["districts"][0], "industry": site["industry"],
        "layer": site["layers"][0], "finding": site["findings"][0],
        "rule": site["findings"][0]["rules"][0], "task": site["tasks"][0],
    }  # fmt: skip
    for part, keys in CONTRACT.items():
        assert set(keys.split()) <= set(parts[part]), part


def test_the_json_fits_its_schema_and_the_schema_is_closed():
    told = result(finding()).as_json()
    validator = Draft202012Validator(check_schema())
    validator.validate(told)
    told["sites"][0]["extra"] = 1
    assert not validator.is_valid(told)


def test_what_was_not_measured_is_null_and_never_zero():
    bare = finding(overlap_m2=None, share=None, relation="near", overlap=None)
    told = result(bare, size=Size()).as_json()["sites"][0]
    for key in (
        "area_m2",
        "area_ha",
        "area_mu",
        "plane_area_m2",
        "perimeter_m",
        "length_m",
        "declared_area_m2",
    ):
        assert told[key] is None
    for key in ("overlap_m2", "share", "length_m", "distance_m", "bearing_deg", "direction_zh"):
        assert told["findings"][0][key] is None


def test_areas_come_in_three_units_that_agree():
    site = result().as_json()["sites"][0]
    assert (site["area_m2"], site["area_ha"], site["area_mu"]) == (10_000.0, 1.0, 15.0)


def test_figures_of_internal_layers_leave_rounded_unless_asked_for():
    secret = finding(
        sensitivity="internal",
        distance_m=3.2,
        bearing_deg=93.0,
        length_m=1_234.5,
        chainage_m=((1.0, 2.0),),
    )
    told = result(secret).as_json()["sites"][0]["findings"][0]
    assert (told["overlap_m2"], told["share"], told["length_m"]) == (4_000.0, 0.4, 1_230.0)
    assert (told["distance_m"], told["bearing_deg"], told["chainage_m"]) == (10.0, 90.0, [])
    whole = result(secret).as_json(internal=True)["sites"][0]["findings"][0]
    assert (whole["overlap_m2"], whole["bearing_deg"]) == (4_012.3457, 93.0)


def test_something_measured_is_never_rounded_to_nothing():
    sliver = finding(sensitivity="internal", overlap_m2=0.3, share=1e-6).coarse()
    assert (sliver.overlap_m2, sliver.share) == (100.0, 0.01)
    touching = finding(sensitivity="internal", distance_m=0.0).coarse()
    assert touching.distance_m == 0.0


def test_overlaps_of_internal_layers_stay_in_the_office():
    both = result(finding(), finding(layer="secret", sensitivity="internal"), finding(overlap=None))
    parts = [f["properties"]["part"] for f in both.overlaps()["features"]]
    assert parts == ["site", "overlap"]
    assert len(both.overlaps(internal=True)["features"]) == 3
    json.dumps(both.overlaps(), ensure_ascii=False, allow_nan=False)


def test_the_worst_counts_and_nothing_asked_is_not_clear():
    assert worst([Outcome.NOTICE, Outcome.PROHIBITED, Outcome.UNDETERMINED]) is Outcome.PROHIBITED
    assert worst([]) is Outcome.CLEAR
    empty = CheckResult("t", date(2026, 1, 1), Ground("", "sha256:"), ())
    assert empty.verdict is Outcome.UNDETERMINED


def test_a_result_knows_whether_it_rests_on_schematic_data():
    assert not result(finding()).sites[0].schematic
    assert result(finding(authority="schematic")).sites[0].schematic


def test_results_are_frozen():
    with pytest.raises(FrozenInstanceError):
        finding().layer = "x"

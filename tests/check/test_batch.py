"""Sites checked together: what each is told is what a single check tells it."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
import shapely

from geo.check.batch.desk import Desk
from geo.check.project import project_of
from geo.check.sites import check_sites, question_of
from geo.errors import GeometryError
from geo.space import overlay_ready

from .conftest import DAY, footprint, place, square
from .test_mutants import BATTERY, PLOT, _town

COUNT = 1_200
SIDE = 4_000  # metres around the origin within which the made-up zones lie
NEAR_M = 400.0


def ring(east, north, radius, corners, hole=0.0):
    """Make a star of many corners, with a hole of the same shape."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    wave = 1 + 0.2 * np.sin(7 * turn)
    shell = np.column_stack(
        [east + radius * wave * np.cos(turn), north + radius * wave * np.sin(turn)]
    )
    inner = (shell - (east, north)) * hole + (east, north)
    return place(shapely.Polygon(shell, [inner] if hole else []))


@pytest.fixture
def world(full_town):
    """Layers in every state, of every kind of geometry, and a plan with rows in and outside of places."""
    put = full_town.layer
    put(
        "ecological_redline",
        ring(-1_500, 500, 900, 300, hole=0.4),
        square(500, 500, 300),
        square(800, 500, 300),
        accuracy_m=5,
    )
    put("nature_core", ring(1_500, -1_000, 700, 90), accuracy_m=0)
    put(
        "nature_general",
        ring(-1_000, -1_500, 500, 2_000),
        square(-3_000, -3_000, 150),
        accuracy_m=40,
    )
    put(
        "water_source_1", place(shapely.Point(0, 0)), place(shapely.Point(900, -300)), accuracy_m=30
    )
    put(
        "basic_farmland",
        *(square(-2_000 + 250 * i, 2_000 + 250 * j, 250) for i in range(4) for j in range(3)),
    )
    river = place(shapely.LineString([(-4_000, -700), (-500, -600), (400, -900), (4_000, -650)]))
    put("shore", river, kind="river_management", accuracy_m=10)
    put("wet", ring(2_500, 1_800, 800, 150), kind="wetland", authority="schematic", accuracy_m=300)
    put("old", square(0, 2_500, 800), kind="spring_domain", valid_until="2025-12-31")
    put("none", kind="coal_goaf")
    put("inner", ring(0, 0, 3_500, 400, hole=0.9), kind="spring_core", sensitivity="internal")
    full_town.layers["valley"] = {
        "title": "谷地", "source": "data/valley.geojson", "authority": "official", "provider": "某局",
        "licence": "内部", "as_of": "2024", "accuracy_m": 25,
    }  # fmt: skip
    full_town.layers["unknown"] = {"title": "未提供的图层"}
    full_town.features["valley"] = [(ring(-200, 1_200, 600, 60), {"name": "谷地"})]
    head = "title: 规划\nadcode: '140405'\nperiod: [2021, 2030]\nsource: x.txt\n"
    controls = "id,heading,title,where,activities,strength,note\n" + "".join(
        f'C0{at},一,某,"{where}",mining,{strength},\n'
        for at, (where, strength) in enumerate(
            [("{layer: valley}", "禁止"), ("{layer: valley}", "严格控制"), ("{layer: unknown}", "禁止"),
             ("{everywhere: true}", "准入条件"), ("{layer: shore}", "限期退出")]
        )
    )  # fmt: skip
    tasks = "id,parent,kind,heading,title,summary,where\n" + "".join(
        f'T0{at},,project,一,某工程,某,"{where}"\n'
        for at, where in enumerate(["{layer: valley}", "{layer: nature_core}", "{layer: unknown}"])
    )
    full_town.plans["p"] = {"plan.yml": head, "controls.csv": controls, "tasks.csv": tasks}
    return full_town.store()


def sites():
    """Make points, lines and areas of all kinds: small and wide, on borders, in holes, abroad, uncertain."""
    rng = np.random.default_rng(8)
    return [site(rng, at) for at in range(COUNT)]


def site(rng, at):
    x, y = rng.uniform(-SIDE, SIDE, 2)
    if at % 9 == 0:  # where the coordinates are those of zones
        x, y = rng.choice([500, 800, -2_000, -1_750, -1_500]), rng.choice([500, 800, 2_000, 2_250])
    side = float(rng.uniform(5, 300))
    box = shapely.box(x, y, x + side, y + 0.7 * side)
    shapes = {
        0: box, 1: shapely.Point(x, y), 2: shapely.LineString([(x, y), (x + 4 * side, y + side), (x + 5 * side, y)]),
        3: shapely.MultiPolygon([box, shapely.box(x + 2 * side, y, x + 3 * side, y + side)]),
        4: shapely.Point(x, y).buffer(side).difference(shapely.Point(x, y).buffer(side / 2)),
        5: shapely.MultiPoint([(x, y), (x + side, y)]),
        6: shapely.MultiLineString([[(x, y), (x + side, y)], [(x, y + side), (x + 9 * side, y - side)]]),
        7: shapely.box(x, y, x + 20 * side, y + 15 * side), 8: shapely.box(x, y, x + 300, y + 300),
    }  # fmt: skip
    shape = place(shapes[at % 9])
    if at % 9 == 0 and at % 2:
        shape = square(x, y, 300 if x > 0 else 250)
    if at % 50 == 7:  # on the county's border, and abroad
        moved = [(0.35, 0.0), (0.0, 0.3), (38.0, -16.0)][at // 50 % 3]
        shape = shapely.transform(shape, lambda points: points + np.array(moved))
    crs = {30: {"certain": False}, 31: {"suspicions": ("似有偏移",)}, 32: {"accuracy_m": 60.0}}
    return footprint(
        shape,
        name=f"地块{at}",
        accuracy_m=float(rng.choice([0, 0, 2, 30])),
        crs=crs.get(at % 60, {}),
    )


def told(one):
    """What matters of a finding, exactly."""
    return (
        one.layer, one.title, one.zone_kind, one.relation, one.outcome, one.authority, one.as_of, one.accuracy_m,
        one.within_accuracy, one.direction_zh, one.rules, one.note, one.sensitivity, len(one.chainage_m),
    )  # fmt: skip


def figures(one):
    """Its figures, with how far they may differ: the compiled kernel sums areas in another order."""
    yield one.overlap_m2, 1e-6
    yield one.share, 1e-9
    yield one.length_m, 1e-6
    yield one.distance_m, 1e-3
    for pair in one.chainage_m:
        yield from ((end, 1e-6) for end in pair)


def agree(one, other):
    if told(one) != told(other) or (one.relation != "near" and one.feature != other.feature):
        return False
    return all(
        a == b
        or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-9, abs_tol=slack))
        for (a, slack), (b, _) in zip(figures(one), figures(other), strict=True)
    )


def that_a_batch_lists(findings):
    """Of features that are merely near a batch lists the nearest of each layer."""
    kept, seen = [], set()
    for finding in findings:
        merely = finding.relation == "near" and not finding.within_accuracy
        if not merely or finding.layer not in seen:
            kept.append(finding)
        if finding.relation == "near":
            seen.add(finding.layer)
    return kept


def equal(one, other):
    """Compare measures of the same shape alone and among others: the last bit may differ."""
    return one == other or (
        one is not None and other is not None and math.isclose(one, other, rel_tol=1e-15)
    )


def differing(checked, single):
    """Name what differs between a site of a batch and its single check."""
    found, listed = checked.judgement, that_a_batch_lists(single.findings)
    same = {
        "verdict": found.verdict is single.verdict, "complete": found.complete == single.complete,
        "reasons": found.reasons == single.reasons, "layers": found.layers == single.layers,
        "tasks": checked.tasks == single.tasks, "area": equal(checked.area_m2, single.size.area_m2),
        "length": equal(checked.length_m, single.size.length_m),
        "findings": len(found.findings) == len(listed)
        and all(map(agree, found.findings, listed)),
    }  # fmt: skip
    return [name for name, equal in same.items() if not equal]


@pytest.mark.parametrize("kernel", [True, False])
def test_a_thousand_sites_are_told_what_single_checks_tell_them(world, kernel, monkeypatch):
    asked = sites()
    if kernel:
        monkeypatch.setattr(overlay_ready, "KERNEL_FROM", 1)
    else:
        asked = asked[::8]
    desk = Desk(question_of(world, as_at=DAY, activities=["mining"], near_m=NEAR_M))
    checked = desk.check(asked[: len(asked) // 2]) + desk.check(asked[len(asked) // 2 :])
    singles = check_sites(asked, world, as_at=DAY, activities=["mining"], near_m=NEAR_M).sites
    wrong = {
        one.site.name: names
        for one, single in zip(checked, singles, strict=True)
        if (names := differing(one, single))
    }
    assert not wrong
    seen = Counter(f.relation for single in singles for f in single.findings)
    assert min(seen[name] for name in ("inside", "overlaps", "touches", "near")) > 30 * kernel
    assert sum(f.within_accuracy for single in singles for f in single.findings) > 200 * kernel
    assert len({single.verdict for single in singles}) >= 3 * kernel
    assert len({task.id for single in singles for task in single.tasks}) >= 6


@pytest.mark.parametrize("name", [n for n, (_, _, more) in BATTERY.items() if "letter" not in more])
def test_each_situation_of_the_battery_is_told_alike(name, tmp_path):
    change, _, options = BATTERY[name]
    rest = dict(options)
    one = footprint(
        rest.pop("shape", PLOT), **{k: rest.pop(k) for k in ("crs", "accuracy_m") if k in rest}
    )
    store = _town(tmp_path, "town", change).store()
    single = check_sites([one], store, as_at=DAY, **rest).sites[0]
    (checked,) = Desk(question_of(store, as_at=DAY, **rest)).check([one])
    assert not differing(checked, single)


def test_all_that_is_within_accuracy_is_listed_and_the_nearest_of_the_rest(full_town):
    beside = [square(103, 0, 50), square(0, 106, 50), square(-160, 0, 50), square(0, -190, 50)]
    full_town.layer("nature_core", *beside, accuracy_m=10)
    desk = Desk(question_of(full_town.store(), as_at=DAY, near_m=500.0))
    (checked,) = desk.check([footprint(PLOT)])
    found = [f for f in checked.judgement.findings if f.layer == "nature_core"]
    assert [(f.feature, round(f.distance_m), f.within_accuracy) for f in found] == [
        ("nature_core-1", 3, True), ("nature_core-2", 6, True),
    ]  # fmt: skip
    (far,) = Desk(question_of(full_town.store(), as_at=DAY, near_m=500.0)).check(
        [footprint(square(-60, -90, 20))]
    )
    found = [f for f in far.judgement.findings if f.layer == "nature_core"]
    assert [(f.feature, f.within_accuracy) for f in found] == [("nature_core-4", False)]


def test_a_layer_that_covers_half_of_a_site_says_so_in_a_batch_too(full_town):
    full_town.layer("ecological_redline", square(-500, 0, 100), coverage="data/cover.geojson")
    full_town.features["cover"] = [(square(-1_000, -1_000, 1_050), {})]
    store = full_town.store()
    asked = [footprint(PLOT), footprint(square(-300, -300, 50)), footprint(square(200, 200, 50))]
    checked = Desk(question_of(store, as_at=DAY)).check(asked)
    singles = check_sites(asked, store, as_at=DAY).sites
    assert not any(map(differing, checked, singles))
    states = [
        next(a.state for a in c.judgement.layers if a.layer == "ecological_redline")
        for c in checked
    ]
    assert states == ["partial_coverage", "ok", "outside_coverage"]


def test_a_site_that_no_plane_measures_is_refused(full_town):
    desk = Desk(question_of(full_town.store(), as_at=DAY))
    wide = footprint(shapely.box(110, 36, 114, 37))
    with pytest.raises(GeometryError, match="东西跨"):
        desk.check([footprint(PLOT), wide])
    assert desk.check([]) == []


def test_each_site_has_the_industry_of_its_row_as_in_its_single_check(world):
    codes = [None, "C2521", "B0610", "C26", "A01", "D4411", "C251"]
    asked = sites()[::20]
    told = [codes[at % len(codes)] for at in range(len(asked))]
    question = question_of(world, as_at=DAY, near_m=NEAR_M)
    projects = [project_of(question.project.table, industry=code) for code in told]
    checked = Desk(question).check(asked, projects)
    singles = [
        check_sites([site], world, as_at=DAY, industry=code, near_m=NEAR_M).sites[0]
        for site, code in zip(asked, told, strict=True)
    ]
    assert not [differing(*pair) for pair in zip(checked, singles, strict=True) if differing(*pair)]
    # One place and seven industries: they do not come to the same, so each had its own.
    (one,) = asked[:1]
    notes = {
        tuple(t.note for t in c.tasks)
        for c in Desk(question).check(
            [one] * 7, [project_of(question.project.table, industry=c) for c in codes]
        )
    }
    assert len(notes) > 1

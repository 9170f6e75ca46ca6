"""Wrong versions of the verdict's code, one small change each: what reassures wrongly is noticed.

The battery is a town in which one thing at a time is wrong. Its expected verdicts are written here by hand; a mutant is
killed when a verdict or the outcome of a layer differs. None may turn a site that is not clear into a clear one unseen,
so every place that says another outcome is also tried saying ``clear``.
"""

from __future__ import annotations

import hashlib
import importlib
from pathlib import Path

import pytest
import shapely
import yaml

from .conftest import DAY, Town, footprint, square
from .mutants import mutants_of
from .test_never_clear import FAR

#: Where verdicts are made: each module with the functions that decide (all, when none is named).
DECIDES = {
    "verdict": (),
    "coverage": (
        "answers_for",
        "standing",
        "standing_where",
        "_held",
        "gaps",
        "settled",
        "settlement",
    ),
    "judge": ("governed",),
    "sites": ("_verdict", "_complete", "_of_kind", "_nobody"),
    "controls": ("_control", "_lying", "guards_its_edge"),
}
#: Tried with ``-m fuzz`` only: a minute of processor time.
SLOW = ("sites", "controls")
PLOT = square(0, 0, 100)
KIND = "ecological_redline"


def _town(folder, name, change=None):
    town = Town(folder / name)
    town.root.mkdir()
    from geo.spec.vocabulary import REQUIRED_KINDS  # noqa: PLC0415

    for at, kind in enumerate(REQUIRED_KINDS):
        town.layer(kind, square(8_000, 200 * at, 100))
    if change:
        change(town)
    return town


def _put(shape, **changes):
    def change(town):
        town.features[KIND] = [(shape, {"name": "某区"})]
        town.layers[KIND] |= changes

    return change


def _set(**changes):
    return lambda town: town.layers[KIND].update(changes)


def _extra(kind, shape, **changes):
    return lambda town: town.layer("extra", shape, kind=kind, **changes)


def _control(
    strength,
    *,
    where="{layer: valley}",
    accuracy=0,
    shape=None,
    period="[2021, 2030]",
    authority="official",
):
    def change(town):
        place = shape if shape is not None else square(-500, -500, 1_000)
        town.layers["valley"] = {
            "title": "谷地", "source": "data/valley.geojson", "authority": authority,
            "provider": "某局", "licence": "内部", "as_of": "2024", "accuracy_m": accuracy,
        }  # fmt: skip
        town.layers["unknown"] = {"title": "未提供的图层"}
        town.features["valley"] = [(place, {"name": "谷地"})]
        head = f"title: 规划\nadcode: '140405'\nperiod: {period}\nsource: x.txt\n"
        rows = f'id,heading,title,where,activities,strength,note\nC01,一,某,"{where}",mining,{strength},\n'
        town.plans["p"] = {"plan.yml": head, "controls.csv": rows}

    return change


def _letter(town, conclusion="不重叠"):
    (town.root / "复函.pdf").write_bytes(b"scan")
    told = {
        "number": "函〔2026〕1号", "unit": "自然资源局", "date": "2026-10-01", "layer": KIND,
        "conclusion": conclusion, "site": "地块1", "scan": "复函.pdf",
        "sha256": hashlib.sha256(b"scan").hexdigest(),
    }  # fmt: skip
    if conclusion == "重叠":
        told["overlap_ha"] = 0.5
    path = town.root / "evidence.yml"
    path.write_text(yaml.safe_dump({"letters": [told]}, allow_unicode=True), encoding="utf-8")
    return path


def _remove(town):
    del town.layers[KIND]


def _two_kinds(town):
    """One layer for two kinds: a hit in one is no answer for the other."""
    del town.layers["nature_core"], town.layers["nature_general"]
    values = {"核": "nature_core", "一般": "nature_general"}
    town.layers["park"] = {
        **town.layers["basic_farmland"], "title": "保护地", "source": "data/park.geojson",
        "zone": {"field": "区", "values": values}, "valid_until": "2025",
    }  # fmt: skip
    town.features["park"] = [(square(0, 0, 50), {"name": "甲", "区": "一般"})]


def _null_zone(town):
    town.layers[KIND]["zone"] = {"field": "区", "values": {"红": KIND}}
    town.features[KIND] = [
        (FAR, {"name": "甲", "区": "红"}), (square(0, 0, 50), {"name": "乙", "区": None}),
    ]  # fmt: skip


def _null_zone_near(town):
    """A feature of no known kind that the plot does not touch."""
    town.layer("extra", NEAR, kind="wetland")
    town.layers["extra"]["zone"] = {"field": "区", "values": {"湿": "wetland"}}
    town.features["extra"] = [
        (square(8_000, 0, 10), {"name": "甲", "区": "湿"}), (NEAR, {"name": "乙", "区": None}),
    ]  # fmt: skip


HALF = {"coverage": "data/cover.geojson"}


def _half_covered(town):
    town.layers[KIND] |= HALF
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":'
        + shapely.to_geojson(square(-1_000, -1_000, 1_050)) + "}]}"
    )  # fmt: skip
    (town.root / "data").mkdir(exist_ok=True)
    (town.root / "data" / "cover.geojson").write_text(text, encoding="utf-8")


def _broken_coverage(town):
    town.layers[KIND] |= HALF
    (town.root / "data").mkdir(exist_ok=True)
    (town.root / "data" / "cover.geojson").write_text('{"type":"Feature', encoding="utf-8")


NEAR = square(103, 0, 100)
EDGE = square(-102, 0, 100)  # ends 2 m before the plot
SHALLOW = square(97, 0, 100)  # 3 m deep in the plot
#: name → (what is changed, what the verdict must be, options of the check).
BATTERY = {
    "all far": (None, "clear", {}),
    "hit": (_put(square(0, 0, 50)), "prohibited", {}),
    "hit on open data": (_put(square(0, 0, 50), authority="open"), "suspected", {}),
    "hit on schematic data": (_put(square(0, 0, 50), authority="schematic"), "suspected", {}),
    "far on open data": (_set(authority="open"), "undetermined", {}),
    "far on schematic data": (_set(authority="schematic"), "undetermined", {}),
    "removed": (_remove, "undetermined", {}),
    "removed, a letter": (_remove, "clear", {"letter": "不重叠"}),
    "removed, a letter of overlap": (_remove, "prohibited", {"letter": "重叠"}),
    "emptied": (lambda t: t.features.update({KIND: []}), "undetermined", {}),
    "broken": (_set(crs="EPSG:4526"), "undetermined", {}),
    "no file": (_set(source="data/none.geojson"), "undetermined", {}),
    "aged": (_set(as_of="2018-01", max_age="5 年"), "undetermined", {}),
    "expired": (_set(valid_until="2025-12-31"), "undetermined", {}),
    "expired, hit": (_put(square(0, 0, 50), valid_until="2025-12-31"), "prohibited", {}),
    "expired, near": (_put(NEAR, valid_until="2025-12-31"), "undetermined", {}),
    "near on schematic data": (_put(NEAR, authority="schematic"), "undetermined", {}),
    "moved away": (_put(FAR), "undetermined", {}),
    "covers nothing": (_set(coverage=[]), "undetermined", {}),
    "covers half": (_half_covered, "undetermined", {}),
    "coverage file is broken": (_broken_coverage, "undetermined", {}),
    "zone field is empty in a feature here": (_null_zone, "undetermined", {}),
    "a feature without a place": (
        lambda t: t.features.update({KIND: [*t.features[KIND], (shapely.Polygon(), {"name": "无"})]}),
        "undetermined", {},
    ),
    "near, exact": (_put(NEAR), "clear", {}),
    "near, within accuracy": (_put(NEAR, accuracy_m=5), "undetermined", {}),
    "near, site inaccurate": (_put(NEAR), "undetermined", {"accuracy_m": 5.0}),
    "beside on the west": (_put(EDGE, accuracy_m=1), "clear", {}),
    "touching": (_put(square(100, 0, 100)), "undetermined", {}),
    "shallow hit": (_put(SHALLOW, accuracy_m=5), "prohibited", {}),
    "shallow hit, restricted kind": (_extra("control_unit", SHALLOW, accuracy_m=5), "notice", {}),
    "quasi zone, shallow": (
        _extra("water_source_quasi", SHALLOW, accuracy_m=5), "undetermined", {},
    ),
    "control unit near, inaccurate": (
        _extra("control_unit", NEAR, accuracy_m=5), "notice", {},
    ),
    "required kind without a law, hit": (_extra("nature_park", square(0, 0, 50)), "undetermined", {}),
    "required kind without a law, near": (
        _extra("nature_park", NEAR, accuracy_m=5), "undetermined", {},
    ),
    "quasi zone": (_extra("water_source_quasi", square(0, 0, 50)), "restricted", {}),
    "quasi zone near, inaccurate": (
        _extra("water_source_quasi", NEAR, accuracy_m=5), "undetermined", {},
    ),
    "optional kind without data": (lambda t: t.layer("mining_area", kind="coal_goaf"), "notice", {}),
    "optional kind, schematic, far": (
        _extra("wetland", square(8_000, 0, 10), authority="schematic"), "clear", {},
    ),
    "optional kind no law knows": (_extra("no_coal_zone", square(0, 0, 50)), "notice", {}),
    "wetland": (_extra("wetland", square(0, 0, 50)), None, {}),
    "a feature of no known kind near, exact": (_null_zone_near, "clear", {}),
    "two kinds in one old layer": (_two_kinds, None, {}),
    "uncertain coordinates": (None, "undetermined", {"crs": {"certain": False}}),
    "suspicious coordinates": (None, "notice", {"crs": {"suspicions": ("似有偏移",)}}),
    "outside every county": (None, "undetermined", {"shape": shapely.box(150.0, 20.0, 150.001, 20.001)}),
    "control forbids": (_control("禁止"), "prohibited", {"activities": ["mining"]}),
    "control forbids, nothing told": (_control("禁止"), "notice", {}),
    "control forbids, other project": (_control("禁止"), "clear", {"activities": ["outfall"]}),
    "control restricts": (_control("严格控制"), "restricted", {"activities": ["mining"]}),
    "control of a past plan": (
        _control("禁止", period="[2016, 2020]"), "notice", {"activities": ["mining"]},
    ),
    "control phases out": (_control("限期退出"), "notice", {"activities": ["mining"]}),
    "control phases out, existing": (
        _control("限期退出"), "restricted", {"activities": ["mining"], "existing": True},
    ),
    "control phases out, existing, of a schematic place": (
        _control("限期退出", authority="schematic"), "restricted",
        {"activities": ["mining"], "existing": True},
    ),
    "control forbids, existing": (
        _control("禁止"), "prohibited", {"activities": ["mining"], "existing": True},
    ),
    "control on half the plot": (
        _control("禁止", shape=square(50, 0, 100)), "prohibited", {"activities": ["mining"]},
    ),
    "control beside, past": (
        _control("禁止", shape=NEAR, accuracy=5, period="[2016, 2020]"), "notice",
        {"activities": ["mining"]},
    ),
    "control that restricts, beside, inaccurate": (
        _control("严格控制", shape=NEAR, accuracy=5), "clear", {"activities": ["mining"]},
    ),
    "control by code, doubtful": (_control("禁止"), "suspected", {"industry": "B0610"}),
    "control elsewhere": (
        _control("禁止", shape=square(3_000, 0, 100)), "clear", {"activities": ["mining"]},
    ),
    "control beside, inaccurate": (
        _control("禁止", shape=NEAR, accuracy=5), "undetermined", {"activities": ["mining"]},
    ),
    "control touching": (
        _control("禁止", shape=square(100, 0, 100)), "undetermined", {"activities": ["mining"]},
    ),
    "control nobody can place": (
        _control("禁止", where="{layer: unknown}"), "notice", {"activities": ["mining"]},
    ),
    "control everywhere": (
        _control("禁止", where="{everywhere: true}"), None, {"activities": ["mining"]},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def battery(tmp_path_factory):
    """Every situation as a question with its stores already read."""
    folder = tmp_path_factory.mktemp("battery")
    asked = {}
    for at, (name, (change, verdict, options)) in enumerate(BATTERY.items()):
        rest = dict(options)
        town = _town(folder, str(at), change)
        letter = rest.pop("letter", None)
        site = footprint(
            rest.pop("shape", PLOT),
            **{k: rest.pop(k) for k in ("crs", "accuracy_m") if k in rest},
        )
        if letter:
            rest["evidence"] = _letter(town, letter)
        asked[name] = (site, town.store(), rest, verdict)
    return asked


def told(question):
    """What a check says, as far as reassurance goes: the verdict, completeness, each layer and finding."""
    site, store, options, _ = question
    check = importlib.import_module("geo.check.sites").check_sites
    found = check([site], store, as_at=DAY, **options).sites[0]
    return (
        found.verdict.value, found.complete,
        tuple((a.layer, a.state, a.outcome.value) for a in found.layers),
        tuple((f.layer, f.outcome.value) for f in found.findings),
        tuple((t.id, t.outcome.value) for t in found.tasks),
        tuple((row.topic, row.outcome.value) for row in found.topics),
    )  # fmt: skip


@pytest.mark.parametrize("name", BATTERY)
def test_each_situation_has_the_verdict_written_here(battery, name):
    expected = battery[name][3]
    found = told(battery[name])[0]
    assert found == expected if expected else found != "clear"


def _swapped(monkeypatch, module, mutant):
    """Put a mutant's functions wherever the original's are used."""
    changed = mutant.load(module)
    for other in (importlib.import_module(f"geo.check.{p.stem}") for p in _rooms()):
        for name, value in list(vars(other).items()):
            own = getattr(value, "__module__", None) == module.__name__
            if own and name in vars(changed):
                monkeypatch.setattr(other, name, vars(changed)[name])


def _rooms():
    folder = Path(str(importlib.import_module("geo.check").__file__)).parent
    return [path for path in folder.glob("*.py") if path.stem != "__init__"]


#: Mutants that change no outcome, and why: by function and a piece of the changed line.
EQUAL = {
    "standing_where: ended": "chooses words of the reason",
    "standing_where: f'有效期": "chooses words of the reason",
    "standing_where: if state == 'stale'": "the next branch keeps the state; only its words differ",
    "standing_where: if table.coverage is None": "nothing covers the site then either",
    "_held: shapely.intersects(table.coverage": "partial and outside clear nothing alike",
    "_held: not shapely.touches": "partial and outside clear nothing alike",
    "_held: 'part' if partly": "partial and outside clear nothing alike",
    "answers_for: ('ok', 'partial_coverage') without 'partial": "stricter; no two layers share a kind here",
    "settled: comprehension": "a layer that answers has a coverage",
    "governed: if kind in PRINTED_ONLY": "no law speaks of control units",
    "governed: kind == '' or kind in self.required or known → kind == '' or kind in self.required": (
        "every law of the day that ships speaks of the kinds tried"
    ),
    "_verdict: Outcome.UNDETERMINED → Outcome.CLEAR": "of nothing at all; required kinds are always asked",
    "_verdict: found += [finding.outcome": "each finding is in its layer's outcome too",
    "_of_kind: if any(": "stricter: doubt is added to a hit; what a hit says is in the verdict too",
    "_of_kind: comprehension": "stricter",
    "_of_kind: f.zone_kind == kind →": "the doubt moves to the layer's other kind; layer and verdict keep it",
    "_of_kind: (kind, '') without kind": "what a finding says is in its layer and in the verdict too",
    "_nobody: comprehension": "stricter",
    "_nobody: True → False": "the flag is shown; the outcome is settled before",
    "_nobody: (kind,) without": "the list of kinds is shown",
    "_control: comprehension": "joins the words of a note",
    "_control: (past, _lying_note": "the words of a note",
    "_control: 'near' if": "how it lies, shown",
    "_control: lying == 'beside' and": "how it lies, shown",
    "_control: relation is None": "how it lies, shown",
    "_control: lying == 'beside' → ": "how it lies, shown",
    "_control: None if located": "how it lies, shown",
    "_control: located.geometry is None": "how it lies, shown",
    "_control: not question.project.told and": "stricter",
    "_control: if not isinstance(row": "every control is a ControlRow",
    "_lying: inside and (not": "stricter",
    "_lying: None if located": "an unlocated place has no relation",
    "guards_its_edge: prohibits and": "stricter",
    "guards_its_edge: isinstance(": "every control is a ControlRow",
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.fuzz) if n in SLOW else n for n in DECIDES],
)
def test_no_mutant_reassures_unseen(battery, name, monkeypatch, capsys):
    module = importlib.import_module(f"geo.check.{name}")
    right = {title: told(question) for title, question in battery.items()}
    order = list(battery)
    killed, equal, survivors = 0, 0, []
    for mutant in mutants_of(module, functions=DECIDES[name]):
        if any(mutant.what.startswith(known) for known in EQUAL):
            equal += 1
            continue
        with monkeypatch.context() as patch:
            _swapped(patch, module, mutant)
            for title in order:
                try:
                    same = told(battery[title]) == right[title]
                except Exception:  # noqa: BLE001 - a mutant that falls over is noticed
                    same = False
                if not same:
                    killed += 1
                    order.remove(title)
                    order.insert(0, title)
                    break
            else:
                survivors.append(mutant.what)
    with capsys.disabled():  # the count is what the run is for
        print(f"\nmutants of {name}: {killed} killed, {equal} equal, {len(survivors)} survived")  # noqa: T201
    assert killed > equal
    assert not survivors, "\n".join(survivors)

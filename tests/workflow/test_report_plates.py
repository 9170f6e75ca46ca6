"""Maps of a report are drawn ahead by several workers; the report is the one that a single process makes."""

import pytest

import geo
from geo.documents.sandbox import TokenError
from geo.errors import UsageError
from geo.workflow.reporting import desk, lookups
from geo.workflow.reporting import plates as module
from geo.workflow.reporting.plates import Plate, Plates
from tests.documents.bureau import template, texts
from tests.store.worlds import river_world

NAMES = ("a", "b", "c", "d", "e")


@pytest.fixture
def root(tmp_path):
    river_world(tmp_path)
    (tmp_path / "maps").mkdir()
    for at, name in enumerate(NAMES):
        (tmp_path / "maps" / f"{name}.yml").write_text(
            f"title: {name} 图\nextent: {{buffer: {at + 2} km, of: {{river: 长河}}}}\n"
            "page: {size: A4, inset: false}\nlayers: [rivers]\n",
            encoding="utf-8",
        )
    return tmp_path


@pytest.mark.parametrize(
    "lines",
    [
        [f"{{{{ map('{name}') }}}}" for name in NAMES],
        ["{%p for m in maps %}", "{{ map(m.id) }}", "{%p endfor %}"],
    ],
    ids=["named outright", "in a loop"],
)
def test_a_report_does_not_depend_on_how_many_draw(root, lines, monkeypatch):
    (root / "模板.docx").write_bytes(template(*lines))
    alone = geo.open(root).report(root / "模板.docx")
    crews = []
    start = module.crew
    monkeypatch.setattr(module, "crew", lambda spec, size: crews.append(size) or start(spec, size))
    together = geo.open(root).report(root / "模板.docx", workers=2)
    assert crews == [2]
    assert [e.exhibit.caption for e in together.embedded] == [f"{name} 图" for name in NAMES]
    assert together.data == alone.data


def test_of_maps_named_outright_no_others_are_drawn_ahead(root, monkeypatch):
    made = []
    begin = Plates.__enter__
    monkeypatch.setattr(Plates, "__enter__", lambda self: made.append(self) or begin(self))
    (root / "模板.docx").write_bytes(template(*(f"{{{{ map('{name}') }}}}" for name in NAMES[:4])))
    geo.open(root).report(root / "模板.docx", workers=2)
    assert [plate.name for plate in made[0]._drawn] == list(NAMES[:4])


def test_expected_maps_are_drawn_in_order_some_ahead_of_the_one_asked_for(root, monkeypatch):
    space = geo.open(root)
    asked = []
    monkeypatch.setattr(module, "_AHEAD", 2)
    with Plates(space.store, workers=2) as plates:
        expected = [Plate(name, space.as_at) for name in NAMES]
        plates.expect(expected)
        plates.figure(expected[1])
        asked = list(plates._drawn)
    assert [plate.name for plate in asked] == ["b", "a", "c", "d"]


def test_a_map_that_cannot_be_drawn_stops_the_report_only_where_it_is_asked_for(root, monkeypatch):
    plates = Plates(geo.open(root).store)
    plate = Plate("a", geo.open(root).as_at)
    monkeypatch.setattr(module, "draw_plate", lambda store, plate: "图幅放不下")
    with pytest.raises(UsageError, match="图幅放不下"):
        plates.figure(plate)
    (root / "模板.docx").write_bytes(template("{% if 1 > 2 %}{{ map('a') }}{% endif %}"))
    assert geo.open(root).report(root / "模板.docx").embedded == ()
    (root / "模板.docx").write_bytes(template("{{ map('a') }}"))
    with pytest.raises((UsageError, TokenError), match="a 画不出来"):
        geo.open(root).report(root / "模板.docx")


@pytest.mark.parametrize(
    ("lines", "asked"),
    [
        (["{{ map('b') }}", "{%p if 2 > 1 %}", "{{ map('d') }}", "{%p endif %}"], {"b", "d"}),
        (["{{ title }}"], set()),
        (["{{ maps|length }} 幅"], set(NAMES)),
        (["{%p for m in maps %}", "{{ m.title }}", "{%p endfor %}", "{{ map('a') }}"], set(NAMES)),
    ],
    ids=["two named", "none", "all counted", "all in a loop"],
)
def test_only_maps_that_a_template_names_or_loops_over_are_asked_for_data(
    root, lines, asked, monkeypatch
):
    space = geo.open(root)
    of = {id(spec): name for name, spec in space.store.spec.maps.items()}
    seen = set()
    look = lookups.missing

    def watched(spec, store, *, day):
        seen.add(of[id(spec)])
        return look(spec, store, day=day)

    monkeypatch.setattr(lookups, "missing", watched)
    monkeypatch.setattr(desk, "missing", watched)
    (root / "模板.docx").write_bytes(template(*lines))
    space.report(root / "模板.docx")
    assert seen == asked


def test_a_list_made_late_is_one_like_any_other(root):
    (root / "模板.docx").write_bytes(
        template(
            "{{ maps[1].title }}，{{ maps|length }}，{{ (maps|first).id }}，{{ (maps|last).id }}",
            "{{ maps|join('、', 'id') }}{% if maps %}，有图{% endif %}",
        )
    )
    with_maps = texts(geo.open(root).report(root / "模板.docx").data)
    assert "b 图，5，a，e" in with_maps
    assert "a、b、c、d、e，有图" in with_maps

"""The pages beside a page are named outside its frame, on the side where they lie."""

import pytest
import shapely

from geo.draw.sheet.adjacent import names_on_frame
from geo.draw.sheet.arrange import arrange
from geo.draw.sheet.paper import draw_arranged
from geo.draw.sheet.series import pages
from geo.spec.maps import MapSpec
from geo.store.store import open_store
from tests.draw.draw_world import DAY, make_store
from tests.store.worlds import add_layer

TILES = (
    ({"name": "中"}, shapely.box(-2000, -2000, 2000, 2000)),
    ({"name": "北"}, shapely.box(-2000, 2000, 2000, 6000)),
    ({"name": "东"}, shapely.box(2000, -2000, 6000, 2000)),
    ({"name": "角外"}, shapely.box(8000, 8000, 9000, 9000)),
)


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    root = tmp_path_factory.mktemp("adjacent")
    make_store(root)
    add_layer(root, "tiles", TILES)
    spec = MapSpec.model_validate({
        "title": "图", "plan": "试", "layers": ["rivers"], "page": {"size": "figure"},
        "series": {"over": "tiles", "margin": "1500 m", "index": False},
    })  # fmt: skip
    return list(pages("m", spec, open_store(root), as_at=DAY))


def test_neighbours_stand_on_their_side_with_their_page(sheets):
    middle = sheets[0].scene
    named = {n.text: n.edge for n in names_on_frame(middle, arrange(middle).grid)}
    assert named == {"邻幅2 北": "top", "邻幅3 东": "right"}


def test_they_are_drawn_outside_the_frame_and_never_over_a_coordinate(sheets):
    scene = sheets[0].scene
    arranged = arrange(scene)
    assert "邻幅2 北" in {text for text, _ in draw_arranged(arranged).said}
    ticks = [
        float(shapely.get_coordinates(scene.to_mm(shapely.Point(t.x, t.y)))[0][0])
        for t in arranged.grid.ticks if t.edge == "top"
    ]  # fmt: skip
    top = next(n for n in names_on_frame(scene, arranged.grid) if n.edge == "top")
    assert all(abs(top.at - x) > top.half for x in ticks)


def test_a_page_without_neighbours_names_none(sheets):
    assert names_on_frame(sheets[3].scene, None) == ()

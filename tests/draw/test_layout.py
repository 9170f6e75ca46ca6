import pytest

from geo.draw.layout.arrangement import Wanted, choose_layout
from geo.draw.layout.legend import Entry
from geo.draw.layout.lettering import shipped
from geo.draw.symbols.ink import Ink
from geo.errors import UsageError
from geo.spec.maps import Page

ENTRIES = (
    Entry("heading", "图　例"),
    *(Entry("entry", f"条目{n}", Ink(), ("line",)) for n in range(8)),
)


def wanted(extent, *, entries=ENTRIES, **page):
    return Wanted(Page(**page), extent, entries, True, False, ("资料来源：某处。",), 1.75)


def frames(layout):
    found = [
        layout.map,
        layout.legend,
        layout.inset,
        layout.scale,
        layout.signs,
        layout.credits,
        layout.title,
    ]
    return [f for f in found if f is not None]


@pytest.mark.parametrize("extent", [(60e3, 40e3), (30e3, 90e3), (200e3, 60e3), (1000, 1000)])
@pytest.mark.parametrize("size", ["A4", "A3", "16:9", "figure"])
def test_nothing_overlaps_and_everything_is_on_the_page(extent, size):
    layout = choose_layout(wanted(extent, size=size), shipped()).layout
    parts = frames(layout)
    for part in parts:
        assert min(part.x, part.y) >= 0
        assert part.right <= layout.width
        assert part.top <= layout.height
        assert min(part.w, part.h) > 0
    for at, one in enumerate(parts):
        for other in parts[at + 1 :]:
            apart = one.right <= other.x + 1e-6 or other.right <= one.x + 1e-6
            assert apart or one.top <= other.y + 1e-6 or other.top <= one.y + 1e-6


def test_a_long_county_turns_the_paper():
    assert choose_layout(wanted((30e3, 90e3)), shipped()).layout.height > 290
    assert choose_layout(wanted((90e3, 30e3)), shipped()).layout.width > 290


def test_the_extent_fits_the_frame_at_the_chosen_scale():
    for extent in ((60e3, 40e3), (30e3, 90e3), (123e3, 77e3)):
        chosen = choose_layout(wanted(extent), shipped())
        assert extent[0] / chosen.denominator * 1000 <= chosen.layout.map.w + 1e-6
        assert extent[1] / chosen.denominator * 1000 <= chosen.layout.map.h + 1e-6


def test_the_orientation_a_map_asks_for_is_kept():
    layout = choose_layout(wanted((30e3, 90e3), orientation="landscape"), shipped()).layout
    assert layout.width > layout.height


@pytest.mark.parametrize("size", ["A4", "A3", "16:9", "figure"])
@pytest.mark.parametrize("way", ["landscape", "portrait"])
def test_every_paper_can_be_turned_either_way(size, way):
    layout = choose_layout(wanted((50e3, 50e3), size=size, orientation=way), shipped()).layout
    assert (layout.width > layout.height) == (way == "landscape")


def test_a_slide_lies_flat_unless_asked():
    assert choose_layout(wanted((30e3, 90e3), size="16:9"), shipped()).layout.width > 330


def test_a_given_scale_is_kept():
    assert choose_layout(wanted((20e3, 20e3), scale=250_000), shipped()).denominator == 250_000


def test_a_figure_has_no_signature_table():
    assert choose_layout(wanted((60e3, 40e3), size="figure"), shipped()).layout.signs is None


def test_a_scale_too_large_for_the_paper_is_refused():
    with pytest.raises(UsageError, match="A4 幅面放不下：1:10000"):
        choose_layout(wanted((60e3, 40e3), scale=10_000), shipped())


def test_a_scale_that_does_not_fit_is_answered_with_one_that_does():
    free = choose_layout(wanted((60e3, 40e3)), shipped()).denominator
    with pytest.raises(UsageError, match=f"请改为 scale: {free}（"):
        choose_layout(wanted((60e3, 40e3), scale=10_000), shipped())


def test_an_extent_beyond_all_scales_is_refused():
    with pytest.raises(UsageError, match="放不下"):
        choose_layout(wanted((20e6, 10)), shipped())


def test_the_map_does_not_shrink_to_fill_its_margin():
    # A short legend beside a square: below it the sheet would look fuller at a smaller scale.
    wide = choose_layout(wanted((50e3, 38e3)), shipped())
    each = [
        choose_layout(wanted((50e3, 38e3), orientation=way), shipped()).denominator
        for way in ("landscape", "portrait")
    ]
    assert wide.denominator == min(each)


def test_a_legend_too_long_for_the_paper_is_refused():
    many = tuple(Entry("entry", f"一个很长的图例条目{n}", Ink(), ("line",)) for n in range(400))
    with pytest.raises(UsageError, match="400 行图例"):
        choose_layout(wanted((60e3, 40e3), entries=many, size="figure"), shipped())


def test_the_page_is_used_a_short_legend_leaves_no_empty_column():
    chosen = choose_layout(wanted((60e3, 40e3)), shipped())
    layout = chosen.layout
    assert layout.map.w * layout.map.h > 0.5 * layout.width * layout.height

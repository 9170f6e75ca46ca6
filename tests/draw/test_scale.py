import pytest

from geo.draw.scale import LADDER, choose_scale, scale_bar, scale_text
from geo.errors import UsageError


def test_the_ladder_goes_from_five_thousand_to_five_million_and_rises():
    assert LADDER[0] == 5_000
    assert LADDER[-1] == 5_000_000
    assert list(LADDER) == sorted(set(LADDER))


def test_the_higher_side_decides_the_scale():
    assert choose_scale(10_000, 16_000, frame_mm=(200, 160)) == 100_000


def test_a_given_scale_is_kept_when_the_extent_fits():
    assert choose_scale(10_000, 10_000, frame_mm=(200, 160), given=123_456) == 123_456


def test_a_given_scale_that_is_too_large_names_one_that_fits():
    with pytest.raises(UsageError, match=r"1:50000 放不下.*1:100000"):
        choose_scale(20_000, 10_000, frame_mm=(200, 160), given=50_000)


def test_an_extent_beyond_all_scales_is_refused():
    with pytest.raises(UsageError, match="太大"):
        choose_scale(2_000_000_0, 10, frame_mm=(200, 160))


@pytest.mark.parametrize("denominator", LADDER)
def test_the_bar_is_true_and_fits_at_every_scale(denominator):
    bar = scale_bar(denominator, longest_mm=40)
    assert bar.length_mm <= 40
    assert bar.length_mm >= 15
    assert bar.length_mm * denominator / 1000 == pytest.approx(bar.part_m * bar.parts)


def test_thousands_are_set_apart():
    assert scale_text(1_250_000) == "1:1 250 000"

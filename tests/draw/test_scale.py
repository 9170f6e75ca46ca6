import pytest

from geo.draw.layout.scale import LADDER, scale_bar, scale_text


def test_the_ladder_goes_from_five_thousand_to_five_million_and_rises():
    assert LADDER[0] == 5_000
    assert LADDER[-1] == 5_000_000
    assert list(LADDER) == sorted(set(LADDER))


@pytest.mark.parametrize("denominator", LADDER)
def test_the_bar_is_true_and_fits_at_every_scale(denominator):
    bar = scale_bar(denominator, longest_mm=40)
    assert bar.length_mm <= 40
    assert bar.length_mm >= 15
    assert bar.length_mm * denominator / 1000 == pytest.approx(bar.part_m * bar.parts)


def test_thousands_are_set_apart():
    assert scale_text(1_250_000) == "1:1 250 000"

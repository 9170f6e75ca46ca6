"""Footprints that lie across a line: of a county, of a zone, of what the data cover."""

from __future__ import annotations

import pytest
import shapely
from pyproj import Transformer

from geo.sites.read import read_sites
from geo.spec.vocabulary import Outcome
from geo.store.boundaries import published

from .conftest import square


def across_the_county_line():
    """A plot of some 200 m, half of it outside 屯留区."""
    x, y = shapely.get_coordinates(published().area("140405"))[0]
    return shapely.box(x - 0.001, y - 0.001, x + 0.001, y + 0.001)


def test_a_plot_across_a_county_line_names_both_counties_and_is_not_clear_by_the_data_of_one(
    full_town,
):
    plot = across_the_county_line()
    result = full_town.check(plot)
    assert "140405" in {district.adcode for district in result.districts}
    assert len(result.districts) > 1
    assert result.verdict is Outcome.UNDETERMINED
    assert {a.state for a in result.layers if a.required} == {"partial_coverage"}


def test_a_plot_across_a_county_line_is_clear_by_the_data_of_all_its_counties(full_town):
    plot = across_the_county_line()
    codes = [district.adcode for district in full_town.check(plot).districts]
    for layer in full_town.layers.values():
        layer["coverage"] = codes
    assert full_town.check(plot).verdict is Outcome.CLEAR


@pytest.mark.parametrize("east", [-60_000, 60_000])
def test_a_plot_outside_every_coverage_is_not_clear(full_town, east):
    result = full_town.check(square(east, 0, 100))
    assert result.verdict is Outcome.UNDETERMINED
    assert {a.state for a in result.layers if a.required} == {"outside_coverage"}


def test_a_plot_across_the_zone_boundary_has_the_same_findings_from_either_zone(
    full_town, tmp_path
):
    # 112°30′E, between the 3° zones 37 and 38; the red line lies over its eastern half.
    plot = shapely.box(112.495, 36.35, 112.505, 36.36)
    full_town.layer("ecological_redline", shapely.box(112.5, 36.3, 112.6, 36.4))
    seen = []
    for epsg in (4525, 4526):
        way = Transformer.from_crs(4490, epsg, always_xy=True)
        corners = [way.transform(*p) for p in shapely.get_coordinates(plot)[:-1].tolist()]
        path = tmp_path / f"{epsg}.csv"
        lines = [f"J{i},{y!r},{x!r}" for i, (x, y) in enumerate(corners, 1)]
        path.write_text("\n".join(["点号,X,Y", *lines]), encoding="utf-8")
        (site,) = read_sites(path)
        result = full_town.check(site)
        hit = next(f for f in result.findings if f.layer == "ecological_redline")
        seen.append((result.verdict, hit.relation, hit.outcome, round(hit.share, 6)))
        assert hit.share == pytest.approx(0.5, abs=1e-6)
    assert seen[0] == seen[1]

"""The same parcel out of every file."""

from __future__ import annotations

import pytest
import shapely

from geo.sites.read import read_sites
from geo.space.measure import area_m2

METRE_DEG = 1 / 111_320


def test_the_same_parcel_comes_out_of_every_file(case, corpus, tmp_path):
    path = case.write(tmp_path)
    plausible = corpus.COUNTY if case.plausible else None
    (site,) = read_sites(path, crs=case.crs, plausible=plausible, table=case.table)
    assert site.crs.given == case.given
    assert site.crs.certain
    assert site.geometry.geom_type == "Polygon"
    assert len(site.geometry.interiors) == 1
    truth = float(area_m2(corpus.TRUTH))
    assert float(area_m2(site.geometry)) == pytest.approx(truth, rel=case.tolerance)
    apart = shapely.hausdorff_distance(site.geometry, corpus.TRUTH)
    assert apart < (1e-6 if case.tolerance <= 1e-8 else 2e-3) * METRE_DEG


def test_every_file_names_itself_and_never_this_machine(case, corpus, tmp_path):
    path = case.write(tmp_path)
    plausible = corpus.COUNTY if case.plausible else None
    (site,) = read_sites(path, crs=case.crs, plausible=plausible, table=case.table)
    assert str(tmp_path) not in repr(site)
    assert site.source.file.startswith(path.name)
    assert len(site.source.sha256) == 64

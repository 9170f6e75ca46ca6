"""The corpus of one parcel in every format: whatever it came in, the same verdict and the same findings."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
import shapely

from geo.check.sites import check_sites
from geo.sites.read import read_sites

from .conftest import DAY

_FULL = "hongxian_tests_sites_corpus"


def _corpus():
    if _FULL not in sys.modules:
        path = Path(__file__).parent.parent / "sites" / "corpus.py"
        spec = importlib.util.spec_from_file_location(_FULL, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[_FULL] = module
        spec.loader.exec_module(module)
    return sys.modules[_FULL]


CORPUS = _corpus()


@pytest.fixture
def store(full_town):
    """A red line over the western half of the parcel's box; a wetland beside it; all the rest far."""
    west, south, east, north = shapely.bounds(CORPUS.TRUTH)
    middle = (west + east) / 2
    full_town.layer(
        "ecological_redline", shapely.box(west - 0.01, south - 0.01, middle, north + 0.01)
    )
    full_town.layer("wetland", shapely.box(east + 0.01, south, east + 0.02, north))
    return full_town.store()


def test_every_file_of_the_corpus_gives_the_same_findings(store, tmp_path):
    seen = {}
    for at, (name, case) in enumerate(CORPUS.CASES.items()):
        folder = tmp_path / f"corpus{at}"
        folder.mkdir()
        plausible = CORPUS.COUNTY if case.plausible else None
        path = case.write(folder)
        sites = read_sites(path, crs=case.crs, plausible=plausible, table=case.table)
        (found,) = check_sites(sites, store, as_at=DAY).sites
        hit = next(f for f in found.findings if f.layer == "ecological_redline")
        near = next(f for f in found.findings if f.layer == "wetland")
        seen[name] = (
            found.verdict.value, found.complete, hit.relation, hit.outcome.value, near.relation,
            near.direction_zh, tuple((f.layer, f.feature, f.outcome.value) for f in found.findings),
            round(hit.share, 6), round(near.distance_m, 1),
        )  # fmt: skip
        exact = float(hit.overlap_m2)
        first = seen.setdefault("", exact)
        assert exact == pytest.approx(first, rel=2 * case.tolerance + 1e-9), name
    seen.pop("")
    kinds = set(seen.values())
    assert len(seen) > 40
    assert len(kinds) == 1, {k: [n for n, v in seen.items() if v == k][:3] for k in kinds}

"""A made-up town: a tiny workspace in 屯留区 whose layers are official squares of whole metres.

Positions are metres east and north of one point, in the plane there, so every area and distance can be worked out by
hand (the plane is off by less than 1e-6 within a few kilometres).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
import yaml

from geo.check.sites import check_sites
from geo.findings import SiteResult
from geo.sites.site import CrsReading, Site, SiteSource
from geo.space.plane import Plane
from geo.spec.vocabulary import REQUIRED_KINDS
from geo.store.store import Store, open_store

PLANE = Plane(112.8, 36.35)
DAY = date(2026, 11, 22)
OFFICIAL = {
    "authority": "official",
    "provider": "屯留区自然资源局",
    "licence": "内部使用",
    "as_of": "2026-06",
    "accuracy_m": 0,
    "coverage": ["140405"],
}


def place(geometry: Any) -> Any:
    """Carry metres east and north of the origin to longitude and latitude."""
    return PLANE.inverse(geometry)


def square(east: float, north: float, side: float) -> Any:
    """Make a square with its lower left corner at a place in metres."""
    return place(shapely.box(east, north, east + side, north + side))


def footprint(geometry: Any, *, name: str = "地块1", **changes: Any) -> Site:
    """Make a site as a reader would hand it over."""
    source = SiteSource("site.txt", "boundary-txt", "0" * 64, "gb18030")
    crs = CrsReading("EPSG:4490", "测试", **changes.pop("crs", {}))
    return Site(name, geometry, source, crs, **changes)


@dataclass
class Town:
    """A workspace being written; ``layers`` are YAML by id, ``features`` GeoJSON by id."""

    root: Path
    marker: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, dict[str, Any]] = field(default_factory=dict)
    features: dict[str, list[tuple[Any, dict[str, Any]]]] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    plans: dict[str, dict[str, str]] = field(default_factory=dict)

    def layer(self, name: str, *shapes: Any, kind: str | None = None, **changes: Any) -> None:
        """Declare a layer with features at some shapes; no shape at all leaves it without a source."""
        spec = {"title": name, "zone": kind or name}
        if shapes:
            spec |= {"source": f"data/{name}.geojson", **OFFICIAL}
            self.features[name] = [(s, {"name": f"{name}-{n}"}) for n, s in enumerate(shapes, 1)]
        self.layers[name] = {**spec, **changes}

    def store(self) -> Store:
        """Write everything and open it."""
        for folder in ("layers", "data", "rules", "plans"):
            (self.root / folder).mkdir(exist_ok=True)
        marker = {"title": "小镇", "jurisdictions": ["140405"], "basins": {"海河": ["140405"]}}
        _write(self.root / "workspace.yml", {**marker, **self.marker})
        for name, spec in self.layers.items():
            _write(self.root / "layers" / f"{name}.yml", spec)
        for name, rows in self.features.items():
            (self.root / "data" / f"{name}.geojson").write_text(_geojson(rows), encoding="utf-8")
        for name, text in self.rules.items():
            (self.root / "rules" / f"{name}.yml").write_text(text, encoding="utf-8")
        for plan, files in self.plans.items():
            (self.root / "plans" / plan).mkdir(exist_ok=True)
            for name, text in files.items():
                (self.root / "plans" / plan / name).write_text(text, encoding="utf-8")
        return open_store(self.root)

    def check(self, site: Any, **options: Any) -> SiteResult:
        """Check one footprint and return its result."""
        shape = site if isinstance(site, Site) else footprint(site)
        return check_sites([shape], self.store(), **{"as_at": DAY, **options}).sites[0]


def _write(path: Path, value: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _geojson(rows: list[tuple[Any, dict[str, Any]]]) -> str:
    features = [
        {"type": "Feature", "properties": told, "geometry": json.loads(shapely.to_geojson(shape))}
        for shape, told in rows
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """An empty town."""
    return Town(tmp_path)


@pytest.fixture
def full_town(town: Town) -> Town:
    """A town with every required kind supplied by an official layer, all of it 8 km to the east."""
    for at, kind in enumerate(REQUIRED_KINDS):
        town.layer(kind, square(8_000, 200 * at, 100))
    return town


@pytest.fixture
def plot() -> Any:
    """A square plot of one hectare at the origin."""
    return square(0, 0, 100)

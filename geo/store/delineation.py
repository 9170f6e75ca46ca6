"""划分建议范围: what HJ 338 would draw around a source, never a protection zone.

Approved polygons differ and always win: as soon as the workspace supplies one for the source, it is
returned instead. What is drawn here is ``derived``, rests on unverified distances, and is left out of
``hongxian check`` unless somebody adopts it as a layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely

from geo.errors import UsageError
from geo.space.shapes import buffer_m, circle_m
from geo.spec.delineation import Aquifer, Distances, ReservoirZones, Size, hj338
from geo.spec.vocabulary import Authority, weakest

if TYPE_CHECKING:
    from shapely import Geometry

    from geo.store.names import Candidate
    from geo.store.store import Store

TITLE: Final = "划分建议范围"
_WELL_WORDS: Final = ("地下水", "孔隙", "潜水")
_REFUSED_MEDIA: Final = {
    "承压": "承压水", "岩溶": "岩溶水", "泉": "岩溶泉或泉水", "裂隙": "裂隙水",
}  # fmt: skip
_REFUSED_STATUS: Final = ("关闭", "关停", "停用", "取消", "撤销")
#: How far an intake may stand from the river or reservoir it draws on, beyond its own accuracy; m.
_SNAP_M: Final = 1_000.0


@dataclass(frozen=True, eq=False)
class SuggestedZone:
    """One zone around a source, EPSG:4490, with what it rests on."""

    source: str
    level: str
    title: str
    geometry: Geometry
    authority: Authority
    accuracy_m: float
    basis: str
    verified: bool
    notes: tuple[str, ...] = ()


def delineate(
    store: Store, name: str, *, size: Size | None = None, aquifer: Aquifer | None = None
) -> tuple[SuggestedZone, ...]:
    """Suggest zones for a source of the layer ``water_sources``.

    Args:
        store: The joined workspace.
        name: The source's name.
        size: Of the reservoir; needed for reservoirs, ``small`` takes the whole water as 一级.
        aquifer: Of a pore phreatic well; needed for wells.

    Raises:
        UsageError: Unknown source; confined, karst or withdrawn; or a missing option.
    """
    source, medium, status = _source(store, name)
    if approved := _approved(store, source):
        return approved
    if any(word in status for word in _REFUSED_STATUS):
        raise UsageError(f"{name} 的状态为“{status}”，不再划分保护区 — 如仍在用，请改正 status")
    for word, words in _REFUSED_MEDIA.items():
        if word in medium:
            hint = "请委托水文地质勘查后划分，或提供批准的保护区范围"
            raise UsageError(f"{name} 为{words}，HJ 338 的半径表只适用于孔隙潜水 — {hint}")
    table = hj338()
    if "水库" in medium or "湖" in medium:
        return _reservoir(store, source, size, table)
    if "河" in medium or "地表" in medium:
        return _river(store, source, table)
    if any(word in medium for word in _WELL_WORDS):
        return _well(source, aquifer, table)
    raise UsageError(
        f"{name} 的水源类型“{medium or '未填'}”无法划分 — 请在 water_sources 中填写 medium"
    )


def _source(store: Store, name: str) -> tuple[Candidate, str, str]:
    chosen = store.names.choose(name, layers=["water_sources"])
    if chosen.complaint:
        raise UsageError(chosen.complaint)
    found = chosen.found[0]
    frame = store.layer("water_sources").frame
    values = [frame[c].iloc[found.row] if c in frame.columns else "" for c in ("medium", "status")]
    medium, status = (value if isinstance(value, str) else "" for value in values)
    return found, medium, status


def _approved(store: Store, source: Candidate) -> tuple[SuggestedZone, ...]:
    """The approved polygons of this source, where the workspace has them."""
    if "water_source_zones" not in store.spec.layers:
        return ()
    table = store.layer("water_source_zones")
    rows = (
        table.frame[table.frame["name"] == source.name] if table.state == "ok" else table.frame[:0]
    )
    levels = {"water_source_1": "一级", "water_source_2": "二级", "water_source_quasi": "准保护区"}
    return tuple(
        SuggestedZone(
            source.name, levels.get(str(row.zone_kind), "未分级"), "批准的保护区范围", row.geometry,
            table.spec.authority or "schematic", float(row.accuracy_m),
            f"{table.spec.provider}，{table.spec.as_of}", verified=True,
        )
        for row in rows.itertuples()
    )  # fmt: skip


def _zones(
    source: Candidate, table: Distances, first: Geometry, second: Geometry, *,
    basis: tuple[str, str], others: tuple[Authority, ...] = (), accuracy_m: float = 0.0,
    notes: tuple[str, ...] = (),
) -> tuple[SuggestedZone, ...]:  # fmt: skip
    authority = weakest(source.authority, "derived", *others)
    worst = max(source.accuracy_m, accuracy_m)
    levels = (("一级", first), ("二级", shapely.difference(second, first)))
    return tuple(
        SuggestedZone(
            source.name, level, TITLE, geometry, authority, worst,
            f"{table.number}（待核实）：{words}", table.verified, notes,
        )
        for (level, geometry), words in zip(levels, basis, strict=True)
    )  # fmt: skip


def _well(
    source: Candidate, aquifer: Aquifer | None, table: Distances
) -> tuple[SuggestedZone, ...]:
    """Circles of the larger radius of each range: a suggestion must not fall short."""
    if aquifer is None:
        kinds = "、".join(table.well)
        raise UsageError(
            f"{source.name} 是地下水源，需要含水层介质 — 请加 --aquifer（{kinds}）；承压水不适用"
        )
    radii = table.well[aquifer]
    point = shapely.centroid(source.geometry)
    first, second = (circle_m(point.x, point.y, r[1]) for r in (radii.first_m, radii.second_m))
    words = tuple(
        f"{aquifer}孔隙潜水，半径 {low:g}–{high:g} m，取 {high:g} m"
        for low, high in (radii.first_m, radii.second_m)
    )
    note = "半径表只适用于孔隙潜水型，须先确认不是承压水或岩溶水"
    return _zones(source, table, first, second, basis=(words[0], words[1]), notes=(note,))


def _river(store: Store, source: Candidate, table: Distances) -> tuple[SuggestedZone, ...]:
    rivers = store.rivers
    if rivers is None:
        raise UsageError("没有河流图层，无法按河流型划分 — 请提供 layers/rivers.yml 的数据")
    point = shapely.centroid(source.geometry)
    snap_m = _SNAP_M + source.accuracy_m
    near, far = table.river.first, table.river.second
    spans = ((near.up_m, near.down_m), (near.up_m + far.up_m, near.down_m + far.down_m))
    reaches = [
        shapely.union_all(
            [
                rivers.network.upstream_of(point, within_m=up, snap_m=snap_m),
                rivers.network.downstream_of(point, within_m=down, snap_m=snap_m),
            ]
        )
        for up, down in spans
    ]
    first = buffer_m(reaches[0], near.bank_m)
    second = buffer_m(reaches[1], far.bank_m)
    basis = (
        f"上游 {near.up_m:g} m、下游 {near.down_m:g} m，两岸 {near.bank_m:g} m",
        f"一级之外上游 {far.up_m:g} m、下游 {far.down_m:g} m，两岸 {far.bank_m:g} m",
    )
    note = "按中心线外扩，未计河宽；山区河流陆域应核对第一重山脊线"
    return _zones(source, table, first, second, basis=basis, others=("schematic",),
                  accuracy_m=rivers.worst_accuracy_m(reaches[0]), notes=(note,))  # fmt: skip


def _reservoir(
    store: Store, source: Candidate, size: Size | None, table: Distances
) -> tuple[SuggestedZone, ...]:
    if size is None:
        raise UsageError(
            f"{source.name} 是水库型水源，需要规模 — 请加 --size small、medium 或 large"
        )
    zones = table.reservoir[size]
    point = shapely.centroid(source.geometry)
    water, worth, accuracy_m = _water(store, source)
    first_water = _within(water, point, zones.first_water_m)
    second_water = _within(water, point, zones.second_water_m)
    shore = buffer_m(water, zones.first_land_m, outside=True)
    reach = zones.first_water_m
    near_shore = (
        shore
        if reach is None
        else shapely.intersection(shore, buffer_m(first_water, zones.first_land_m))
    )
    first = shapely.union(first_water, near_shore)
    land = buffer_m(second_water, zones.second_land_m)
    second = shapely.union_all([second_water, shapely.difference(land, water)])
    basis = _reservoir_words(zones)
    note = "山区水库二级陆域以山脊线为界，本建议按距离示意，须结合地形核对"
    return _zones(source, table, first, second, basis=basis, others=(worth,),
                  accuracy_m=accuracy_m, notes=(note,))  # fmt: skip


def _within(water: Geometry, point: Geometry, radius_m: float | None) -> Geometry:
    """The water within a radius of the intake, or all of it."""
    if radius_m is None:
        return water
    shore = shapely.shortest_line(point, water)
    foot = shapely.get_point(shore, -1)
    return shapely.intersection(water, circle_m(foot.x, foot.y, radius_m))


def _water(store: Store, source: Candidate) -> tuple[Geometry, Authority, float]:
    """The reservoir a source draws on: the nearest within reach of its accuracy."""
    table = store.layer("reservoirs") if "reservoirs" in store.spec.layers else None
    if table is None or table.state != "ok":
        raise UsageError("没有水库图层，无法按水库型划分 — 请提供 layers/reservoirs.yml 的数据")
    near = buffer_m(source.geometry, _SNAP_M + source.accuracy_m)
    rows = table.frame[table.frame.intersects(near)]
    if rows.empty:
        hint = "请核对水源位置或水库轮廓"
        raise UsageError(
            f"{source.name} 附近 {_SNAP_M + source.accuracy_m:g} m 内没有水库 — {hint}"
        )
    gaps = shapely.distance(rows.geometry.to_numpy(), source.geometry)
    row = rows.iloc[int(gaps.argmin())]
    return row.geometry, table.spec.authority or "schematic", float(row["accuracy_m"])


def _reservoir_words(zones: ReservoirZones) -> tuple[str, str]:
    water = (
        "全部水面" if zones.first_water_m is None else f"取水口半径 {zones.first_water_m:g} m 水面"
    )
    rest = "其余水面" if zones.second_water_m is None else f"半径 {zones.second_water_m:g} m 水面"
    return (
        f"{water}，岸外 {zones.first_land_m:g} m",
        f"一级之外{rest}，岸外 {zones.second_land_m:g} m",
    )

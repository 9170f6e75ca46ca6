"""Makes the screening job with a seed: zones, river buffers, sites, lines and points in EPSG:4490.

Nothing here is a real place: fractal shapes thrown over 110–114.6°E, 35–40.5°N. Run as
`python benchmarks/screening/make_data.py FOLDER [--scale 0.01]`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import geopandas
import numpy as np
import shapely

SEED = 20261122
WEST, SOUTH, EAST, NORTH = 110.0, 35.0, 114.6, 40.5
KM2 = (NORTH - SOUTH) * 111.0 * (EAST - WEST) * 111.32 * np.cos(np.radians(37.75))
COVERED = 0.29  # share of the region under zones, about that of real red lines
SIZES = {"zones": 3000, "rivers": 5000, "footprints": 100_000, "footprints_400k": 400_000,
         "lines": 20_000, "points": 1_000_000}  # fmt: skip


def radii(rng, count, *, rough=0.75, spread=0.3, lowest=2):
    """Periodic fractional noise as log-normal radii around 1."""
    waves = np.arange(count // 2 + 1)
    power = np.zeros(len(waves))
    power[lowest:] = waves[lowest:] ** -(rough + 0.5)
    noise = np.fft.irfft(
        (rng.normal(size=len(waves)) + 1j * rng.normal(size=len(waves))) * power, count
    )
    return np.exp(spread * noise / (noise.std() or 1.0))


def ring(r, x=0.0, y=0.0, *, turn=0.0, stretch=1.0):
    """A closed ring in metres from its radii."""
    angle = np.linspace(0, 2 * np.pi, len(r), endpoint=False)
    across, along = r * np.cos(angle) * stretch, r * np.sin(angle) / stretch
    points = np.c_[
        x + across * np.cos(turn) - along * np.sin(turn),
        y + across * np.sin(turn) + along * np.cos(turn),
    ]
    return np.vstack([points, points[:1]])


def degrees(points, lon, lat):
    """Metres around a place to degrees; a sphere will do."""
    return np.c_[
        lon + points[:, 0] / (111_320 * np.cos(np.radians(lat))), lat + points[:, 1] / 111_000
    ]


def somewhere(rng, count):
    return rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count)


def zones(rng, count):
    vertices = np.clip(np.exp(rng.normal(np.log(800), 1.21, count)), 24, 60_000).astype(int)
    vertices[rng.integers(0, count)] = 60_000 if count > 1000 else 6000
    weight = vertices**1.25 * np.exp(rng.normal(0, 0.35, count))
    area = weight / weight.sum() * KM2 * COVERED * min(1.0, count / 3000) * 1e6
    return mended(
        np.array([zone(rng, n, m2) for n, m2 in zip(vertices, area, strict=True)], object)
    )


def zone(rng, vertices, m2):
    """One to four parts in a row, each with up to four holes."""
    lon, lat = (float(v[0]) for v in somewhere(rng, 1))
    parts = 1 if rng.random() < 0.7 else int(rng.integers(2, 5))
    shares = rng.dirichlet(np.full(parts, 2.0)) if parts > 1 else np.ones(1)
    heading, reach, before, made = rng.uniform(0, 2 * np.pi), 0.0, 0.0, []
    for number, share in enumerate(shares):
        count = max(16, int(vertices * share * 0.9))
        r = radii(rng, count) * np.sqrt(m2 * share / np.pi) * 0.9
        reach += (before + r.max()) * 1.02 if number else 0.0
        before = r.max()
        x, y = reach * np.cos(heading), reach * np.sin(heading)
        holes = [degrees(h, lon, lat) for h in zone_holes(rng, vertices * share, r.min(), x, y)]
        made.append(shapely.Polygon(degrees(ring(r, x, y), lon, lat), holes))
    return shapely.MultiPolygon(made)


def zone_holes(rng, vertices, smallest, x, y):
    count = int(min(4, rng.poisson(1.5))) if vertices > 330 else 0
    start = rng.uniform(0, 2 * np.pi)
    for number in range(count):
        r = radii(rng, max(12, int(vertices * 0.1 / count)), spread=0.25)
        at = start + number * np.pi / 2
        yield ring(
            r / r.max() * smallest * 0.22,
            x + smallest / 2 * np.cos(at),
            y + smallest / 2 * np.sin(at),
        )[::-1]


def paths(rng, count, most=1200):
    """Wandering lines with steps of 60–150 m."""
    lon, lat = somewhere(rng, count)
    for number in range(count):
        steps = int(np.clip(np.exp(rng.normal(np.log(140), 0.6)), 30, most))
        heading = rng.uniform(0, 2 * np.pi) + 0.6 * np.cumsum(rng.normal(0, 0.22, steps))
        step = rng.uniform(60, 150)
        yield (
            np.cumsum(step * np.c_[np.cos(heading), np.sin(heading)], axis=0),
            lon[number],
            lat[number],
        )


def rivers(rng, count):
    made = []
    for path, lon, lat in paths(rng, count):
        width = float(rng.choice([50, 100, 200]))
        bank = shapely.buffer(shapely.LineString(path), width, quad_segs=6)
        made.append(shapely.transform(bank, lambda p, lon=lon, lat=lat: degrees(p, lon, lat)))
    return mended(np.array(made, object))


def lines(rng, count):
    return np.array([shapely.LineString(degrees(*path)) for path in paths(rng, count, 400)], object)


def footprints(rng, count, around):
    """Sites of 0.1–200 ha; a fifth on a zone's boundary, some with a hole or a second part."""
    hectares = np.clip(np.exp(rng.normal(np.log(6), 1.4, count)), 0.1, 200)
    radius = np.sqrt(hectares * 1e4 / np.pi)
    lon, lat = somewhere(rng, count)
    beside = count // 5
    corners = shapely.get_coordinates(around)
    spot = corners[rng.integers(0, len(corners), beside)]
    stray = rng.normal(0, 0.25, (beside, 2)) * radius[:beside, None]
    lon[:beside], lat[:beside] = (
        spot[:, 0] + stray[:, 0] / 88_000,
        spot[:, 1] + stray[:, 1] / 111_000,
    )
    made = [
        footprint(rng, *row, number)
        for number, row in enumerate(zip(radius, lon, lat, strict=True))
    ]
    return mended(np.array(made, object))[rng.permutation(count)]


def footprint(rng, radius, lon, lat, number):
    corners = int(rng.integers(4, 60))
    r = radii(rng, corners, rough=0.6, spread=0.18, lowest=1) if corners > 6 else np.ones(corners)
    stretch, turn = np.exp(rng.normal(0, 0.35)), rng.uniform(0, 2 * np.pi)
    shell = ring(r * radius, turn=turn, stretch=stretch)
    hole = [degrees(shell[::-1] * 0.3, lon, lat)] if number % 25 == 0 else []
    polygon = shapely.Polygon(degrees(shell, lon, lat), hole)
    if number % 33:
        return polygon
    second = ring(r * radius * 0.5, 4 * radius, 0.0)
    return shapely.MultiPolygon([polygon, shapely.Polygon(degrees(second, lon, lat))])


def points(rng, count):
    """Six in ten around 400 towns."""
    near = count * 6 // 10
    town_lon, town_lat = somewhere(rng, 400)
    town = rng.integers(0, 400, near)
    lon, lat = somewhere(rng, count)
    lon[:near] = town_lon[town] + rng.normal(0, 0.06, near)
    lat[:near] = town_lat[town] + rng.normal(0, 0.05, near)
    return shapely.points(lon, lat)


def mended(shapes):
    """Repair what crosses itself, polygons only."""
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return shapes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", nargs="*", default=list(SIZES))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    held = None
    for number, (name, full) in enumerate(SIZES.items()):
        path = asked.folder / f"{name}.parquet"
        if path.exists() or name not in asked.only:
            continue
        rng, count = np.random.default_rng([SEED, number]), max(5, int(full * asked.scale))
        if name.startswith("footprints") and held is None:
            held = geopandas.read_parquet(asked.folder / "zones.parquet").geometry.to_numpy()
        make = globals()[name.removesuffix("_400k")]
        shapes = make(rng, count, held) if name.startswith("footprints") else make(rng, count)
        frame = geopandas.GeoDataFrame({"id": np.arange(count)}, geometry=shapes, crs="EPSG:4490")
        frame.to_parquet(path, compression="zstd", write_covering_bbox=True)
        print(f"{name}: {count} shapes, {shapely.get_num_coordinates(shapes).sum()} vertices")


if __name__ == "__main__":
    main()

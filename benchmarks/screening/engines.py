"""One engine, one run: from reading the files to a table of pairs with the area they share.

`python engines.py ENGINE FOLDER SITES ZONES` prints one line of JSON. Every run is a process of its own, so
that no engine finds another's memory warm. Areas of the peers are measured by the same function (ours): they
differ in how pairs are found and cut, not in the ellipsoid.
"""

# ruff: noqa: PLC0415, S608 - each run imports its own engine only; the only names in the SQL are ours

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

POLYGON = 3


def areas(shapes):
    from geo.space.measure import area_m2

    return area_m2(np.asarray(shapes, dtype=object))


def frames(sites, zones):
    import geopandas

    return geopandas.read_parquet(sites), geopandas.read_parquet(zones)


def wkb(path):
    import pyarrow.parquet as pq

    return pq.read_table(path, columns=["geometry"])["geometry"].combine_chunks()


def flat(column):
    import pyarrow as pa

    return column.chunk(0) if isinstance(column, pa.ChunkedArray) else column


def kernel(sites, zones):
    """Ours."""
    from geo.space.kernel import overlay_wkb

    pairs = overlay_wkb(flat(wkb(sites)), flat(wkb(zones)), threads=2)
    return pairs.site, pairs.zone, pairs.overlap_m2


def shapely_threads(sites, zones):
    import shapely

    from geo.space.overlay import overlay_geos

    shapes = [
        shapely.from_wkb(flat(wkb(path)).to_numpy(zero_copy_only=False)) for path in (sites, zones)
    ]
    pairs = overlay_geos(*shapes, workers=2)
    return pairs.site, pairs.zone, pairs.overlap_m2


def geopandas_overlay(sites, zones):
    a, b = frames(sites, zones)
    cut = a[["id", "geometry"]].overlay(
        b[["id", "geometry"]], how="intersection", keep_geom_type=True
    )
    return cut["id_1"].to_numpy(), cut["id_2"].to_numpy(), areas(cut.geometry.array)


def geopandas_sjoin(sites, zones):
    a, b = frames(sites, zones)
    joined = a[["id", "geometry"]].sjoin(b[["id", "geometry"]], predicate="intersects")
    other = b.geometry.loc[joined["index_right"]]
    cut = joined.geometry.intersection(other, align=False)
    return joined["id_left"].to_numpy(), joined["id_right"].to_numpy(), areas(cut.array)


SQL = """SELECT f.id AS site, z.id AS zone,
  ST_AsWKB(CASE WHEN ST_Covers(z.{g}, f.{g}) THEN f.{g} ELSE ST_Intersection(f.{g}, z.{g}) END) AS cut
  FROM f JOIN z ON ST_Intersects(z.{g}, f.{g})"""


def duckdb(sites, zones):
    import duckdb as engine
    import shapely
    from duckdb_extensions import import_extension

    import_extension("spatial")
    con = engine.connect()
    con.execute("LOAD spatial; SET threads=2")
    for name, path in (("f", sites), ("z", zones)):
        con.execute(f"CREATE TABLE {name} AS SELECT id, geometry AS g FROM read_parquet('{path}')")
    found = con.execute(SQL.format(g="g")).fetchnumpy()
    cut = shapely.from_wkb([bytes(w) for w in found["cut"]])
    return found["site"], found["zone"], areas(cut)


def sedonadb(sites, zones):
    import sedonadb as engine
    import shapely

    con = engine.connect()
    for name, path in (("f", sites), ("z", zones)):
        con.read_parquet(str(path)).to_view(name)
    query = SQL.format(g="geometry").replace("ST_AsWKB", "")  # a CASE comes out as WKB
    found = con.sql(query).to_arrow_table()
    cut = shapely.from_wkb(found["cut"].to_numpy())
    return found["site"].to_numpy(), found["zone"].to_numpy(), areas(cut)


def polars_st(sites, zones):
    import polars as pl
    import polars_st as st
    import shapely

    a, b = (pl.read_parquet(path, columns=["id", "geometry"]).with_columns(st.from_wkb("geometry"))
            for path in (sites, zones))  # fmt: skip
    joined = a.st.sjoin(b, on="geometry", predicate="intersects")
    cut = joined.select(
        st.geom("geometry").st.intersection(pl.col("geometry_right")).st.to_wkb().alias("cut")
    )
    return (
        joined["id"].to_numpy(),
        joined["id_right"].to_numpy(),
        areas(shapely.from_wkb(cut["cut"].to_numpy())),
    )


def main() -> None:
    engine, sites, zones, out = sys.argv[1], *map(Path, sys.argv[2:5])
    wall, cpu = time.perf_counter(), time.process_time()
    site, zone, area = globals()[engine](sites, zones)
    told = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    if engine == "kernel":
        wall, cpu = time.perf_counter(), time.process_time()
        kernel(sites, zones)
        told |= {"warm_wall_s": time.perf_counter() - wall, "warm_cpu_s": time.process_time() - cpu}
    order = np.lexsort((zone, site))
    kept = order[np.asarray(area)[order] > 0]
    np.savez(
        out, site=np.asarray(site)[kept], zone=np.asarray(zone)[kept], area=np.asarray(area)[kept]
    )
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print("RESULT " + json.dumps(told | {"rss_gb": rss, "pairs": len(kept)}))


if __name__ == "__main__":
    main()

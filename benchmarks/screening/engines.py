"""One engine, one run: from reading the files to a table of pairs with the area they share.

`python engines.py ENGINE FOLDER SITES ZONES` prints one line of JSON. Every run is a process of its own, so
that no engine finds another's memory warm. Areas (lengths of lines) of the peers are measured by the same function
(ours): they differ in how pairs are found and cut, not in the ellipsoid. Points have no figure: their pairs are those
where the point is in the zone or on its border.
"""

# ruff: noqa: PLC0415, S608 - each run imports its own engine only; the only names in the SQL are ours

from __future__ import annotations

import json
import os
import resource
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np

POSTGIS = (
    "HONGXIAN_BENCH_POSTGIS"  # postgresql://user:password@host/database, whose tables we may make
)


def areas(shapes):
    """Square metres of polygons, metres of lines, 1 for points."""
    import shapely

    from geo.space.measure import area_m2, length_m

    shapes = np.asarray(shapes, dtype=object)
    dimension = shapely.get_dimensions(shapes).max(initial=0)
    return (np.ones_like, length_m, area_m2)[dimension](
        shapes if dimension else np.ones(len(shapes))
    )


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
    from geo.store.overlay_files import overlay_files

    return figures(overlay_files(sites, zones, threads=2))


def figures(pairs):
    """Of polygons the area, of lines the length, of points that they are there."""
    area = np.where(np.isnan(pairs.overlap_m2), pairs.length_m, pairs.overlap_m2)
    return pairs.site, pairs.zone, np.where(np.isnan(area), 1.0, area)


def shapely_threads(sites, zones):
    import shapely

    from geo.space.overlay import overlay_geos

    shapes = [
        shapely.from_wkb(flat(wkb(path)).to_numpy(zero_copy_only=False)) for path in (sites, zones)
    ]
    return figures(overlay_geos(*shapes, workers=2))


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


def dask_geopandas(sites, zones):
    """Two worker processes, a run of sites each; its own sjoin of two files fails with pandas 3."""
    import dask_geopandas as engine
    import geopandas
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster),
    ):
        whole = geopandas.read_parquet(sites)[["id", "geometry"]]
        spread = engine.from_geopandas(whole, npartitions=16).spatial_shuffle()
        meta = geopandas.GeoDataFrame({"site": [0], "zone": [0]}, geometry=[None], crs=4490).iloc[
            :0
        ]
        cut = spread.map_partitions(_cut_with, str(zones), meta=meta).compute()
    return cut["site"].to_numpy(), cut["zone"].to_numpy(), areas(cut.geometry.array)


def _cut_with(part, zones):
    import geopandas

    box = tuple(part.total_bounds)
    b = geopandas.read_parquet(zones, bbox=box)[["id", "geometry"]].reset_index(drop=True)
    joined = part.sjoin(b, predicate="intersects")
    cut = joined.geometry.intersection(b.geometry.loc[joined["index_right"]], align=False)
    return geopandas.GeoDataFrame(
        {"site": joined["id_left"].to_numpy(), "zone": joined["id_right"].to_numpy()},
        geometry=cut.to_numpy(),
        crs=4490,
    )


def postgis(sites, zones):
    """Loading (with index and ANALYZE) and joining are timed apart: an office's tables are there already."""
    return _postgis(sites, zones, "z")


def postgis_own_costs(sites, zones):
    """The same with PostgreSQL's own costs of parallel work, by which it joins in one process."""
    own = "parallel_setup_cost=1000 parallel_tuple_cost=0.1 min_parallel_table_scan_size=8MB"
    return _postgis(sites, zones, "z", " ".join(f"-c {setting}" for setting in own.split()))


def postgis_subdivide(sites, zones):
    """Zones cut up by ST_Subdivide while loading; the pieces' areas are added up."""
    return _postgis(sites, zones, "pieces")


def _postgis(sites, zones, table, options=""):
    import shapely

    told = {}
    began = _clock()
    if _load({"f": sites, "z": zones}, table):
        told["load_wall_s"], told["load_cpu_s"] = _since(began)
    began = _clock()
    with _server(options) as c:
        query = (
            SQL.format(g="g")
            .replace("AsWKB", "AsBinary")
            .replace("JOIN z ON", f"JOIN {table} z ON")
        )
        rows = c.execute(query, binary=True).fetchall()
    site, zone, cut = zip(*rows, strict=True)
    site, zone, area = np.array(site), np.array(zone), areas(shapely.from_wkb(cut))
    if table == "pieces":
        pairs, back = np.unique(np.c_[site, zone], axis=0, return_inverse=True)
        site, zone, area = *pairs.T, np.bincount(back.ravel(), area)
    told["wall_s"], told["cpu_s"] = _since(began)
    return site, zone, area, told


@contextmanager
def _server(options=""):
    import psycopg

    with (
        psycopg.connect(os.environ[POSTGIS], options=options) as connection,
        connection.cursor() as cursor,
    ):
        yield cursor


def _load(files, table):
    """Make the tables that are not there yet; whether there was one to make."""
    wanted = {name: f"{path}:{path.stat().st_size}" for name, path in files.items()}
    if table == "pieces":
        wanted["pieces"] = wanted["z"]
    with _server() as cursor:
        missing = [name for name, note in wanted.items() if _note(cursor, name) != note]
        for name in missing:
            cursor.execute(
                f"DROP TABLE IF EXISTS {name}; CREATE UNLOGGED TABLE {name} (id bigint, g geometry)"
            )
            # Not compressed: a geometry is unpacked whenever it is looked at.
            cursor.execute(f"ALTER TABLE {name} ALTER COLUMN g SET STORAGE EXTERNAL")
            if name == "pieces":
                cursor.execute("INSERT INTO pieces SELECT id, ST_Subdivide(g, 256) FROM z")
            else:
                _copy(cursor, name, files[name])
            cursor.execute(f"CREATE INDEX ON {name} USING gist (g); ANALYZE {name}")
            cursor.execute(f"COMMENT ON TABLE {name} IS '{wanted[name]}'")
    return missing


def _note(cursor, name):
    """The file a table was made of."""
    return cursor.execute("SELECT obj_description(to_regclass(%s))", [name]).fetchone()[0]


def _copy(cursor, name, path):
    """WKB as it is in the file, in PostgreSQL's binary format."""
    import pyarrow.parquet as pq

    with cursor.copy(f"COPY {name} FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int8", "bytea"])
        for batch in pq.ParquetFile(path).iter_batches(4096, columns=["id", "geometry"]):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                copy.write_row(row)


def _clock():
    server = _reaped(_postmaster())
    return time.perf_counter(), time.process_time(), server


def _since(began):
    """Wall and CPU seconds of this process and of the server's processes that have ended since."""
    wall, own, server = began
    passed, own = time.perf_counter() - wall, time.process_time() - own
    return passed, own + _reaped(_postmaster(), wait=True) - server


def _postmaster():
    with _server() as cursor:
        return cursor.execute("SELECT pg_read_file('postmaster.pid')").fetchone()[0].split()[0]


def _reaped(pid, *, wait=False):
    """CPU seconds of the server's processes that have ended (Linux, same machine)."""
    time.sleep(1 if wait else 0)
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    engine, sites, zones, out = sys.argv[1], *map(Path, sys.argv[2:5])
    wall, cpu = time.perf_counter(), cpu_seconds()
    site, zone, area, *own = globals()[engine](sites, zones)
    told = {"wall_s": time.perf_counter() - wall, "cpu_s": cpu_seconds() - cpu}
    told |= own[0] if own else {}
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


def cpu_seconds():
    """Of this process and its children that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


if __name__ == "__main__":
    main()

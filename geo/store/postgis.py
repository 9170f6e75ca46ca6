"""A layer of an office's PostGIS, read by bounding box; the address comes from the environment only."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, Final

import geopandas
import pandas as pd
import shapely

from geo.errors import InputError, MissingError
from geo.space.crs import WORKING, transform
from geo.store.read import RawTable

if TYPE_CHECKING:
    from shapely import Geometry

    from geo.spec.layers import PostgisSource

MAX_ROWS: Final = 2_000_000
_TIMEOUT_S: Final = 10
#: What lies this near outside the window is read too, for distances; degrees, some 5 km.
_NEAR_DEG: Final = 0.05
#: ``schema.table`` or ``table``; anything else would be a query, and a layer file is no place for one.
_TABLE: Final = re.compile(r"[^\W\d][\w$]*(\.[^\W\d][\w$]*)?")


def read_postgis(source: PostgisSource, *, window: Geometry) -> RawTable:
    """Read the rows of a table or view whose geometry meets a window.

    Args:
        source: Table, geometry column, and the name of the environment variable with the address
            (``postgresql://user:password@host/database``).
        window: Area of interest, EPSG:4490.

    Raises:
        MissingError: The extra ``postgis`` is not installed, or the variable is not set.
        InputError: The server does not answer, or there is no such table or column. Neither the
            address nor the password is ever told.
    """
    psycopg = _driver()
    url = os.environ.get(source.url_env)
    if not url:
        hint = "postgresql://用户:口令@主机/数据库，口令不要写进工作区"
        raise MissingError(f"环境变量 {source.url_env} 没有设置 — 请设为 {hint}")
    if not _TABLE.fullmatch(source.postgis):
        raise InputError(
            f"postgis: {source.postgis} 不是表名 — 请写成 表 或 模式.表，查询请在库中建视图"
        )
    try:
        with psycopg.connect(_plain(url), connect_timeout=_TIMEOUT_S) as connection:
            connection.read_only = True
            return _read(connection, source, window)
    except psycopg.OperationalError:
        # Its own message would show host and user.
        raise InputError(f"PostGIS 没有应答（{source.url_env}） — 请检查地址、口令和网络") from None
    except psycopg.Error as error:
        reason = str(error.diag.message_primary or type(error).__name__)[:80]
        raise InputError(
            f"PostGIS 表 {source.postgis} 读取失败（{reason}） — 请核对表名、列名和权限"
        ) from None


def _driver() -> Any:
    """Import the driver, which only offices with a server need."""
    try:
        import psycopg  # noqa: PLC0415
    except ImportError as error:
        raise MissingError(
            "PostGIS 图层需要扩展 postgis — 请安装 pip install hongxian[postgis]"
        ) from error
    return psycopg


def _plain(url: str) -> str:
    """Take off what SQLAlchemy writes into an address."""
    return re.sub(r"^postgres(ql)?\+\w+:", "postgresql:", url)


def _read(connection: Any, source: PostgisSource, window: Geometry) -> RawTable:
    from psycopg import sql  # noqa: PLC0415

    table = sql.Identifier(*source.postgis.split("."))
    column = sql.Identifier(source.geometry)
    srid = _srid(connection, table, column, source)
    west, south, east, north = _window(window, srid).bounds
    query = sql.SQL(
        "SELECT *, ST_AsBinary(ST_Force2D({column})) AS hongxian_wkb FROM {table} "
        "WHERE {column} && ST_MakeEnvelope(%s, %s, %s, %s, %s) OR {column} IS NULL LIMIT {most}"
    ).format(column=column, table=table, most=sql.Literal(MAX_ROWS + 1))
    with connection.cursor() as cursor:
        cursor.execute(query, (west, south, east, north, srid))
        names = [item.name for item in cursor.description]
        rows = cursor.fetchall()
    if len(rows) > MAX_ROWS:
        raise InputError(
            f"PostGIS 表 {source.postgis} 在工作区范围内超过 {MAX_ROWS} 行 — 请在库中建视图缩小范围"
        )
    frame = pd.DataFrame(rows, columns=names)
    shapes = shapely.from_wkb(frame["hongxian_wkb"].map(_bytes).to_numpy(dtype=object))
    plain = frame.drop(columns=["hongxian_wkb", source.geometry])
    whole = geopandas.GeoDataFrame(plain, geometry=list(shapes))
    remark = f"PostGIS {source.postgis}：按工作区范围读取 {len(whole)} 行"
    return RawTable(whole, f"EPSG:{srid}", (remark,))


def _bytes(value: Any) -> bytes | None:
    return None if value is None else bytes(value)


def _srid(connection: Any, table: Any, column: Any, source: PostgisSource) -> int:
    """Ask the rows themselves: views often do not declare their system."""
    from psycopg import sql  # noqa: PLC0415

    query = sql.SQL(
        "SELECT DISTINCT ST_SRID({column}) FROM (SELECT {column} FROM {table} LIMIT 1000) AS few"
    ).format(column=column, table=table)
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = [int(row[0]) for row in cursor.fetchall() if row[0]]
    if len(found) != 1:
        what = "没有" if not found else f"有 {len(found)} 种"
        raise InputError(
            f"PostGIS 表 {source.postgis} {what}坐标系（SRID） — 请在库中用 ST_SetSRID 设好"
        )
    return found[0]


def _window(window: Geometry, srid: int) -> Geometry:
    """Move the window into the table's system; its edges are bent by the projection, hence the points."""
    west, south, east, north = window.bounds
    near = shapely.box(west - _NEAR_DEG, south - _NEAR_DEG, east + _NEAR_DEG, north + _NEAR_DEG)
    edge = shapely.segmentize(near, 0.05)
    moved: Geometry = transform(edge, WORKING, f"EPSG:{srid}")
    return moved

"""Finished parts of a batch on disk, so that a killed run goes on where it was; and the files made of them.

Parts lie in a folder beside the first output. Its name carries a fingerprint of everything the result
depends on: another question, other data or another version finds none of them.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pyogrio
from pyproj import CRS

from geo.documents.spreadsheet import stream_xlsx
from geo.errors import UsageError
from geo.workflow.screening.rows import heading, in_words
from geo.writing import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

_XLSX_ROWS: Final = 1_000_000
_TOO_MANY: Final = "超过一百万行，Excel 放不下 — 请改用 .csv、.parquet 或 .gpkg"
_FITTED: Final = 500
_GPKG_DATE: Final = "2000-01-01T00:00:00Z"


@dataclass(frozen=True)
class Parts:
    """The folder of finished parts."""

    folder: Path

    @classmethod
    def beside(cls, out: Path, fingerprint: str) -> Parts:
        """Name the folder for an output."""
        return cls(out.parent / f".{out.name}.{fingerprint[:16]}.parts")

    def finished(self) -> int:
        """Count the parts that are there without a gap."""
        number = 0
        while self.path(number).exists():
            number += 1
        return number

    def path(self, number: int) -> Path:
        """Name a part."""
        return self.folder / f"part-{number:07d}.parquet"

    def save(self, number: int, table: pa.Table) -> None:
        """Write a part, whole or not at all."""
        with replacing(self.path(number)) as temporary:
            pq.write_table(table, temporary, compression="zstd")

    def rows(self) -> int:
        """Count the rows of all parts."""
        return sum(
            int(pq.read_metadata(self.path(number)).num_rows) for number in range(self.finished())
        )

    def tally(self) -> tuple[int, int, int]:
        """Count the rows that could not be checked, and those whose industry is and is not in GB/T 4754."""
        bad = strangers = trades = 0
        for number in range(self.finished()):
            held = pq.read_table(
                self.path(number), columns=["checked", "industry_code", "industry_written"]
            )
            written, known = held["industry_written"].is_valid(), held["industry_code"].is_valid()
            bad += held["checked"].to_pylist().count(False)
            trades += int(pc.sum(pc.and_(written, known)).as_py() or 0)
            strangers += int(pc.sum(pc.and_not(written, known)).as_py() or 0)
        return bad, strangers, trades

    def tables(self) -> Iterator[pa.Table]:
        """Read the parts in order."""
        for number in range(self.finished()):
            yield pq.read_table(self.path(number))

    def remove(self) -> None:
        """Delete the folder: the outputs are written."""
        shutil.rmtree(self.folder, ignore_errors=True)


def refuse_too_many(rows: int | None, formats: Iterable[str]) -> None:
    """Refuse what a worksheet cannot hold before hours are spent on it.

    Raises:
        UsageError: More rows than a worksheet holds.
    """
    if rows is not None and rows > _XLSX_ROWS and "xlsx" in formats:
        raise UsageError(_TOO_MANY)


def write_out(parts: Parts, name: str, path: Path, *, titles: dict[str, str], as_at: date) -> None:
    """Write all parts as one file, a part at a time where the format allows it.

    Raises:
        UsageError: More rows than a worksheet holds.
    """
    with replacing(path) as temporary:
        if name == "parquet":
            _as_parquet(parts, temporary)
        elif name == "gpkg":
            temporary.unlink()
            _as_gpkg(parts, temporary)
        elif name == "csv":
            _as_csv(parts, temporary, titles)
        else:
            _as_workbook(parts, temporary, titles, as_at)


def _as_parquet(parts: Parts, path: Path) -> None:
    """Write GeoParquet 1.1."""
    column = {"encoding": "WKB", "geometry_types": [], "crs": CRS.from_epsg(4490).to_json_dict()}
    told = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    writer = None
    for table in parts.tables():
        if writer is None:
            schema = table.schema.with_metadata({b"geo": json.dumps(told).encode()})
            writer = pq.ParquetWriter(path, schema, compression="zstd")
        writer.write_table(table.cast(schema))
    if writer is not None:
        writer.close()


def _as_gpkg(parts: Parts, path: Path) -> None:
    """Write a GeoPackage whose bytes do not depend on the day."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _GPKG_DATE})
    try:
        for number, table in enumerate(parts.tables()):
            plain = table.drop(["geometry"]).rename_columns(
                [name.replace(".", "_") for name in table.column_names if name != "geometry"]
            )
            shapes = geopandas.GeoSeries.from_wkb(table["geometry"].to_pylist(), crs="EPSG:4490")
            frame = geopandas.GeoDataFrame(plain.to_pandas(), geometry=shapes)
            pyogrio.write_dataframe(
                frame, path, layer="screening", driver="GPKG", geometry_type="Unknown",
                append=number > 0, dataset_options={"VERSION": "1.3"} if number == 0 else None,
            )  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _as_csv(parts: Parts, path: Path, titles: dict[str, str]) -> None:
    """Write UTF-8 with the mark Excel needs."""
    with path.open("wb") as stream:
        stream.write(b"\xef\xbb\xbf")
        for number, table in enumerate(parts.tables()):
            plain = _plain(table, titles)
            pa_csv.write_csv(plain, stream, pa_csv.WriteOptions(include_header=number == 0))


def _as_workbook(parts: Parts, path: Path, titles: dict[str, str], as_at: date) -> None:
    """Write one worksheet."""
    if parts.rows() > _XLSX_ROWS:
        raise UsageError(_TOO_MANY)
    first = _plain(next(parts.tables()), titles)
    rows = (row for table in parts.tables() for row in _values(_plain(table, titles)))
    with path.open("wb") as target:
        stream_xlsx(
            target, "批量核查", first.column_names, rows, first=_values(first.slice(0, _FITTED)),
            as_at=as_at,
        )  # fmt: skip


def _values(table: pa.Table) -> list[tuple[Any, ...]]:
    """Give the rows of a table as plain values."""
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def _plain(table: pa.Table, titles: dict[str, str]) -> pa.Table:
    """Give a table without geometry in planners' words."""
    kept = [name for name in table.column_names if name != "geometry"]
    columns = [in_words(name, table[name]) for name in kept]
    return pa.table(columns, names=[heading(name, titles) for name in kept])

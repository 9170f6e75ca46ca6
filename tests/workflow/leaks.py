"""A search for known coordinates in any file: whatever it is packed in, however they are spelled.

Numbers are read out of the text and compared, not looked up as strings, so that rounding, truncation and
the number of decimals do not matter. A value told to a few metres only counts when both values of one
vertex stand close together: a single 112.8012 may be anything.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import Transformer

#: Systems a coordinate may be written in: degrees, 带 38 and 37 with and without prefix, web Mercator.
SYSTEMS = (4490, 4526, 4547, 4525, 4546, 3857)
_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\d.])\d+(?:\.\d+)?")
_DMS = re.compile(
    r"(?<!\d)(\d{2,3})\s*(?:°|º|度|d|-|:|\s)\s*(\d{1,2})\s*(?:′|'|’|分|m|-|:|\s)\s*(\d{1,2}(?:\.\d+)?)",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\[(-?\d+(?:,\s*-?\d+)+)\]")
#: Whole numbers may be parts of a degree, each written as it is or as the step from the last.
_PER_DEGREE = (100_000, 1_000_000, 10_000_000)
_HEX = re.compile(rb"[0-9A-Fa-f]{32,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{64,}={0,2}")
#: How many characters may stand between the two values of one vertex.
_NEAR = 60
_DEEPEST = 4


@dataclass(frozen=True)
class Secrets:
    """Vertices nobody may see; ``values`` holds, per system, one row (x, y) per vertex."""

    values: dict[int, np.ndarray]

    @classmethod
    def of(cls, shapes: np.ndarray) -> Secrets:
        """Take the vertices of shapes in EPSG:4490."""
        lonlat = np.unique(shapely.get_coordinates(shapes), axis=0)
        ways = {s: Transformer.from_crs(4490, s, always_xy=True) for s in SYSTEMS}
        return cls({s: np.column_stack(way.transform(*lonlat.T)) for s, way in ways.items()})


def find(secrets: Secrets, data: bytes) -> list[str]:
    """List every place where a vertex stands in some bytes, in words; empty when there is none."""
    return sorted({words for part in unpacked(data) for words in _in_part(secrets, part)})


def find_in(secrets: Secrets, path: Path) -> list[str]:
    """Search a file, and its tables as a program would read them."""
    found = set(find(secrets, path.read_bytes()))
    for text, wkb in _tables(path):
        found |= {*_in_text(secrets, text), *(w for blob in wkb for w in _in_binary(secrets, blob))}
    return sorted(found)


def unpacked(data: bytes, depth: int = 0) -> Iterator[bytes]:
    """Yield some bytes and all that is packed in them: zips, streams of a PDF and its text, gzip, PNG text,
    hexadecimal and base64 runs."""
    yield data
    if depth >= _DEEPEST:
        return
    inner: list[bytes] = []
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inner += [archive.read(name) for name in archive.namelist()]
            inner.append("\n".join(archive.namelist()).encode())
    if data.startswith(b"%PDF"):
        inner += [_inflated(m) for m in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL)]
        inner.append(_pdf_text(data))
    if data.startswith(b"\x1f\x8b"):
        inner.append(gzip.decompress(data))
    if data.startswith(b"\x89PNG"):
        inner += [
            _inflated(m[m.find(b"\0") + 2 :])
            for m in re.findall(rb"(?:zTXt|iTXt)(.{1,4096})", data, re.DOTALL)
        ]
    else:
        inner += [bytes.fromhex(run.decode()[: len(run) // 2 * 2]) for run in _HEX.findall(data)]
        inner += [_decoded(run) for run in _BASE64.findall(data)]
    for part in inner:
        if part:
            yield from unpacked(part, depth + 1)


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return b""


def _decoded(run: bytes) -> bytes:
    try:
        return base64.b64decode(run[: len(run) // 4 * 4])
    except (binascii.Error, ValueError):
        return b""


def _pdf_text(data: bytes) -> bytes:
    """The words of a PDF as a reader copies them; its streams only hold glyph numbers."""
    program = shutil.which("pdftotext")
    if program is None:
        return b""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        done = subprocess.run([program, "-raw", file.name, "-"], check=False, capture_output=True)
    return done.stdout


def _tables(path: Path) -> Iterator[tuple[str, list[bytes]]]:
    """Read a table's columns as text and its geometries as WKB."""
    if path.suffix == ".parquet":
        frames = [pd.read_parquet(path)]
    elif path.suffix == ".gpkg":
        frames = [
            pd.DataFrame(f.to_wkb() if hasattr(f, "to_wkb") else f)
            for name, _ in pyogrio.list_layers(path)
            for f in [pyogrio.read_dataframe(path, layer=name)]
        ]
    else:
        return
    for frame in frames:
        blobs = [v for c in frame.columns for v in frame[c] if isinstance(v, bytes)]
        yield frame.to_csv(float_format="%.9f"), blobs


def _in_part(secrets: Secrets, part: bytes) -> Iterator[str]:
    yield from _in_binary(secrets, part)
    if (
        part[:4] in (b"\x89PNG", b"\xff\xd8\xff\xe0")
        or part[:2] == b"\x1f\x8b"
        or b"\0\0\0\0" in part[:4096]
    ):
        return
    for encoding in ("utf-8", "utf-16-le") if b"\0" in part else ("utf-8",):
        text = part.decode(encoding, "ignore")
        yield from _in_text(secrets, text)
        yield from _in_whole_numbers(secrets, text)


def _in_text(secrets: Secrets, text: str) -> Iterator[str]:
    """Compare every number of a text, as degrees, metres, dd.mmss, degrees-minutes-seconds."""
    read = [*_numbers(text), *_sexagesimal(text)]
    if not read:
        return
    at, value, half = (np.array(column) for column in zip(*read, strict=True))
    order = np.argsort(at, kind="stable")
    at, value, half = at[order], value[order], half[order]
    for system, vertices in secrets.values.items():
        fine = 6e-6 if system == 4490 else 0.2
        for x, y in vertices:
            is_x, is_y = np.abs(value - x) <= half, np.abs(value - y) <= half
            if alone := [v for v, hit in ((x, is_x), (y, is_y)) if (hit & (half <= fine)).any()]:
                yield f"EPSG:{system} {alone[0]:.7f}"
            gaps = np.abs(at[is_x][:, None] - at[is_y][None, :])
            if gaps.size and gaps.min() <= _NEAR:
                yield f"EPSG:{system} ({x:.7f}, {y:.7f})"


def _in_whole_numbers(secrets: Secrets, text: str) -> Iterator[str]:
    """Read flat lists ``[x, y, dx, dy, …]`` of whole numbers, as web pages carry shapes."""
    vertices = secrets.values[4490]
    for match in _WHOLE.finditer(text):
        flat = np.array([int(word) for word in match[1].split(",")], dtype=float)
        pairs = flat[: len(flat) // 2 * 2].reshape(-1, 2)
        for per_degree in _PER_DEGREE:
            for read in (pairs / per_degree, pairs.cumsum(axis=0) / per_degree):
                near = np.abs(read[:, None, :] - vertices[None, :, :]) <= 1.0 / per_degree
                if near.all(axis=2).any():
                    yield f"EPSG:4490 in whole numbers, {per_degree} a degree"


def _numbers(text: str) -> Iterator[tuple[int, float, float]]:
    """Yield position, value and half of the last place of numbers large or fine enough to tell a place."""
    for match in _NUMBER.finditer(text):
        word = match[0].replace(",", "")
        whole, _, decimals = word.partition(".")
        if len(decimals) < 4 and len(whole) < 6:
            continue
        # Truncated as well as rounded: one whole unit of the last place.
        unit = 10.0 ** -min(len(decimals), 9)
        yield match.start(), float(word), unit
        if len(decimals) >= 4:
            minutes, seconds = int(decimals[:2]), decimals[2:4] + "." + decimals[4:] + "0"
            value = int(whole) + minutes / 60 + float(seconds) / 3600
            yield match.start(), value, 10.0 ** -min(len(decimals) - 4, 5) / 3600


def _sexagesimal(text: str) -> Iterator[tuple[int, float, float]]:
    for match in _DMS.finditer(text):
        degrees, minutes, seconds = match[1], match[2], match[3]
        unit = 10.0 ** -len(seconds.partition(".")[2]) / 3600
        yield match.start(), int(degrees) + int(minutes) / 60 + float(seconds) / 3600, unit


def _in_binary(secrets: Secrets, part: bytes) -> Iterator[str]:
    """Look for the vertices as doubles (any alignment, both orders), and for pairs of floats."""
    for system, vertices in secrets.values.items():
        fine = 1e-6 if system == 4490 else 0.05
        known = np.sort(vertices.ravel())
        for kind in ("<f8", ">f8"):
            for start in range(min(8, len(part) - 7)):
                held = np.frombuffer(part, kind, count=(len(part) - start) // 8, offset=start)
                if _any_near(held, known, fine):
                    yield f"EPSG:{system} {kind}"
                    break
        for kind in ("<f4", ">f4"):
            pairs = vertices.astype(kind)
            if any(pair.tobytes() in part or pair[::-1].tobytes() in part for pair in pairs):
                yield f"EPSG:{system} {kind}"


def _any_near(held: np.ndarray, known: np.ndarray, fine: float) -> bool:
    held = held[(held >= known[0] - fine) & (held <= known[-1] + fine)]
    if not held.size:
        return False
    after = np.clip(np.searchsorted(known, held), 0, len(known) - 1)
    nearest = np.minimum(
        np.abs(known[after] - held), np.abs(known[np.maximum(after - 1, 0)] - held)
    )
    return bool((nearest <= fine).any())

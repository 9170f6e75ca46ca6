"""Anything at all, under any suffix: a site or a clear refusal, and soon."""

from __future__ import annotations

import io
import random
import re
import signal
import struct
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import HongxianError
from geo.sites.read import read_sites

#: One seed or more of each kind, named as in the corpus.
SEEDS = {
    "boundary txt": ["txt gbk prefix", "txt no prefix, zone in header", "txt degrees"],
    "shapefile": ["shp gbk", "shp no prj, prefix"],
    "zip": ["shp zip gbk names"],
    "geopackage": ["gpkg"],
    "filegdb": ["filegdb"],
    "geojson": ["geojson", "geojson crs member"],
    "kml": ["kml", "ovkml GCJ-02"],
    "kmz": ["kmz"],
    "dxf": ["dxf closed", "dxf lines", "dxf block", "dxf hatch and outline"],
    "excel": ["excel X Y", "excel DMS in three columns"],
    "csv": ["csv gbk", "csv DMS ° ′ ″"],
    "text": ["pasted tabs"],
    "wkt": ["wkt", "wkt srid"],
}
TOKENS = [
    b"", b"\0", b"\n", b",", b";", b"=", b"(", b")", b"[", b"]", b"<", b">", b'"', b"'", b"-", b"+", b".", b"e999", b"nan",
    b"inf", b"1e308", b"-1", b"0", b"9" * 30, b"99999999", b"38", b"\xff\xfe", b"\xef\xbb\xbf", b"@", b"\xa1\xe3", "°".encode(),
    "带号=99".encode("gbk"), "独立坐标系".encode(), b"<!DOCTYPE a>", b"{", b"}", b"null", b"POLYGON EMPTY", b"SRID=1;", b"\x80" * 8,
]  # fmt: skip
#: What stands where a number was: the file keeps its form, so that more than its grammar is tried.
ODD_NUMBERS = [0.0, -0.0, 1.0, -1.0, 90.0, 180.0, 1e-300, 1e20, 1e308, float("inf"), float("nan"), 500_000.0, 38.5e6, 2**31, -(2**63)]  # fmt: skip
#: Of processor time, so that a busy machine does not fail the test.
SECONDS = 2.0
#: What one reading may take above what the process holds already (some 350 MB of libraries and
#: corpus when it is alone, much more after other tests): below 1 GB together.
MEGABYTES = 600
INPUTS = 10_000
Edit = tuple[float, str, bytes]
seeds = st.integers(0, 2**32)


def edits(numbers: random.Random) -> list[Edit]:
    """One to six edits: where in the file, what to do, with which bytes."""
    if numbers.random() < 0.5:
        return [
            (numbers.random(), "number", numbers.choice([struct.pack("<d", odd), b""]))
            for odd in numbers.choices(ODD_NUMBERS, k=numbers.randint(1, 3))
        ]
    return [
        (
            numbers.random(),
            numbers.choice(["insert", "replace", "cut", "double", "flip"]),
            numbers.choice(TOKENS)
            if numbers.random() < 0.6
            else numbers.randbytes(numbers.randrange(13)),
        )
        for _ in range(numbers.randint(1, 6))
    ]


@lru_cache(maxsize=1)
def _seed_files(corpus: Any) -> dict[str, list[tuple[str, dict[str, bytes]]]]:
    """All files of each seed: name of the one to open, and the bytes of every file."""
    found: dict[str, list[tuple[str, dict[str, bytes]]]] = {}
    for kind, names in SEEDS.items():
        for name in names:
            with tempfile.TemporaryDirectory() as folder:
                path = corpus.CASES[name].write(Path(folder))
                if path.is_dir():
                    near = [p for p in path.rglob("*") if p.is_file()]
                else:
                    near = [p for p in path.parent.iterdir() if p.is_file() and p.stem == path.stem]
                files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in near}
                found.setdefault(kind, []).append((path.name, files))
    return found


def other_number(data: bytes, at: int, packed: bytes) -> bytes:
    """Put another number where one is written: the one packed, or one the file has elsewhere.

    In binary files that is eight bytes at a multiple of four.
    """
    if b"\0" in data[:200]:
        place = at // 4 * 4
        return data[:place] + (packed or data[:8]) + data[place + 8 :]
    written = list(re.finditer(rb"-?\d+(\.\d+)?", data))
    if not written:
        return data
    old = written[at % len(written)]
    new = written[(at * 7) % len(written)].group()
    if packed:
        (value,) = struct.unpack("<d", packed)
        new = (b"%d" if abs(value) < 1e300 and value == int(value) else b"%r") % value
    return data[: old.start()] + new + data[old.end() :]


def damaged(data: bytes, changes: list[Edit]) -> bytes:
    """Apply edits at relative places."""
    for place, how, token in changes:
        at = int(place * (len(data) + 1))
        if how == "number":
            data = other_number(data, at, token)
        elif how == "insert":
            data = data[:at] + token + data[at:]
        elif how == "replace":
            data = data[:at] + token + data[at + len(token) :]
        elif how == "cut":
            data = data[:at] + data[at + 1 + len(token) ** 2 :]
        elif how == "double":
            data = data[:at] + data[at : at + 40] + data[at:]
        elif at < len(data):
            data = data[:at] + bytes([data[at] ^ (token[0] if token else 0x80)]) + data[at + 1 :]
    return data


def damaged_inside(data: bytes, changes: list[Edit], pick: int) -> bytes:
    """Damage one member of an archive and pack it again: else only the ZIP reader is tried."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new,
    ):
        members = old.infolist()
        for at, info in enumerate(members):
            inner = old.read(info)
            new.writestr(
                info.filename, damaged(inner, changes) if at == pick % len(members) else inner
            )
    return out.getvalue()


class HangError(BaseException):
    """A reader ran for too long; no ``except Exception`` may turn that into a refusal."""


@contextmanager
def _bounded():
    """Break off what runs longer than allowed, where the system can."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(*_):
        raise HangError(f"more than {SECONDS} s of processor time")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def megabytes_held(field: str = "VmRSS") -> float:
    """Memory of this process, or with VmHWM the most since the mark was reset (0 off Linux)."""
    if not _STATUS.is_file():
        return 0.0
    lines = _STATUS.read_text(encoding="ascii", errors="replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


@contextmanager
def weighed(tally: Counter[str]) -> Iterator[None]:
    """Measure the most that the block takes above what was held before, MB."""
    before = megabytes_held()
    if before:
        _CLEAR.write_text("5", encoding="ascii")  # proc(5): resets the high-water mark
    yield
    took = round(megabytes_held("VmHWM") - before)
    tally["largest MB"] = max(tally["largest MB"], took)


def try_reading(path: Path, corpus: Any, tally: Counter[str] | None = None) -> str:
    """Read; return what came out, and fail on anything but a site or our own refusal."""
    tally = Counter() if tally is None else tally
    weight: Counter[str] = Counter()
    start = time.process_time()
    refusal: HongxianError | None = None
    sites: tuple[Any, ...] = ()
    with weighed(weight), _bounded():
        try:
            sites = read_sites(path, plausible=corpus.COUNTY)
        except HongxianError as error:
            refusal = error
    took = time.process_time() - start
    tally["read" if refusal is None else "refused"] += 1
    tally["slowest ms"] = max(tally["slowest ms"], round(1000 * took))
    tally["largest MB"] = max(tally["largest MB"], weight["largest MB"])
    tally["cpu ms"] += round(1000 * took)
    assert took < SECONDS, "too slow"
    assert weight["largest MB"] < MEGABYTES, "too much memory"
    if refusal is None:
        assert sites
        assert all(site.geometry.is_valid and not site.geometry.is_empty for site in sites)
        return "read"
    assert refusal.exit_code == 3, repr(refusal)
    assert str(path.parent) not in str(refusal)
    return "refused"


def attack(kind: str, corpus: Any, seed: int, tally: Counter[str] | None = None) -> str:
    """Damage one file of the corpus and read it; the seed says which, where and how."""
    numbers = random.Random(seed)  # noqa: S311 (no secret; hypothesis draws the seed, drawing every edit is slow)
    name, files = numbers.choice(_seed_files(corpus)[kind])
    victim = numbers.choice(sorted(files))
    raw = files[victim]
    if numbers.random() < 0.7 and zipfile.is_zipfile(io.BytesIO(raw)):
        broken = damaged_inside(raw, edits(numbers), numbers.randrange(30))
    else:
        broken = damaged(raw, edits(numbers))
    with tempfile.TemporaryDirectory() as folder:
        for other, content in files.items():
            target = Path(folder, other)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(broken if other == victim else content)
        return try_reading(Path(folder, name), corpus, tally)


quick = settings(
    max_examples=200,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
long = settings(
    max_examples=INPUTS, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@pytest.mark.parametrize("kind", SEEDS)
def test_a_damaged_file_is_read_or_refused(kind, corpus):
    @quick
    @given(seeds)
    def run(seed):
        attack(kind, corpus, seed)

    run()


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", SEEDS)
def test_ten_thousand_damaged_files_are_read_or_refused(kind, corpus, capsys):
    tally: Counter[str] = Counter()

    @long
    @given(seeds)
    def run(seed):
        attack(kind, corpus, seed, tally)

    try:
        run()
    finally:
        with capsys.disabled():
            told = ", ".join(f"{name} {number}" for name, number in sorted(tally.items()))
            # the count is what the long run is for
            print(f"\nfuzz {kind}: {told}")  # noqa: T201
    assert tally["read"] + tally["refused"] >= INPUTS
    assert tally["refused"], "every damaged file was read: nothing was damaged"


SUFFIXES = [
    ".txt",
    ".csv",
    ".shp",
    ".zip",
    ".kmz",
    ".gpkg",
    ".geojson",
    ".kml",
    ".dxf",
    ".xlsx",
    ".wkt",
    ".gdb",
    "",
]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_arbitrary_bytes_are_refused_or_read(suffix, corpus):
    @quick
    @given(st.binary(max_size=300))
    def run(content):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"a{suffix}")
            path.write_bytes(content)
            try_reading(path, corpus)

    run()


lines = st.text(
    st.sampled_from(
        "0123456789.,，;°′″'\"-: \t度分秒东经北纬EXYNJ点号圈地块面积公顷=@[]()\n线管扣除西安80北京54带"
    ),
    max_size=200,
)


@quick
@given(lines)
def test_text_made_of_the_usual_signs_is_read_or_refused(corpus, text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.txt")
        path.write_text(text)
        try_reading(path, corpus)


@pytest.mark.skipif(not _CLEAR.exists(), reason="/proc: only Linux tells the high-water mark")
def test_the_scales_see_memory_that_was_given_back_and_forget_what_came_before():
    heavy, light = Counter(), Counter()
    with weighed(heavy):
        bytearray(b"x") * (200 << 20)
    with weighed(light):
        pass
    assert heavy["largest MB"] >= 190
    assert light["largest MB"] < 50

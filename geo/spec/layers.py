"""``layers/*.yml``: where a layer comes from, what it is worth, what law knows it as."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from geo.spec.closed import Names, Spec, as_list, nearest
from geo.spec.dates import Age, Partial
from geo.spec.style import StyleOf
from geo.spec.vocabulary import Authority, Sensitivity, ZoneKind

KINDS: Final = tuple(ZoneKind.__members__)


def _zone_kind(text: str) -> str:
    if text not in KINDS:
        raise ValueError(f"不认识的管控类别 {text} — {nearest(text, KINDS)}")
    return text


Kind = Annotated[str, AfterValidator(_zone_kind)]


def _inside(text: str) -> str:
    """Refuse climbing out of the workspace; absolute paths are judged against data_folders."""
    parts = PurePosixPath(text.replace("\\", "/")).parts
    if ".." in parts:
        raise ValueError(f"路径 {text} 不能含有 .. — 请把数据放入工作区，例如 local/")
    if not parts or text.startswith(("//", "\\\\?", "/vsi")) or "://" in text:
        raise ValueError(f"{text} 不是普通文件路径 — 请写相对工作区的路径")
    return text


FilePath = Annotated[str, AfterValidator(_inside)]


def is_absolute(path: str) -> bool:
    """Tell whether a path is absolute on any system, so that one workspace serves both.

    >>> is_absolute("D:/三区三线/红线.gpkg"), is_absolute("local/红线.gpkg")
    (True, False)
    """
    return PureWindowsPath(path).is_absolute() or PurePosixPath(path).is_absolute()


class FileSource(Spec):
    """A file: GPKG, SHP, GDB, GeoParquet, FlatGeobuf, GeoJSON, OSM PBF, or a table of points."""

    named_by = ("path",)

    path: FilePath
    table: str | None = None
    encoding: Literal["utf-8", "gb18030"] | None = None
    x: str = "lon"
    y: str = "lat"
    tags: dict[str, Names] = {}
    geometry: Literal["points", "lines", "multipolygons"] | None = None


class BoundarySource(Spec):
    """Administrative areas of the boundary data, for the workspace's jurisdictions."""

    named_by = ("boundaries",)

    boundaries: Literal["county", "city", "province"]


class DerivedSource(Spec):
    """A layer the package works out itself: township cells from their seats."""

    named_by = ("derived",)

    derived: Literal["townships"]
    seats: str = "places"


class PostgisSource(Spec):
    """A table of an office's PostGIS; the address is read from the environment, never a file."""

    named_by = ("postgis",)

    postgis: str
    geometry: str = "geom"
    url_env: str = "HONGXIAN_POSTGIS_URL"


class RasterSource(Spec):
    """A raster: elevation in metres (a DEM), or land-cover codes."""

    named_by = ("raster",)

    raster: FilePath
    band: Annotated[int, Field(ge=1, le=255)] = 1
    measures: Literal["elevation", "land_cover"] = "elevation"


_BY_KEY: Final[dict[str, type[Spec]]] = {
    "path": FileSource,
    "boundaries": BoundarySource,
    "derived": DerivedSource,
    "postgis": PostgisSource,
    "raster": RasterSource,
}


def _check_source(value: Any) -> Any:
    """Let a path stand for a file source; complain before pydantic's union does."""
    if isinstance(value, str):
        return {"path": value}
    if isinstance(value, Spec):
        return value
    if not isinstance(value, dict) or sum(key in value for key in _BY_KEY) != 1:
        raise ValueError(f"source 应含 {'、'.join(_BY_KEY)} 之一 — 或直接写文件路径")
    return value


def _source_key(value: Any) -> str | None:
    if isinstance(value, dict):
        return next((key for key in _BY_KEY if key in value), None)
    return next((key for key, model in _BY_KEY.items() if isinstance(value, model)), None)


Source = Annotated[
    Annotated[
        Annotated[FileSource, Tag("path")]
        | Annotated[BoundarySource, Tag("boundaries")]
        | Annotated[DerivedSource, Tag("derived")]
        | Annotated[PostgisSource, Tag("postgis")]
        | Annotated[RasterSource, Tag("raster")],
        Discriminator(_source_key),
    ],
    BeforeValidator(_check_source),
]


class ZoneByField(Spec):
    """Kinds by the value of a field: ``{field: 级别, values: {一级: water_source_1}}``."""

    field: str
    values: Annotated[dict[str, Kind], Field(min_length=1)]


def _zone(value: Any) -> Any:
    return {"field": "", "values": {"": value}} if isinstance(value, str) else value


def _adcode(text: str) -> str:
    if not (len(text) == 6 and text.isascii() and text.isdigit()):  # noqa: PLR2004 (digits)
        raise ValueError(f"{text} 不是 6 位行政区划代码 — 例如 140405")
    return text


def _coverage(value: Any) -> str:
    return "file" if isinstance(value, str) and not value.strip().isdigit() else "adcodes"


Adcode = Annotated[str, AfterValidator(_adcode)]
Adcodes = Annotated[tuple[Adcode, ...], BeforeValidator(as_list)]
#: A list of adcodes, or the path of a file with the covered area.
Coverage = Annotated[
    Annotated[Adcodes, Tag("adcodes")] | Annotated[FilePath, Tag("file")],
    Discriminator(_coverage),
]


class Layer(Spec):
    """One layer. Without ``source`` it is declared but not supplied: a state, not an error."""

    title: str
    source: Source | None = None
    crs: str | None = None
    zone: Annotated[ZoneByField | None, BeforeValidator(_zone)] = None
    authority: Authority | None = None
    provider: str | None = None
    licence: str | None = None
    as_of: Partial | None = None
    received: Partial | None = None
    max_age: Age | None = None
    valid_until: Partial | None = None
    coverage: Coverage = ()
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)] | None = None
    sensitivity: Sensitivity = "public"
    version: str | None = None
    fields: dict[str, str] = {}
    style: StyleOf | None = None
    note: str = ""

    @model_validator(mode="after")
    def _supplied_layers_say_what_they_are_worth(self) -> Layer:
        if self.source is None:
            return self
        needed = ("authority", "provider", "licence", "as_of", "accuracy_m")
        if missing := [name for name in needed if getattr(self, name) is None]:
            raise ValueError(
                f"有 source 的图层缺少 {'、'.join(missing)} — 请补上，来源不明的数据不能使用"
            )
        return self

    @property
    def zone_kinds(self) -> tuple[str, ...]:
        """The kinds this layer may hold, in the order written."""
        return tuple(dict.fromkeys(self.zone.values.values())) if self.zone else ()

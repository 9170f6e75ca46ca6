"""KML, KMZ content and 奥维's ovkml: placemarks as a stream of XML events, without entities or DTD.

奥维 9.3.0 and later shifts what it exports as ovkml/KML to GCJ-02. Its files say so in ``OvCoordType``; where they do
not, both readings are candidates and the planner is asked.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.sax.handler import ContentHandler

import defusedxml.sax

from geo.errors import InputError, Problem
from geo.sites.claims import Claims, claims_in
from geo.sites.drawing import AS_A_LINE, Draft, Drawing, Kind, Run, run_of
from geo.sites.limits import MAX_ATTRIBUTE_CHARS, MAX_ATTRIBUTES, Budget, refusing
from geo.sites.site import SiteSource
from geo.sites.text import read_text
from geo.space.datum import Datum

if TYPE_CHECKING:
    from pathlib import Path
    from xml.sax.xmlreader import AttributesImpl, Locator

MAX_KML_BYTES: Final = 60_000_000
MAX_DEPTH: Final = 64
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_TEXTS: Final = frozenset(("name", "coordinates", "coord", "SimpleData", "value", "OvCoordType"))
_SHAPES: Final[dict[str, Kind]] = {
    "Point": "point", "LineString": "line", "LinearRing": "line", "Track": "line", "Polygon": "polygon",
}  # fmt: skip
_OVKML: Final = re.compile(r"\.ovkm[lz]\b", re.IGNORECASE)
_OVITAL: Final = re.compile(r"OvAttr|OvCoordType|ovital|奥维", re.IGNORECASE)
_AROUND_COMMA: Final = re.compile(r"\s*,\s*")
_TRIPLE: Final = re.compile(r"\S+")
_BAD: Final = "应为「经度,纬度,高程」，各点以空格分隔"
_MOST_PROBLEMS: Final = 50


@dataclass
class _Placemark:
    """One placemark while it is read; runs by kind."""

    line: int
    name: str = ""
    runs: dict[Kind, list[Run]] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    polygons: int = 0


class _Reader(ContentHandler):
    """Collects placemarks; knows only the few elements that matter here."""

    def __init__(self, shown: Path) -> None:
        super().__init__()
        self.shown = shown
        self.budget = Budget(shown)
        self.drawings: list[Drawing] = []
        self.problems: list[Problem] = []
        self.coordinate_types: set[str] = set()
        self.linked = False
        self._path: list[str] = []
        self._text: list[str] | None = None
        self._key = ""
        self._mark: _Placemark | None = None
        self._locator: Locator | None = None
        self._track: list[str] = []

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 (SAX names it)
        """Keep the parser's place for complaints."""
        self._locator = locator

    @property
    def line(self) -> int:
        """The line the parser is at."""
        return (self._locator.getLineNumber() or 0) if self._locator else 0

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 (SAX names it)
        """Note where the parser is, and what is about to be read."""
        local = name.rpartition(":")[2]
        if len(self._path) >= MAX_DEPTH:
            raise InputError([Problem(self.shown, self.line, 0, "XML 嵌套过深", "请重新导出")])
        self._path.append(local)
        if local == "Placemark":
            self.budget.spend(features=1)
            self._mark = _Placemark(self.line)
        elif local == "Polygon" and self._mark:
            self._mark.polygons += 1
        elif local == "Track":
            self._track = []
        elif local == "NetworkLink":
            self.linked = True
        if local in ("SimpleData", "Data"):
            self._key = str(attrs.get("name", ""))
        self._text = [] if local in _TEXTS else None

    def characters(self, content: str) -> None:
        """Collect text where it matters."""
        if self._text is not None:
            self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: ARG002, N802 (SAX names it)
        """File what was read."""
        local = self._path.pop()
        text = "".join(self._text or ()).strip()
        self._text = None
        if local == "OvCoordType":
            self.coordinate_types.add(text)
        if self._mark is None:
            return
        if local == "Placemark":
            self._finish(self._mark)
            self._mark = None
        elif local == "coordinates":
            self._coordinates(text, self._mark)
        elif local == "coord":
            self._track.append(",".join(text.split()))
        elif local == "Track":
            self._add("line", self._points(" ".join(self._track)), self._mark, hole=None)
        elif local == "name" and self._path[-1:] == ["Placemark"]:
            self._mark.name = text[:MAX_ATTRIBUTE_CHARS]
        elif (
            local in ("SimpleData", "value")
            and len(self._mark.attributes) < MAX_ATTRIBUTES
            and text
        ):
            self._mark.attributes[self._key[:MAX_ATTRIBUTE_CHARS]] = text[:MAX_ATTRIBUTE_CHARS]

    def _coordinates(self, text: str, mark: _Placemark) -> None:
        """File one list of coordinates under the shape it belongs to."""
        shapes = [step for step in self._path if step in _SHAPES]
        if not shapes:
            return
        kind = _SHAPES[shapes[0]]
        hole = "innerBoundaryIs" in self._path if kind == "polygon" else None
        self._add(kind, self._points(text), mark, hole=hole)

    def _points(self, text: str) -> list[tuple[float, float]]:
        """Read ``lon,lat[,height] …``; blanks after commas are forgiven."""
        points = []
        for hit in _TRIPLE.finditer(_AROUND_COMMA.sub(",", text)):
            triple = hit[0]
            self.budget.spend(vertices=1)
            try:
                lon, lat = map(float, triple.split(",")[:2])
            except ValueError:
                found = f"坐标「{triple[:30]}」无法识别"
                self.problems.append(Problem(self.shown, self.line, 0, found, _BAD))
                return []
            points.append((lon, lat))
        return points

    def _add(
        self, kind: Kind, points: list[tuple[float, float]], mark: _Placemark, *, hole: bool | None
    ) -> None:
        if not points:
            return
        runs = mark.runs.setdefault(kind, [])
        line = [self.line] * len(points)
        runs.append(run_of(points, lines=line, number=len(runs) + 1, hole=hole, part=mark.polygons))

    def _finish(self, mark: _Placemark) -> None:
        """Turn a placemark into one drawing per kind of shape."""
        for kind, runs in mark.runs.items():
            words = []
            first, last = runs[0].points[[0, -1]]
            if kind == "line" and len(runs[0].points) > 3 and (first == last).all():  # noqa: PLR2004
                words = [f"线首尾相接，{AS_A_LINE}；若为用地范围，请改画为面"]
            self.drawings.append(
                Drawing(
                    mark.name,
                    kind,
                    tuple(runs),
                    mark.line,
                    attributes=mark.attributes,
                    repairs=tuple(words),
                )
            )


def read_kml(path: Path, *, shown: Path) -> Draft:
    """Read a KML or ovkml file.

    Raises:
        InputError: Not XML, with entities or a DTD, without placemarks, or with bad coordinates.
    """
    decoded = read_text(path, shown=shown, most=MAX_KML_BYTES)
    # expat knows neither GBK nor GB18030: what was decoded is handed on as UTF-8.
    text = _DECLARATION.sub("", decoded.text.lstrip("\ufeff"), count=1)
    reader = _Reader(shown)
    with refusing(shown, "请用奥维、谷歌地球或 GIS 软件重新导出 KML（不含 DTD 和实体）"):
        defusedxml.sax.parse(io.BytesIO(text.encode()), reader, forbid_dtd=True)
    if reader.problems:
        raise InputError(reader.problems[:_MOST_PROBLEMS])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    source = SiteSource(shown.as_posix(), "kml", digest, decoded.encoding)
    return Draft(tuple(reader.drawings), _claims(text, reader, shown), source)


def _claims(text: str, reader: _Reader, shown: Path) -> Claims:
    """WGS 84 by the standard, unless the file comes from a program known to shift it."""
    remarks = ("文件含网络链接（NetworkLink），链接的内容未读取",) if reader.linked else ()
    stated = " ".join(sorted(reader.coordinate_types - {""}))
    said = claims_in(stated, by="奥维导出的 OvCoordType ")
    if not said.silent:
        names = frozenset(said.datums | ({Datum.UNKNOWN} if said.cipher and said.datums else set()))
        return Claims(
            datums=names,
            cipher=said.cipher,
            degrees=True,
            north_first=False,
            by=said.by,
            remarks=remarks,
        )
    shifted = _OVKML.search(shown.as_posix()) or _OVITAL.search(text[:4000])
    return Claims(
        datums=frozenset({Datum.WGS84}),
        degrees=True,
        north_first=False,
        origin="奥维" if shifted else "",
        by="KML 标准规定",
        remarks=remarks,
    )

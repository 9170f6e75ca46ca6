"""One footprint's result and the whole check's, with the JSON that contracts.md promises.

The JSON is contracts.md's ``hongxian.check/1``; what stands here and not there is an addition to it. What was not
measured is ``None``, never 0. Numbers are kept to fixed decimals so that the same inputs give the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import shapely

from geo.findings.notebook import Verdict, check_html
from geo.findings.parts import number, worst
from geo.space.measure import AREA_METHOD
from geo.space.units import M2_PER_HECTARE, MU_PER_HECTARE
from geo.spec.vocabulary import Outcome
from geo.spec.wording import quoted

if TYPE_CHECKING:
    from datetime import date

    from shapely import Geometry

    from geo.findings.land import LandShare
    from geo.findings.parts import Finding, LayerAsked, Move, TaskHit, TopicRow
    from geo.findings.unit import UnitHit
    from geo.sites.site import Site

SCHEMA_ID: Final = "hongxian.check/1"


@dataclass(frozen=True)
class District:
    """A county the site lies in, with the share of the site inside."""

    adcode: str
    name: str
    share: float


@dataclass(frozen=True)
class Size:
    """The footprint's measures; what a point or line does not have is ``None``."""

    area_m2: float | None = None
    plane_area_m2: float | None = None
    perimeter_m: float | None = None
    length_m: float | None = None


@dataclass(frozen=True, eq=False)
class SiteResult:
    """Everything about one footprint.

    Attributes:
        reasons: Chinese sentences behind the verdict, weightiest first.
        needed: What is missing for a firm answer.
        complete: Every required kind was compared with current official data or settled by letter.
        land: What lies under the overlaps; ``None`` when none has an area, or nobody asked.
    """

    site: Site
    size: Size
    districts: tuple[District, ...]
    industry: tuple[str, str | None] | None
    verdict: Outcome
    complete: bool
    reasons: tuple[str, ...]
    needed: tuple[str, ...]
    topics: tuple[TopicRow, ...]
    layers: tuple[LayerAsked, ...]
    findings: tuple[Finding, ...]
    tasks: tuple[TaskHit, ...]
    move: Move | None = None
    units: tuple[UnitHit, ...] = ()
    land: LandShare | None = None

    @property
    def schematic(self) -> bool:
        """Tell whether anything shown rests on schematic data."""
        worth = [*(f.authority for f in self.findings), *(t.authority for t in self.tasks)]
        return "schematic" in worth or any(a.authority == "schematic" for a in self.layers)

    def coarse(self) -> SiteResult:
        """Return it with what comes from internal layers rounded."""
        land = None if self.land is None else self.land.coarse(self.findings)
        return replace(self, findings=tuple(f.coarse() for f in self.findings), land=land)

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        site, size = self.site, self.size
        crs = {
            "given": site.crs.given, "how": quoted(site.crs.how),
            "suspicions": [quoted(text) for text in site.crs.suspicions],
        }  # fmt: skip
        source = {
            "file": quoted(site.source.file), "format": site.source.format, "sha256": site.source.sha256,
            "encoding": site.source.encoding,
        }  # fmt: skip
        industry = self.industry and {"code": self.industry[0], "name": self.industry[1]}
        return {
            "name": quoted(site.name), "source": source, "crs": crs,
            "geometry": json.loads(shapely.to_geojson(site.geometry)),
            **_area_json(size.area_m2), "area_method": AREA_METHOD,
            "plane_area_m2": number(size.plane_area_m2, 4),
            "declared_area_m2": number(site.declared_area_m2, 4),
            "perimeter_m": number(size.perimeter_m, 3), "length_m": number(size.length_m, 3),
            "repairs": [quoted(text) for text in site.repairs],
            "districts": [
                {"adcode": d.adcode, "name": d.name, "share": number(d.share, 10)}
                for d in self.districts
            ],
            "industry": industry, "verdict": self.verdict.value, "verdict_zh": self.verdict.zh,
            "complete": self.complete, "reasons": list(self.reasons), "needed": list(self.needed),
            "topics": [row.as_json() for row in self.topics],
            "layers": [asked.as_json() for asked in self.layers],
            "findings": [finding.as_json() for finding in self.findings],
            "tasks": [task.as_json() for task in self.tasks],
            "move": None if self.move is None else self.move.as_json(),
            "units": [unit.as_json() for unit in self.units],
            "land": None if self.land is None else self.land.as_json(),
        }  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """The workspace a check stood on; waivers and overrides are printed in every result.

    ``waivers`` are pairs of zone kind and reason; ``overridden_laws`` the titles of ``overridden_rules``.
    """

    title: str
    fingerprint: str
    waivers: tuple[tuple[str, str], ...] = ()
    overridden_rules: tuple[str, ...] = ()
    overridden_laws: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Write it as contracts.md says."""
        return {
            "title": self.title, "fingerprint": self.fingerprint,
            "waivers": [{"kind": kind, "waived": why} for kind, why in self.waivers],
            "overridden_rules": list(self.overridden_rules),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class CheckResult:
    """The answer to one ``check``: one result per footprint."""

    tool: str
    as_at: date
    workspace: Ground
    sites: tuple[SiteResult, ...]

    @property
    def verdict(self) -> Outcome:
        """The worst verdict of all sites; of no site at all, ``undetermined``."""
        return worst((site.verdict for site in self.sites), of_none=Outcome.UNDETERMINED)

    def as_json(self, *, internal: bool = False) -> dict[str, Any]:
        """Write it as contracts.md says.

        Args:
            internal: Keep full figures of layers marked internal; otherwise they are rounded.
        """
        sites = self.sites if internal else tuple(site.coarse() for site in self.sites)
        return {
            "schema": SCHEMA_ID, "tool": self.tool, "as_at": self.as_at.isoformat(),
            "workspace": self.workspace.as_json(), "sites": [site.as_json() for site in sites],
        }  # fmt: skip

    def _repr_html_(self) -> str:
        """Show in a notebook each footprint's verdict with its table by topic."""
        shown = [
            Verdict(site.site.name, site.verdict.zh, site.topics, site.schematic)
            for site in (whole.coarse() for whole in self.sites)
        ]
        return check_html(shown, as_at=self.as_at, tool=self.tool)

    def overlaps(self, *, internal: bool = False) -> dict[str, Any]:
        """Write footprints and overlaps as a GeoJSON feature collection, EPSG:4490 lon, lat.

        Args:
            internal: Include overlaps with layers marked internal; otherwise only public ones.
        """
        features = []
        for site in self.sites:
            name = quoted(site.site.name)
            drawn = {"site": name, "verdict": site.verdict.value}
            features.append(_feature(site.site.geometry, {"part": "site", **drawn}))
            for finding in site.findings:
                if finding.overlap is None or (finding.sensitivity != "public" and not internal):
                    continue
                told = {"part": "overlap", "site": name, **finding.as_json()}
                features.append(_feature(finding.overlap, told))
        return {"type": "FeatureCollection", "features": features}


def check_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``check --format json``.

    >>> check_schema()["properties"]["schema"]["const"]
    'hongxian.check/1'
    """
    path = resources.files("geo.findings") / "check.schema.json"
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _feature(geometry: Geometry, properties: dict[str, Any]) -> dict[str, Any]:
    shape = json.loads(shapely.to_geojson(geometry))
    return {"type": "Feature", "properties": properties, "geometry": shape}


def _area_json(area_m2: float | None) -> dict[str, float | None]:
    if area_m2 is None:
        return {"area_m2": None, "area_ha": None, "area_mu": None}
    hectares = area_m2 / M2_PER_HECTARE
    return {
        "area_m2": round(area_m2, 4), "area_ha": round(hectares, 8),
        "area_mu": round(hectares * MU_PER_HECTARE, 8),
    }  # fmt: skip

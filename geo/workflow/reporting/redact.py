"""Checks and maps for readers outside the office: without the names of its files, and without numbers that tell a place."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from geo.findings import CheckResult, SiteResult
    from geo.sites.site import Site
    from geo.spec.maps import MapSpec

#: Instead of a file's name.
NOT_TOLD: Final = "文件名从略"
#: Eastings and northings have six digits and more, degrees four decimals and more.
_PLACE: Final = re.compile(r"\d{6,}(?:\.\d+)?|\d+\.\d{4,}|\d+°(?:\d+′(?:[\d.]+″)?)?")


def map_for_outside(spec: MapSpec) -> MapSpec:
    """Return a map without a grid, that shows only what a public edition does."""
    page = spec.page.model_copy(update={"grid": "none"})
    return spec.model_copy(update={"page": page, "edition": "public"})


def for_outside(result: CheckResult) -> CheckResult:
    """Return a check that names no file, and whose account of the reading shows no coordinate.

    Verdict, areas, findings and the names of the plots stay: they are what the copy is for.
    """
    return replace(result, sites=tuple(_site(site) for site in result.sites))


def without_places(text: str) -> str:
    """Take numbers out of a sentence that could tell a place; codes such as EPSG:4490 stay.

    >>> without_places("横坐标 38512345.678 以 38 开头，EPSG:4526"), without_places("经度 112.8765")
    ('横坐标 … 以 38 开头，EPSG:4526', '经度 …')
    """
    return _PLACE.sub("…", text)


def _site(result: SiteResult) -> SiteResult:
    name = result.site.source.file
    return replace(
        result, site=_footprint(result.site),
        reasons=tuple(text.replace(name, NOT_TOLD) for text in result.reasons),
        needed=tuple(text.replace(name, NOT_TOLD) for text in result.needed),
    )  # fmt: skip


def _footprint(site: Site) -> Site:
    name, reading = site.source.file, site.crs

    def told(text: str) -> str:
        return without_places(text.replace(name, NOT_TOLD))

    return replace(
        site, source=replace(site.source, file=NOT_TOLD), attributes={},
        repairs=tuple(map(told, site.repairs)),
        crs=replace(reading, how=told(reading.how), suspicions=tuple(map(told, reading.suspicions))),
    )  # fmt: skip

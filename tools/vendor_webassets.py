"""Fetch the web libraries of a map page into ``geo/web/assets`` with ``npm pack``.

A page that hongxian writes is one HTML file that asks the network for nothing. folium names its
libraries by address; what stands in for each address is decided in ``STAND_INS`` below and written
to ``assets.json``, for the module that puts them into the page. Files are taken unmodified, with
their licence, from the npm packages of exactly the versions that folium names::

    python tools/vendor_webassets.py

A file that differs from its sha256 in the present ``assets.json`` is an error and nothing is
written; ``--accept`` takes it as the new one. Needs ``npm``.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WEBASSETS = Path(__file__).resolve().parent.parent / "geo" / "web" / "assets"
SCHEMA = "hongxian.webassets/1"
FOLIUM = "0.20.0"


@dataclass(frozen=True)
class Package:
    """One npm package: the files taken from it, as paths inside the package."""

    name: str
    version: str
    licence: str
    files: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Return the folder its files go to, such as ``leaflet-1.9.3``."""
        return f"{self.name}-{self.version}"


@dataclass(frozen=True)
class StandIn:
    """What replaces an address that ends in ``address``: a file, or nothing for a reason.

    ``only_if_script_has``: leave the file out of a page whose own scripts lack this text.
    """

    address: str
    file: str | None
    reason: str
    only_if_script_has: str | None = None


PACKAGES = (
    Package(
        "leaflet",
        "1.9.3",
        "BSD-2-Clause",
        (
            "LICENSE",
            "dist/leaflet.js",
            "dist/leaflet.css",
            "dist/images/layers.png",
            "dist/images/layers-2x.png",
            "dist/images/marker-icon.png",
            "dist/images/marker-icon-2x.png",
            "dist/images/marker-shadow.png",
        ),
    ),
    Package(
        "leaflet.markercluster",
        "1.1.0",
        "MIT",
        (
            "MIT-LICENCE.txt",
            "dist/leaflet.markercluster.js",
            "dist/MarkerCluster.css",
            "dist/MarkerCluster.Default.css",
        ),
    ),
    Package("jquery", "3.7.1", "MIT", ("LICENSE.txt", "dist/jquery.min.js")),
)

ICON_ONLY = "only folium.Icon needs it; our markers are CircleMarker, DivIcon or Leaflet's own"
BOOTSTRAP_ONLY = "no element of our page is a Bootstrap component"
CLUSTER = "folium.plugins.MarkerCluster"
STAND_INS = (
    StandIn("leaflet@1.9.3/dist/leaflet.js", "leaflet-1.9.3/dist/leaflet.js", "every map"),
    StandIn("leaflet@1.9.3/dist/leaflet.css", "leaflet-1.9.3/dist/leaflet.css", "every map"),
    StandIn(
        "jquery-3.7.1.min.js",
        "jquery-3.7.1/dist/jquery.min.js",
        "folium.Popup and keep_in_front call it; GeoJsonPopup and tooltips do not",
        only_if_script_has="$(",
    ),
    StandIn(
        "leaflet.markercluster/1.1.0/leaflet.markercluster.js",
        "leaflet.markercluster-1.1.0/dist/leaflet.markercluster.js",
        CLUSTER,
    ),
    StandIn(
        "leaflet.markercluster/1.1.0/MarkerCluster.css",
        "leaflet.markercluster-1.1.0/dist/MarkerCluster.css",
        CLUSTER,
    ),
    StandIn(
        "leaflet.markercluster/1.1.0/MarkerCluster.Default.css",
        "leaflet.markercluster-1.1.0/dist/MarkerCluster.Default.css",
        CLUSTER,
    ),
    StandIn("bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js", None, BOOTSTRAP_ONLY),
    StandIn("bootstrap@5.2.2/dist/css/bootstrap.min.css", None, BOOTSTRAP_ONLY),
    StandIn("bootstrap/3.0.0/css/bootstrap-glyphicons.css", None, ICON_ONLY),
    StandIn("@fortawesome/fontawesome-free@6.2.0/css/all.min.css", None, ICON_ONLY),
    StandIn("Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.js", None, ICON_ONLY),
    StandIn("Leaflet.awesome-markers/2.0.2/leaflet.awesome-markers.css", None, ICON_ONLY),
    StandIn("folium/templates/leaflet.awesome.rotate.min.css", None, ICON_ONLY),
)


def unpack(package: Package, folder: Path) -> dict[str, bytes]:
    """Fetch a package with npm and return its wanted files by their path in ``webassets``.

    Raises:
        SystemExit: npm is absent, or the package lacks a file.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is absent: install Node.js to fetch the web libraries")
    wanted = f"{package.name}@{package.version}"
    command = [npm, "pack", wanted, "--json", "--pack-destination", str(folder)]
    told = subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8")
    found: dict[str, bytes] = {}
    with tarfile.open(folder / json.loads(told.stdout)[0]["filename"]) as archive:
        for path in package.files:
            try:
                member = archive.extractfile(f"package/{path}")
            except KeyError:
                member = None
            if member is None:
                raise SystemExit(f"{wanted} has no file {path}: correct PACKAGES")
            found[f"{package.folder}/{path}"] = member.read()
    return found


def record(package: Package, contents: dict[str, bytes]) -> list[dict[str, Any]]:
    """Return what ``assets.json`` says of each file of a package."""
    return [
        {
            "path": path,
            "package": package.name,
            "version": package.version,
            "licence": package.licence,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for path, content in contents.items()
    ]


def stand_ins() -> dict[str, dict[str, Any]]:
    """Return what ``assets.json`` says of each address; no ``file`` means that none is needed."""
    told: dict[str, dict[str, Any]] = {}
    for item in STAND_INS:
        told[item.address] = {"file": item.file, "reason": item.reason}
        if item.only_if_script_has is not None:
            told[item.address]["only_if_script_has"] = item.only_if_script_has
    return told


def changed(files: list[dict[str, Any]], present: Path) -> list[str]:
    """Return the paths whose sha256 differs from the one in the present ``assets.json``."""
    if not present.exists():
        return []
    known = {
        file["path"]: file["sha256"]
        for file in json.loads(present.read_text(encoding="utf-8"))["files"]
    }
    return [
        file["path"] for file in files if known.get(file["path"], file["sha256"]) != file["sha256"]
    ]


def main() -> None:
    """Fetch all packages, compare with what is known, then write files and ``assets.json``."""
    parser = argparse.ArgumentParser(description="Fetch the web libraries of a map page.")
    parser.add_argument("--accept", action="store_true", help="take changed files as the new ones")
    parser.add_argument("--out", type=Path, default=WEBASSETS, help="folder for the files")
    arguments = parser.parse_args()
    contents: dict[str, bytes] = {}
    files: list[dict[str, Any]] = []
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            taken = unpack(package, Path(folder))
        contents |= taken
        files += record(package, taken)
    listing = arguments.out / "assets.json"
    if (differing := changed(files, listing)) and not arguments.accept:
        raise SystemExit(f"differs from assets.json: {', '.join(differing)}; see --accept")
    for path, content in contents.items():
        target = arguments.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    told = {"schema": SCHEMA, "folium": FOLIUM, "urls": stand_ins(), "files": files}
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    listing.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"{len(files)} files, {sum(map(len, contents.values()))} bytes\n")


if __name__ == "__main__":
    main()

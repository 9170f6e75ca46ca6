"""The workspace a check stood on, with one fingerprint for everything it read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.findings import Ground
from geo.spec.rules import national_files
from geo.spec.wording import quoted
from geo.spec.workspace import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from geo.store.layers import LayerTable
    from geo.store.store import Store

_FOLDERS: Final = ("layers", "rules", "plans")


def ground_of(store: Store, tables: Iterable[LayerTable]) -> Ground:
    """Describe a workspace; the fingerprint changes with any spec file, national law or layer asked."""
    marker = store.spec.marker
    waivers = tuple((waiver.kind, quoted(waiver.waived)) for waiver in marker.waivers)
    overridden = store.spec.overridden_rules
    laws = tuple(quoted(store.spec.rules[law].title) for law in overridden)
    return Ground(quoted(marker.title), fingerprint(store, tables), waivers, overridden, laws)


def fingerprint(store: Store, tables: Iterable[LayerTable]) -> str:
    """Fingerprint what a check reads: names and contents, wherever the workspace stands."""
    whole = hashlib.sha256()
    for name, content in sorted(_parts(store, tables)):
        whole.update(f"{name}\0{content}\n".encode())
    return f"sha256:{whole.hexdigest()}"


def _parts(store: Store, tables: Iterable[LayerTable]) -> Iterator[tuple[str, str]]:
    root = store.root
    for item in national_files():
        yield f"national/{item.name}", hashlib.sha256(item.read_bytes()).hexdigest()
    spec = [root / MARKER, root / store.spec.marker.activities]
    spec += [path for folder in _FOLDERS for path in (root / folder).rglob("*")]
    data = [path for table in tables for path in table.files]
    for path in dict.fromkeys([*spec, *data]):
        yield from _files(path, root)


def _files(path: Path, root: Path) -> Iterator[tuple[str, str]]:
    """Hash a file, or the files of a folder (a FileGDB); what is not there any more is said so."""
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    if path.is_dir():
        if path.parent.name not in _FOLDERS and path.parent != root:
            for item in sorted(path.iterdir()):
                yield from _files(item, root)
    elif path.is_file():
        with path.open("rb") as file:
            yield name, hashlib.file_digest(file, "sha256").hexdigest()
    else:
        yield name, "missing"

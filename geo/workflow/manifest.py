"""``build/manifest.json``: what every output was made from, so that nothing is made twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from geo.version import TOOL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

SCHEMA: Final = "hongxian.manifest/1"
NAME: Final = "manifest.json"


def sha256(path: Path) -> str:
    """Fingerprint a file, or a folder (a FileGDB) by its files' names and contents."""
    if path.is_dir():
        parts = [f"{p.name}:{sha256(p)}" for p in sorted(path.iterdir()) if p.is_file()]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass
class Manifest:
    """The record of one ``build/`` folder; saved whole after each output."""

    folder: Path
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the record; one that is missing or broken counts as empty: all is made anew."""
        try:
            document = json.loads((folder / NAME).read_text(encoding="utf-8"))
            known = document["outputs"] if document.get("schema") == SCHEMA else {}
        except (OSError, ValueError, KeyError, AttributeError):
            known = {}
        return cls(folder, known if isinstance(known, dict) else {})

    def is_fresh(self, output: str, inputs: dict[str, str], *, as_at: date) -> bool:
        """Tell whether an output stands there, unchanged, made of exactly these inputs."""
        entry = self.outputs.get(output)
        path = self.folder / output
        same = (
            entry is not None
            and entry.get("inputs") == inputs
            and entry.get("as_at") == as_at.isoformat()
            and entry.get("tool") == TOOL
        )
        if entry is None or not same:
            return False
        stands = path.is_file() and sha256(path) == entry.get("sha256")
        return stands if entry.get("sha256") else not path.exists()

    def record(self, output: str, inputs: dict[str, str], *, as_at: date) -> None:
        """Note an output that has just been written, and save."""
        self.outputs[output] = {
            "sha256": sha256(self.folder / output), "inputs": inputs,
            "tool": TOOL, "as_at": as_at.isoformat(),
        }  # fmt: skip
        self._save()

    def withhold(
        self, output: str, inputs: dict[str, str], *, as_at: date, reason: str = ""
    ) -> None:
        """Note that an output does not exist on purpose, and delete an older one.

        Args:
            output: What is not made.
            inputs: What the decision rests on.
            as_at: Its date.
            reason: What is missing; without one, it would carry internal coordinates.
        """
        (self.folder / output).unlink(missing_ok=True)
        self.outputs[output] = {
            "sha256": None, "inputs": inputs, "tool": TOOL, "as_at": as_at.isoformat(),
        } | ({"missing": reason} if reason else {})  # fmt: skip
        self._save()

    def is_withheld(self, output: str) -> bool:
        """Tell whether an output was left out on purpose."""
        return output in self.outputs and not self.outputs[output].get("sha256")

    def missing(self, output: str) -> str:
        """Tell what an output was left out for the lack of; empty when it was not."""
        return str(self.outputs.get(output, {}).get("missing", ""))

    def forget_except(self, outputs: Iterable[str]) -> list[str]:
        """Delete outputs that nothing asks for any more; return their names."""
        wanted = set(outputs)
        gone = sorted(set(self.outputs) - wanted)
        for name in gone:
            (self.folder / name).unlink(missing_ok=True)
            _forget_pages(self.folder / name)
            del self.outputs[name]
        if gone:
            self._save()
        return gone

    def _save(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        document = {"schema": SCHEMA, "tool": TOOL, "outputs": dict(sorted(self.outputs.items()))}
        temporary = self.folder / f".{NAME}"
        temporary.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
        temporary.replace(self.folder / NAME)


def _forget_pages(output: Path) -> None:
    """Delete the single pages of a series, which stand in a folder of its picture's name."""
    folder = output.with_suffix("")
    if output.suffix != ".png" or not folder.is_dir():
        return
    for page in folder.glob(f"{folder.name}-[0-9][0-9]*-*.png"):
        page.unlink()
    if not any(folder.iterdir()):
        folder.rmdir()


class Fingerprints:
    """Fingerprints of a workspace's files, each computed once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._known: dict[Path, str] = {}

    def of(self, paths: Iterable[Path]) -> dict[str, str]:
        """Map each existing file, as the planner names it, to its sha256."""
        out = {}
        for path in sorted(set(paths)):
            if path.exists():
                if path not in self._known:
                    self._known[path] = sha256(path)
                inside = path.is_relative_to(self.root)
                out[path.relative_to(self.root).as_posix() if inside else path.name] = self._known[
                    path
                ]
        return out

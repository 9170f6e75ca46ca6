"""One map of the workspace: composed once, saved in any format, shown in a notebook."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geo.draw.scene import Scene, compose
from geo.draw.sheet import save as save_sheet
from geo.draw.web import page as web_page
from geo.errors import UsageError
from geo.spec.closed import nearest
from geo.workflow.writing import replacing

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from geo.store.store import Store


@dataclass(frozen=True, eq=False)
class DrawnMap:
    """A composed map; ``scene`` holds all that its pictures show."""

    name: str
    scene: Scene

    def save(self, path: Path) -> None:
        """Write the map; the suffix (.png .pdf .svg .html) picks the format.

        Raises:
            UsageError: Another suffix.
            MissingError: A glyph no font has.
        """
        suffix = path.suffix.lower()
        if suffix not in (".png", ".pdf", ".svg", ".html"):
            raise UsageError(f"{path.name}: 地图可写为 .png .pdf .svg .html")
        with replacing(path) as temporary:
            if suffix == ".html":
                temporary.write_text(web_page(self.scene), encoding="utf-8")
            else:
                save_sheet(self.scene, temporary)

    def _repr_png_(self) -> bytes:
        """Show the sheet in a notebook."""
        out = io.BytesIO()
        save_sheet(self.scene, out, format="png", dpi=110)
        return out.getvalue()


def draw_map(store: Store, name: str, *, as_at: date) -> DrawnMap:
    """Compose one map of ``maps/``.

    Raises:
        UsageError: No such map.
    """
    spec = store.spec.maps.get(name)
    if spec is None:
        raise UsageError(f"没有名为 {name} 的地图 — {nearest(name, store.spec.maps)}")
    return DrawnMap(name, compose(name, spec, store, as_at=as_at))

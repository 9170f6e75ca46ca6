"""The change map of a new version: what went out and what came in, as a picture kept beside the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from geo.draw.scene import compose
from geo.draw.sheet.paper import save
from geo.spec.layers import Layer
from geo.spec.maps import DrawLayer, MapSpec
from geo.spec.style import Style
from geo.workflow.beside import made_table, store_beside

if TYPE_CHECKING:
    from geo.store.store import Store
    from geo.workflow.adoption.adopt import Adoption

_OUT: Final = "#c62828"
_INTO: Final = "#2e7d32"
_NOW: Final = "#c9cdd2"
#: With more features than these the version itself would be a grey sheet; only what changed is drawn.
_MOST_NOW: Final = 5000


def draw_change(store: Store, adoption: Adoption) -> Path | None:
    """Draw where an adopted version differs from the one before; nothing when it does not.

    Returns:
        The picture, relative to the workspace: a PNG, since a layer's coordinates stay inside.
    """
    change = adoption.change
    if change is None or not (len(change.out) or len(change.into)):
        return None
    now = adoption.shaped.frame.geometry.dropna().to_numpy()
    parts = (
        ("change_now", "本版范围", now if len(now) <= _MOST_NOW else (), _NOW),
        ("change_out", "调出（上一版有，本版没有）", change.out, _OUT),
        ("change_into", "调入（本版有，上一版没有）", change.into, _INTO),
    )
    tables = [
        made_table(name, _layer(title, colour, adoption), list(shapes))
        for name, title, shapes, colour in parts
        if len(shapes)
    ]
    spec = MapSpec(
        title=f"{adoption.document['title']}变化图",
        layers=tuple(DrawLayer(layer=table.id) for table in tables),
        note=change.words(),
    )
    scene = compose("change", spec, store_beside(store, tables), as_at=store.as_at)
    path = Path(adoption.data).with_suffix(".png")
    save(scene, store.root / path)
    return path


def _layer(title: str, colour: str, adoption: Adoption) -> Layer:
    said = adoption.document
    return Layer.model_validate({
        "title": title, "source": adoption.data, "authority": said["authority"],
        "provider": said["provider"], "licence": said["licence"], "as_of": str(said["as_of"]),
        "accuracy_m": said["accuracy_m"], "sensitivity": adoption.sensitivity,
        "style": Style(preset="version_change", fill=colour, edge=colour, width=0.4 if colour == _NOW else 1.0),
    })  # fmt: skip

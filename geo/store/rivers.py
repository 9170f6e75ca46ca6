"""The rivers layer as a network: which feature is which river, and what flows where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from geo.space.network import Network

if TYPE_CHECKING:
    from shapely import Geometry

    from geo.store.layers import LayerTable

LAYER = "rivers"


@dataclass(frozen=True, eq=False)
class Rivers:
    """The network with the accuracy of its lines, metres by river name (no aliases)."""

    network: Network
    accuracy: dict[str, float]

    def worst_accuracy_m(self, lines: Geometry) -> float:
        """The accuracy of the least accurate river that some lines run along, metres."""
        along = [
            name
            for name in self.accuracy
            if shapely.length(shapely.intersection(self.network.line(name), lines)) > 0
        ]
        return max((self.accuracy[name] for name in along), default=max(self.accuracy.values()))


def rivers_of(table: LayerTable) -> Rivers:
    """Build the network from a layer with ``name``, ``flows_into`` and lines digitised downstream.

    Raises:
        GeometryError: Names repeat, a line is broken, or rivers flow in a circle.
    """
    frame = table.frame
    column = frame["flows_into"] if "flows_into" in frame.columns else [None] * len(frame)
    names = tuple(str(name) for name in frame["name"])
    into = tuple(name if isinstance(name, str) and name else None for name in column)
    accuracy = dict(zip(names, frame["accuracy_m"].astype(float), strict=True))
    return Rivers(Network(names, list(frame.geometry), into), accuracy)

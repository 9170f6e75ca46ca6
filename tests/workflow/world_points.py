"""Points of the made-up world as ``(lon, lat)``."""

import shapely

from tests.store.worlds import degrees


def at(x: float, y: float) -> tuple[float, float]:
    """Carry metres of the made-up world to longitude and latitude."""
    point = degrees(shapely.Point(x, y))
    return point.x, point.y

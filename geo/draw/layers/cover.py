"""Land cover behind a map: the classes of a raster in the colours its layer gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geo.draw.layers.classing import SymbolClass
from geo.draw.symbols.ink import Ink
from geo.draw.symbols.palette import CATEGORIES, rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geo.spec.style import Style

_EDGE: Final = "#8c8c8c"


def classed(
    codes: NDArray[np.float64], style: Style | None
) -> tuple[NDArray[np.uint8], tuple[SymbolClass, ...]]:
    """Paint codes (NaN where nobody knows) by a layer's classes; the legend lists those that show.

    A code without a class is painted and listed as what it is: nothing on a map goes unexplained.

    Returns:
        Pixels (red, green, blue, opacity) and the classes, those of the layer in its order first.
    """
    declared = dict(style.classes) if style is not None else {}
    there = {int(code) for code in np.unique(codes[np.isfinite(codes)])}
    known = [code for code in declared if code.isdigit() and int(code) in there]
    rest = [str(code) for code in sorted(there) if str(code) not in declared]
    picture = np.zeros((*codes.shape, 4), dtype=np.uint8)
    classes = []
    for at, code in enumerate((*known, *rest)):
        entry = declared.get(code)
        colour = (entry.fill if entry is not None else None) or CATEGORIES[at % len(CATEGORIES)]
        title = (entry.title if entry is not None else None) or f"编码 {code}"
        here = codes == int(code)
        picture[here, :3] = np.round(np.array(rgb(colour)) * 255)
        picture[here, 3] = 255
        classes.append(SymbolClass(title, Ink(fill=colour, edge=_EDGE, width=0.3)))
    return picture, tuple(classes)


def nearest_cells(values: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any]) -> NDArray[Any]:
    """Take the cell each position lies in (cells from the upper left corner); NaN outside.

    >>> nearest_cells(np.array([[1.0, 2.0]]), np.array([0.9, 0.9]), np.array([0.2, 2.5]))
    array([ 1., nan])
    """
    row, column = np.floor(rows).astype(int), np.floor(columns).astype(int)
    inside = (row >= 0) & (row < values.shape[0]) & (column >= 0) & (column < values.shape[1])
    answer = np.full(len(rows), np.nan)
    answer[inside] = values[row[inside], column[inside]]
    return answer

"""The maps of a report: each is drawn once, and the next ones ahead of time when there are workers."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from geo.errors import UsageError
from geo.workflow.crew import Crew, crew, workers_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from types import TracebackType

    from geo.exhibits import Figure
    from geo.store.store import Store

#: Maps drawn ahead of the one asked for, per worker: what a template's condition leaves out after all costs little.
_AHEAD: Final = 4
#: Fewer maps than this are drawn before a second worker is ready.
_FEW: Final = 4


@dataclass(frozen=True)
class Plate:
    """A map as a report shows it; see :func:`geo.workflow.reporting.figures.map_picture`."""

    name: str
    as_at: date
    wide: bool = False
    redact: bool = False
    page: str | None = None


class Plates:
    """Draws the maps of one report. As a context it ends its workers, of which it starts none before they are needed."""

    def __init__(self, store: Store, workers: int | None = 1) -> None:
        """Make an empty collection.

        Args:
            store: Where maps and data are.
            workers: Processes that draw; ``None`` for as many as there are cores. Pictures do not depend on it.
        """
        self._store, self._wanted = store, workers
        self._expected: dict[Plate, None] = {}
        self._drawn: dict[Plate, Figure | str] = {}
        self._crew: Crew | None = None
        self._running = ExitStack()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        """End the workers."""
        self._crew = None
        self._running.close()

    def expect(self, plates: Iterable[Plate]) -> None:
        """Tell which maps will be asked for, in this order."""
        self._expected |= dict.fromkeys(plates)

    def expects(self, plate: Plate) -> bool:
        """Tell whether a map was expected."""
        return plate in self._expected

    def figure(self, plate: Plate) -> Figure:
        """Give a map's picture.

        Raises:
            UsageError: The map fits on no sheet.
        """
        if plate not in self._drawn:
            self.draw(plate)
        found = self._drawn[plate]
        if isinstance(found, str):
            raise UsageError(found)
        return found

    def draw(self, plate: Plate) -> None:
        """Draw a map, and with workers the expected ones after it."""
        waiting = [p for p in self._expected if p not in self._drawn and p != plate]
        size = workers_for(1 + len(waiting), self._wanted) if len(waiting) >= _FEW - 1 else 1
        if self._crew is None and size > 1:
            self._crew = self._running.enter_context(crew(self._store.spec, size))
        if self._crew is None or self._crew.alone:
            self._drawn[plate] = draw_plate(self._store, plate)
            return
        batch = [plate, *waiting[: _AHEAD * self._crew.size - 1]]
        self._drawn |= zip(batch, self._crew.each(draw_plate, batch), strict=True)


def draw_plate(store: Store, plate: Plate) -> Figure | str:
    """Draw a map; what is wrong with one that may never be asked for is told, not raised."""
    from geo.workflow.reporting.figures import map_picture  # noqa: PLC0415 - workers draw, callers need not

    try:
        return map_picture(
            store, plate.name, as_at=plate.as_at, wide=plate.wide, redact=plate.redact, page=plate.page
        )  # fmt: skip
    except UsageError as error:
        return str(error)

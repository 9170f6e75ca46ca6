"""Many figures in one PDF with a bookmark each, fonts embedded once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import Name, PdfPages

from geo.draw.sheet.glyph_names import known_glyph_names
from geo.draw.sheet.paper import SETTINGS, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from matplotlib.figure import Figure


class Book:
    """A PDF at work; see :func:`open_book`."""

    def __init__(self, pages: Any) -> None:
        """Begin without pages."""
        self._pages = pages
        self._names: list[str] = []

    @property
    def names(self) -> tuple[str, ...]:
        """The bookmarks, in order."""
        return tuple(self._names)

    def add(self, figure: Figure, name: str) -> None:
        """Add a page with its bookmark."""
        self._pages.savefig(figure)
        self._names.append(name)


@contextmanager
def open_book(target: Path, *, title: str, day: date) -> Iterator[Book]:
    """Write a PDF page by page; the same pages give the same bytes.

    Args:
        target: The file; it is left half-written when something goes wrong, so let it be a temporary one.
        title: The book's title.
        day: The book's date.
    """
    with target.open("wb") as stream, mpl.rc_context(SETTINGS), known_glyph_names():
        pages: Any = PdfPages(stream, metadata=metadata("pdf", title=title, day=day))
        book = Book(pages)
        yield book
        _bookmarks(pages, book.names)
        pages.close()


def _bookmarks(pages: Any, names: Sequence[str]) -> None:
    """Add an outline to the catalogue of a PDF that is still open.

    matplotlib writes no outlines; the catalogue is written anew at the end, and the file's table
    of objects points to the later one (ISO 32000-1, 7.7.2 and 12.3.3).
    """
    file: Any = pages._ensure_file()  # noqa: SLF001 - there is no public way
    name_of: Any = Name
    outline = file.reserveObject("outline")
    items = [file.reserveObject("bookmark") for _ in names]
    for at, (item, name, page) in enumerate(zip(items, names, file.pageList, strict=True)):
        entry = {"Title": name, "Parent": outline, "Dest": [page, name_of("Fit")]}
        if at > 0:
            entry["Prev"] = items[at - 1]
        if at + 1 < len(items):
            entry["Next"] = items[at + 1]
        file.writeObject(item, entry)
    if items:
        ends = {
            "Type": name_of("Outlines"),
            "First": items[0],
            "Last": items[-1],
            "Count": len(items),
        }
        file.writeObject(outline, ends)
        root = {
            "Type": name_of("Catalog"), "Pages": file.pagesObject, "Outlines": outline,
            "PageMode": name_of("UseOutlines"),
        }  # fmt: skip
        file.writeObject(file.rootObject, root)

"""Pieces of HTML for a web report or a notebook: a figure with caption, credits and fingerprint."""

from __future__ import annotations

import hashlib
from html import escape

from geo.documents.page import figure_html
from geo.exhibits import Figure


def static_fragment(figure: Figure, *, label: str = "图") -> str:
    """Write a ``<figure>`` that holds its picture and asks nothing of any server."""
    return figure_html(figure, label=label)


def interactive_fragment(
    page: str, *, name: str, caption: str, sources: tuple[str, ...], label: str = "图"
) -> str:
    """Write a ``<figure>`` around a whole map page, walled off from the page it stands in.

    The frame may run the map's own script and nothing else: no forms, no way to the page around it.
    """
    fingerprint = f"sha256:{hashlib.sha256(page.encode()).hexdigest()}"
    told = f"<br><small>{escape('；'.join(sources))}</small>" if sources else ""
    return (
        f'<figure id="{escape(name)}" data-fingerprint="{fingerprint}">'
        f'<iframe sandbox="allow-scripts" title="{escape(caption)}" loading="lazy" '
        f'style="width:100%;height:520px;border:1px solid #999" srcdoc="{escape(page)}"></iframe>'
        f"<figcaption>{escape(label)}　{escape(caption)}{told}</figcaption></figure>"
    )

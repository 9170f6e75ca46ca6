"""Hongxian (红线): plans' measures on the map, site checks with clause and date, reports.

The public API is :func:`open`; everything else is private.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geo.version import __version__

if TYPE_CHECKING:
    from geo.workflow.workspace import Workspace

__all__ = ["__version__", "open"]


def open(path: str | Path = ".") -> Workspace:
    """Open the workspace that holds ``path``.

    Raises:
        WorkspaceError: No workspace there, or its files have problems; all are listed.
    """
    from geo.workflow.workspace import Workspace

    return Workspace.open(path)

"""How many threads a search or an overlay uses."""

from __future__ import annotations

import os
from typing import Final

from geo.errors import UsageError

_MOST: Final = 16


def workers_of(threads: int | None) -> int:
    """Give the threads that were asked for, else one for each processor.

    Raises:
        UsageError: Fewer than one.

    >>> workers_of(3), workers_of(None) >= 1
    (3, True)
    """
    if threads is not None and threads < 1:
        raise UsageError(f"线程数 {threads} 小于 1 — 请给正整数，或省略")
    return threads or min(os.cpu_count() or 1, _MOST)

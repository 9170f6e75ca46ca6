"""Words a result never prints, and the guard every quoted text passes through."""

from __future__ import annotations

from typing import Final

#: contracts.md, "Words never printed". The last one only from a layer that is not official; this package never
#: writes it at all, since 「不重叠」 says what was measured and this says what follows.
FORBIDDEN: Final[tuple[str, ...]] = (
    "选址可行",
    "同意建设",
    "符合环评要求",
    "无环境制约因素",
    "合法",
    "违法",
    "不占用",
)
ELLIPSIS: Final = "（略）"


def quoted(text: str) -> str:
    """Let a planner's or a plan's own words through, with forbidden ones left out and marked as left out.

    >>> quoted("清理保护区内违法建筑")
    '清理保护区内（略）建筑'
    """
    for word in FORBIDDEN:
        text = text.replace(word, ELLIPSIS)
    return text

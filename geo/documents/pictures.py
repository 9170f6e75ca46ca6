"""How a picture looks, coarsely: enough to tell one packed anew by an office program from another one."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any, Final, Literal

from PIL import Image

#: Grey means of so many overlapping fields a side; a mark of a few millimetres on a map changes its field by more than
#: the bound. With sharp edges a line between two fields would jump when a program halves the picture.
_FIELDS: Final = 48
_MOST_APART: Final = 10


def seen(data: bytes) -> dict[str, Any]:
    """Describe a picture: its bytes' sha256, and the grey means of its fields."""
    return {"sha256": hashlib.sha256(data).hexdigest(), "look": base64.b64encode(_look(data)).decode()}  # fmt: skip


def compared(data: bytes, recorded: dict[str, Any]) -> Literal["same", "repacked", "other"]:
    """Tell whether a picture is the one recorded, the same packed anew (smaller, as JPEG), or another."""
    if hashlib.sha256(data).hexdigest() == recorded["sha256"]:
        return "same"
    try:
        now = _look(data)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return "other"
    before = base64.b64decode(recorded["look"])
    apart = max(abs(a - b) for a, b in zip(now, before, strict=True))
    return "repacked" if apart <= _MOST_APART else "other"


def _look(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("L").resize((_FIELDS, _FIELDS), Image.Resampling.BILINEAR).tobytes()

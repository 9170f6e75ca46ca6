"""Seven parameters from a file the user names: read, used, and never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from geo.errors import InputError, WorkspaceError
from geo.space.datum import Helmert7
from geo.spec.closed import Spec, load
from geo.spec.marked import read_yaml


class ParameterFile(Spec):
    """The file: metres, arc-seconds, parts per million, and which way the rotations turn."""

    dx: float
    dy: float
    dz: float
    rx: float
    ry: float
    rz: float
    scale_ppm: float
    convention: Literal["position_vector", "coordinate_frame"]


def read_parameters(path: Path) -> Helmert7:
    """Read a parameter file (YAML).

    Raises:
        InputError: Missing, unreadable or incomplete. No number of the file is ever quoted.
    """
    shown = Path(path.name)
    try:
        source = read_yaml(path, shown=shown)
    except WorkspaceError as error:
        raise InputError(f"{shown}: 七参数文件无法读取 — 请检查文件名和 YAML 格式") from error
    values, problems = load(source, ParameterFile)
    if values is None:
        lines = sorted({p.line for p in problems})
        where = "、".join(f"第 {line} 行" for line in lines)
        hint = f"应写 {'、'.join(ParameterFile.model_fields)}；数值不会被显示"
        raise InputError(f"{shown}: 七参数文件有误（{where}） — {hint}") from None
    return Helmert7(**values.model_dump())

"""Templates of reports: those that ship, and an office's own."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from geo.errors import UsageError
from geo.spec.closed import nearest

if TYPE_CHECKING:
    from pathlib import Path

    from geo.spec.reports import ReportSpec

#: Shipped templates; each in two faces.
SHIPPED: Final = {
    "atlas": "专题图集", "site_check": "选址空间管控核查报告", "plan_tasks": "规划实施任务分布报告",
}  # fmt: skip


def template_bytes(root: Path, spec: ReportSpec) -> tuple[str, bytes]:
    """Read a template: a shipped one by its id, or a file of the office's own.

    Raises:
        UsageError: There is none.
    """
    if spec.template in SHIPPED:
        name = f"{spec.template}_{spec.style}.docx"
        return name, (resources.files("geo.documents") / "templates" / name).read_bytes()
    path = root / spec.template
    if not path.is_file():
        hint = nearest(spec.template, SHIPPED)
        raise UsageError(
            f"没有模板 {spec.template} — 请写 .docx 文件的路径，或随附模板的名称（{hint}）"
        )
    return path.name, path.read_bytes()

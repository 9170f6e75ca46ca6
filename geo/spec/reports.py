"""``reports/*.yml``: which template is filled with what, and what comes out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from geo.spec.closed import Names, Spec
from geo.spec.layers import FilePath

Suffix = Literal["docx", "pdf"]


def _plain_name(name: str) -> str:
    if any(mark in name for mark in '/\\:*?"<>|') or name.startswith(".") or "." in name:
        raise ValueError(f"output {name} 应为不带后缀和路径的文件名 — 例如 屯留区专题图集")
    return name


class ReportSpec(Spec):
    """One report: a shipped template by id, or the office's own by path, and what fills it.

    Attributes:
        template: ``atlas``, ``site_check``, ``plan_tasks``, or the path of a ``.docx``.
        style: Which face of a shipped template: an ordinary report, or 公文.
        output: File name without suffix; left out, the id of the report.
        numbering: A sample of a caption's number: ``图 1-1``, ``图2.3-1``, ``图 1``.
    """

    title: str
    template: str
    style: Literal["report", "gongwen"] = "report"
    plan: str | None = None
    sites: Annotated[tuple[FilePath, ...], Field()] = ()
    maps: Names = ()
    industry: str | None = None
    activities: Names = ()
    evidence: FilePath | None = None
    output: Annotated[str, AfterValidator(_plain_name)] | None = None
    formats: tuple[Suffix, ...] = ("docx",)
    numbering: str | None = None
    redact: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _evidence_is_about_a_site(self) -> ReportSpec:
        if not self.sites and (self.evidence or self.industry or self.activities):
            raise ValueError(
                "industry、activities、evidence 只用于用地核查 — 请同时写 sites，或删去"
            )
        return self

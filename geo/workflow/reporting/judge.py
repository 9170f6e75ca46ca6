"""Calls in a template judged before anything is drawn or counted: wrong names cost seconds, not minutes."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final, Protocol

from geo.documents.sandbox import TokenError, nearest_name
from geo.workflow.reporting.tables import KINDS

SITE_TABLES: Final = (
    "topics", "data", "occupation", "land", "land_matrix", "targets", "rules", "units", "site_tasks", "corners",
)  # fmt: skip
DATA_TABLES: Final = ("layers", "missing")
PLAN_TABLES: Final = ("tasks", "indicators", "standing")
CHAPTERS: Final = ("project", "data", "methods", "results", "requirements", "conclusion")
PASSAGES: Final = (*CHAPTERS, "statements", "signature")
_OF_PLAN: Final = ("tasks", "indicators", "count", "indicator", "chart")


class Names(Protocol):
    """What a report can name: each call gives the thing back, or raises a `TokenError` that names the nearest."""

    @property
    def names(self) -> Mapping[str, Any]:
        """Everything a template may name."""

    def map_named(self, name: str) -> str:
        """Give a map's name back."""

    def page_named(self, name: str, page: str) -> str:
        """Give the name of a series' page back."""

    def plan_named(self, name: str | None) -> str:
        """Give a plan's id, the report's own for none."""

    def indicator(self, plan: str, no: str | int) -> Mapping[str, Any]:
        """Give an indicator."""

    def site_numbered(self, number: int) -> object:
        """Give a footprint by its number."""


def judge_call(
    desk: Names, name: str, arguments: tuple[Any, ...], named: dict[str, Any]
) -> Mapping[str, Any]:
    """Judge a call with constant arguments; give them back by name.

    Raises:
        TokenError: Wrong arguments, or a name that is nowhere.
    """
    function = desk.names.get(name)
    if not callable(function):
        raise TokenError(name, f"{name} 不是函数 — 请去掉括号")
    signature = inspect.signature(function)
    for key in named:
        if key not in signature.parameters:
            raise TokenError(
                key, f"{name} 没有参数 {key} — {nearest_name(key, signature.parameters)}"
            )
    try:
        bound = signature.bind(*arguments, **named).arguments
    except TypeError:
        listed = "、".join(signature.parameters)
        raise TokenError(name, f"{name} 的参数个数不对 — 参数：{listed or '无'}") from None
    _judge(desk, name, bound)
    return bound


def judge_kind(kind: str | None) -> None:
    """Refuse a kind of task that is none."""
    if kind is not None and kind not in KINDS:
        raise TokenError(str(kind), f"没有类别 {kind} — {nearest_name(str(kind), KINDS)}")


def judge_passage(name: str) -> None:
    """Refuse a chapter that is none."""
    if name not in PASSAGES:
        raise TokenError(name, f"没有段落 {name} — {nearest_name(name, PASSAGES)}")


def judge_table(name: str) -> None:
    """Refuse a table that is none."""
    known = (*SITE_TABLES, *PLAN_TABLES, *DATA_TABLES)
    if name not in known:
        raise TokenError(name, f"没有名为 {name} 的表 — {nearest_name(name, known)}")


def _judge(desk: Names, name: str, bound: Mapping[str, Any]) -> None:
    if name in ("map", "pages"):
        desk.map_named(bound["name"])
    if name == "map" and bound.get("page") is not None:
        desk.page_named(bound["name"], bound["page"])
    if name == "table":
        judge_table(bound["name"])
    is_site_table = name == "table" and bound["name"] in SITE_TABLES
    is_plan_table = name == "table" and bound["name"] in PLAN_TABLES
    if is_plan_table or name in _OF_PLAN or bound.get("plan") is not None:
        desk.plan_named(bound.get("plan"))
    if name == "indicator":
        desk.indicator(**bound)
    if "kind" in bound:
        judge_kind(bound["kind"])
    if (name in ("site_map", "passage") or is_site_table) and bound.get("name") != "signature":
        desk.site_numbered(bound.get("site", 1))
    if name == "passage":
        judge_passage(bound["name"])

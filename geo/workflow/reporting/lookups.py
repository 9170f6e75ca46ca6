"""What a template names, looked up: the thing itself, or a `TokenError` that says which name is nearest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from geo.documents.sandbox import TokenError, nearest_name
from geo.draw.layers.subject import in_words, missing
from geo.draw.sheet.series import atlas_of
from geo.findings import CheckResult, SiteResult
from geo.store.store import Store


@dataclass(frozen=True)
class Asked:
    """What a report is about, besides its template."""

    title: str
    as_at: date
    plan: str | None = None
    maps: tuple[str, ...] = ()
    result: CheckResult | None = None
    redact: bool = False


class Lookups:
    """Maps, pages, plans and footprints by name."""

    def __init__(self, store: Store, asked: Asked, result: CheckResult | None) -> None:
        """Look up in a workspace.

        Args:
            store: Maps and plans.
            asked: What the report is about.
            result: Its check, as the report may show it.
        """
        self.store = store
        self.asked = asked
        self.result = result

    def map_named(self, name: str) -> str:
        """Give a map's name back, or say which is nearest, or what data it waits for."""
        maps = self.store.spec.maps
        if name not in maps:
            raise TokenError(name, f"没有名为 {name} 的地图 — {nearest_name(name, maps)}")
        if gaps := missing(maps[name], self.store, day=self.asked.as_at):
            raise TokenError(
                name,
                f"地图 {name} 没有可画的内容：{in_words(gaps)} — 请补充数据，或从模板中去掉这幅图",
            )
        return name

    def page_named(self, name: str, page: str) -> str:
        """Give the name of a series' page back, or say which is nearest."""
        names = self.page_names(name)
        if not names:
            raise TokenError("page", f"地图 {name} 不是图集（没有 series），不能写 page")
        if page not in names:
            hint = nearest_name(page, names)
            raise TokenError(page, f"图集 {name} 没有“{page}”这一页，共 {len(names)} 页 — {hint}")
        return page

    def page_names(self, name: str) -> tuple[str, ...]:
        """List the pages of a series; of a map that is no series, none."""
        spec = self.store.spec.maps[name]
        if spec.series is None:
            return ()
        return atlas_of(name, spec, self.store, as_at=self.asked.as_at).names

    def plan_named(self, name: str | None) -> str:
        """Give a plan's id, the report's own for none, or say which is nearest."""
        chosen = name or self.asked.plan
        if chosen is None:
            raise TokenError("plan", '报告没有指明规划 — 请在标记中写 plan="…"，或在报告中写 plan')
        if chosen not in self.store.spec.plans:
            raise TokenError(
                chosen, f"没有名为 {chosen} 的规划 — {nearest_name(chosen, self.store.spec.plans)}"
            )
        return chosen

    def checked(self) -> CheckResult:
        """Give the check the report is about, or say that it has none."""
        if self.result is None:
            raise TokenError(
                "check", "报告没有用地 — 请用 --site 给出，或在 reports/*.yml 中写 sites"
            )
        return self.result

    def site_numbered(self, number: int) -> SiteResult:
        """Give a footprint by its number, or say how many there are."""
        sites = self.checked().sites
        if not isinstance(number, int) or not 1 <= number <= len(sites):
            raise TokenError("site", f"没有第 {number} 个地块 — 共 {len(sites)} 个，从 1 数起")
        return sites[number - 1]

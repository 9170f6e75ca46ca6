"""What a report was made of, written down inside it: exhibits with their inputs, values, passages, loops."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from geo.documents.paper import Bullets, Heading, Paragraph
from geo.documents.pictures import seen
from geo.documents.record import SCHEMA
from geo.exhibits import Figure
from geo.version import TOOL
from geo.workflow.inputs import check_inputs, map_inputs
from geo.workflow.manifest import Fingerprints
from geo.workflow.reporting.judge import PLAN_TABLES
from geo.workflow.reporting.templates import SHIPPED

if TYPE_CHECKING:
    from geo.documents.embed import Embedded, Passage
    from geo.documents.template import Told
    from geo.spec.reports import ReportSpec
    from geo.store.store import Store
    from geo.workflow.reporting.desk import Desk


_GROUND = "工作区与法规"


def record_of(
    store: Store, spec: ReportSpec, desk: Desk, embedded: tuple[Embedded, ...], told: Told
) -> str:
    """Write down (JSON) what a report was made of, to be kept inside the report itself."""
    prints = Fingerprints(store.root)
    exhibits = []
    for item in embedded:
        function, name, arguments = desk.makers[item.exhibit.id]
        exhibits.append({
            "id": item.exhibit.id, "kind": "figure" if isinstance(item.exhibit, Figure) else "table",
            "number": item.number, "bookmark": item.bookmark, "caption": item.exhibit.caption, "fingerprint": item.exhibit.fingerprint,
            "made_by": {"function": function, "name": name, "arguments": arguments},
            "inputs": inputs_of(store, desk, item.exhibit.id, prints),
            "picture": seen(item.exhibit.png) if isinstance(item.exhibit, Figure) else None,
        })  # fmt: skip
    values = [
        {"expression": e, "shown": v, "around": list(told.around.get(e, ("", "")))}
        for e, v in sorted(told.printed.items())
    ]
    passages = [
        {"name": name, "site": site, "lines": passage_lines(passage)}
        for (name, site), passage in desk.passages.items()
    ]
    blocks = [{"source": source, "shown": text} for source, text in told.blocks.items()]
    asked = _without_folders(store.root, spec).model_dump(mode="json")
    kept = {
        "schema": SCHEMA, "tool": TOOL, "as_at": desk.asked.as_at.isoformat(), "report": asked, "exhibits": exhibits,
        "values": values, "passages": passages, "blocks": blocks,
    }  # fmt: skip
    return json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)


def passage_lines(passage: Passage) -> list[str]:
    """List the sentences of a passage; its tables and figures are exhibits of their own."""
    lines: list[str] = []
    for block in passage.blocks:
        match block:
            case Heading(text) | Paragraph(text):
                lines.append(text)
            case Bullets(items):
                lines += items
    return lines


def inputs_of(store: Store, desk: Desk, exhibit_id: str, prints: Fingerprints) -> dict[str, str]:
    """Fingerprint what an exhibit rests on: a map's files, or the whole ground of a check."""
    function, name, arguments = desk.makers[exhibit_id]
    if function == "map":
        return prints.of(map_inputs(store.spec, name))
    if function == "chart" or name in PLAN_TABLES:
        plan = name if function == "chart" else desk.plan_named(arguments.get("plan"))
        return prints.of(_plan_files(store, plan))
    if desk.result is not None:
        sites = {s.site.source.file: s.site.source.sha256 for s in desk.result.sites}
        # The fingerprint of the check has the national laws in it, which are no files of the workspace.
        files = prints.of(check_inputs(store.spec))
        return {**sites, **files, _GROUND: desk.result.workspace.fingerprint}
    return prints.of(_plan_files(store))


def _plan_files(store: Store, plan: str = "") -> list[Path]:
    folder = store.root / "plans" / plan
    return [store.root / "workspace.yml", *(p for p in folder.rglob("*") if p.is_file())]


def _without_folders(root: Path, spec: ReportSpec) -> ReportSpec:
    """Keep of files outside the workspace only their names: a report does not tell an office's folders."""

    def told(name: str) -> str:
        path = (root / name).resolve()
        inside = path.is_relative_to(root.resolve())
        return path.relative_to(root.resolve()).as_posix() if inside else path.name

    template = spec.template if spec.template in SHIPPED else told(spec.template)
    evidence = None if spec.evidence is None else told(spec.evidence)
    update = {"template": template, "sites": tuple(map(told, spec.sites)), "evidence": evidence}
    return spec.model_copy(update=update)

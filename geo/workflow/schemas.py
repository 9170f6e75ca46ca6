"""JSON Schemas of what other programs may rely on: the manifest and the list of tasks.

Outputs may gain keys in later releases and never lose one, so objects are open and what is
promised is ``required``.
"""

from __future__ import annotations

from typing import Any, Final, get_args

from geo.findings import check_schema
from geo.spec.vocabulary import AUTHORITIES
from geo.store.located import Standing
from geo.workflow import export, manifest
from geo.workflow.tasks import KINDS

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
NAMES: Final = ("check", "manifest", "tasks")
TASKS: Final = "hongxian.tasks/1"

_TEXT: Final = {"type": "string"}
_TEXT_OR_NULL: Final = {"type": ["string", "null"]}
_NUMBER_OR_NULL: Final = {"type": ["number", "null"]}
_SHA256: Final = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_DAY: Final = {"type": "string", "format": "date"}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of an output: ``check``, ``manifest`` or ``tasks``.

    >>> schema("manifest")["properties"]["schema"]
    {'const': 'hongxian.manifest/1'}
    >>> schema("tasks")["properties"]["tasks"]["items"]["properties"]["distance_m"]
    {'type': ['number', 'null']}
    """
    return {"check": check_schema, "manifest": manifest_schema, "tasks": tasks_schema}[name]()


def manifest_schema() -> dict[str, Any]:
    """Return the schema of ``build/manifest.json``: of every output, what it was made from."""
    output = _object(
        sha256=_SHA256,
        inputs={"type": "object", "additionalProperties": _SHA256},
        tool=_TEXT,
        as_at=_DAY,
    )
    outputs = {"type": "object", "additionalProperties": output}
    document = _object(schema={"const": manifest.SCHEMA}, tool=_TEXT, outputs=outputs)
    return {"$schema": DRAFT, "title": "build/manifest.json", **document}


def tasks_schema() -> dict[str, Any]:
    """Return the schema of ``hongxian tasks --format json``; what does not apply is null."""
    special: dict[str, dict[str, Any]] = {
        "kind": {"enum": list(KINDS)},
        "standing": {"enum": list(get_args(Standing))},
        "relation": {"enum": ["inside", "near", "listed"]},
        "authority": {"enum": [*AUTHORITIES, None]},
        "distance_m": _NUMBER_OR_NULL,
        "accuracy_m": _NUMBER_OR_NULL,
        "quantity": _NUMBER_OR_NULL,
        "investment_wan": _NUMBER_OR_NULL,
        **dict.fromkeys(("plan", "id", "domain", "title", "heading", "where"), _TEXT),
    }
    task = _object(**{name: special.get(name, _TEXT_OR_NULL) for name in export.FIELDS})
    document = _object(schema={"const": TASKS}, tasks={"type": "array", "items": task})
    return {"$schema": DRAFT, "title": "hongxian tasks --format json", **document}


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}

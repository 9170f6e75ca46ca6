"""What a check found, as frozen values that text, JSON, tables and maps all show alike."""

from geo.findings.parts import (
    Finding,
    LayerAsked,
    Letter,
    Move,
    RuleHit,
    TaskHit,
    TopicRow,
    worst,
)
from geo.findings.result import (
    SCHEMA_ID,
    CheckResult,
    District,
    Ground,
    SiteResult,
    Size,
    check_schema,
)

__all__ = [
    "SCHEMA_ID",
    "CheckResult",
    "District",
    "Finding",
    "Ground",
    "LayerAsked",
    "Letter",
    "Move",
    "RuleHit",
    "SiteResult",
    "Size",
    "TaskHit",
    "TopicRow",
    "check_schema",
    "worst",
]

"""What a check found, as frozen values that text, JSON, tables and maps all show alike."""

from geo.findings.alike import said_alike
from geo.findings.land import LandPiece, LandShare
from geo.findings.parts import (
    Finding,
    LayerAsked,
    Letter,
    Move,
    RuleHit,
    TaskHit,
    TopicRow,
    by_consequence,
    title_zh,
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
from geo.findings.unit import UnitHit

__all__ = [
    "SCHEMA_ID",
    "CheckResult",
    "District",
    "Finding",
    "Ground",
    "LandPiece",
    "LandShare",
    "LayerAsked",
    "Letter",
    "Move",
    "RuleHit",
    "SiteResult",
    "Size",
    "TaskHit",
    "TopicRow",
    "UnitHit",
    "by_consequence",
    "check_schema",
    "said_alike",
    "title_zh",
    "worst",
]

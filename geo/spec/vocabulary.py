"""The closed lists of words that law, layers and findings share."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final, Literal

Authority = Literal["official", "open", "derived", "schematic"]
Sensitivity = Literal["public", "internal"]
State = Literal["ok", "no_data", "unreadable", "stale", "outside_coverage", "partial_coverage"]
Relation = Literal["inside", "overlaps", "touches", "near"]
Strength = Literal["禁止", "严格控制", "原则上", "限期退出", "准入条件"]

AUTHORITIES: Final[tuple[Authority, ...]] = ("official", "open", "derived", "schematic")
AUTHORITY_ZH: Final[dict[Authority, str]] = {
    "official": "主管部门数据",
    "open": "公开数据",
    "derived": "推算数据",
    "schematic": "示意数据",
}
STATE_ZH: Final[dict[State, str]] = {
    "ok": "已比对",
    "no_data": "未取得数据",
    "unreadable": "读取失败",
    "stale": "数据过期",
    "outside_coverage": "超出覆盖范围",
    "partial_coverage": "仅部分覆盖",
}
RELATION_ZH: Final[dict[Relation, str]] = {
    "inside": "位于其内",
    "overlaps": "部分重叠",
    "touches": "边界相接",
    "near": "邻近",
}
SCHEMATIC_NOTICE: Final = "示意数据，不作为审批依据"


class Outcome(StrEnum):
    """What a site is told, from harmless to forbidden; ordered by :attr:`rank`.

    >>> max(Outcome.NOTICE, Outcome.UNDETERMINED, key=lambda o: o.rank).zh
    '资料不足，暂不能判定'
    >>> Outcome.PROHIBITED.exit_code
    13
    """

    CLEAR = "clear"
    NOTICE = "notice"
    RESTRICTED = "restricted"
    UNDETERMINED = "undetermined"
    SUSPECTED = "suspected"
    PROHIBITED = "prohibited"

    @property
    def rank(self) -> int:
        """0 for clear to 5 for prohibited."""
        return _RANK[self]

    @property
    def zh(self) -> str:
        """The words printed for a planner."""
        return _OUTCOME_ZH[self.value]

    @property
    def exit_code(self) -> int:
        """The exit code of ``hongxian check`` when this is the worst outcome."""
        return {2: 10, 3: 11, 4: 12, 5: 13}.get(self.rank, 0)


_RANK: Final = {outcome: at for at, outcome in enumerate(Outcome)}
_OUTCOME_ZH: Final = {
    "clear": "未发现重叠",
    "notice": "提示关注",
    "restricted": "涉及限制性要求",
    "undetermined": "资料不足，暂不能判定",
    "suspected": "疑似重叠，待核实",
    "prohibited": "重叠，涉及法规禁止情形",
}


class ZoneKind(Enum):
    """What law knows a place as; layers map to these and rules speak of nothing else."""

    ecological_redline = "生态保护红线"
    nature_core = "自然保护地核心保护区"
    nature_general = "自然保护地一般控制区"
    nature_buffer = "自然保护区缓冲区（旧分区）"
    nature_experimental = "自然保护区实验区（旧分区）"
    nature_park = "自然公园"
    water_source_1 = "饮用水水源一级保护区"
    water_source_2 = "饮用水水源二级保护区"
    water_source_quasi = "饮用水水源准保护区"
    basic_farmland = "永久基本农田"
    spring_domain = "泉域保护范围"
    spring_core = "泉域重点保护区"
    wetland = "湿地"
    river_management = "河道管理范围"
    river_shoreline = "河湖岸线管控范围"
    control_unit = "生态环境管控单元"
    urban_boundary = "城镇开发边界"
    no_coal_zone = "禁煤区"
    high_pollution_fuel_zone = "高污染燃料禁燃区"
    livestock_ban_zone = "畜禽养殖禁养区"
    low_emission_zone = "高排放非道路移动机械禁用区"
    soil_risk_parcel = "土壤污染风险管控地块"
    coal_goaf = "采煤沉陷区"
    groundwater_overdraft = "地下水超采区"
    sound_zone = "声环境功能区"


#: Kinds without which nobody may be told "clear"; a workspace adds, and waives only with a reason.
REQUIRED_KINDS: Final[tuple[str, ...]] = (
    "ecological_redline",
    "nature_core",
    "nature_general",
    "nature_park",
    "water_source_1",
    "water_source_2",
    "water_source_quasi",
    "basic_farmland",
)


def weakest(*authorities: Authority) -> Authority:
    """Return the weakest of some authorities; of none at all, ``schematic``.

    >>> weakest("official", "derived", "open")
    'derived'
    >>> weakest()
    'schematic'
    """
    return max(authorities, key=AUTHORITIES.index, default="schematic")

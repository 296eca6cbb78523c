"""Display words of visits that are no inspections; never compared."""

from jiangcheng.inspection.visits.words import PURPOSES as INSPECTING

OTHERS = [
    ("service", "服务指导、政策宣讲"), ("liaison", "联络走访、听取意见"), ("observe", "观摩、调研、学习"),
    ("own_unit", "对本单位下属单位的内部检查"), ("state_asset", "对所监管国有企业的国资监管"),
]
PURPOSES = [*INSPECTING, *OTHERS]
"""All purposes for which staff go to an enterprise; the first ones make it an inspection (article 4)."""
TIED = {"own_unit": "subordinate", "state_asset": "state_asset"}
"""Purposes that stand on a tie of the body to the enterprise, and the kind of that tie."""
STATES = {"planned": "已登记", "done": "已完成", "dropped": "已取消"}
TONES = {"planned": "info", "done": "ok", "dropped": "wait"}
ACT_WORDS = {"outside.register": "登记非执法走访", "outing.finish": "填写走访情况", "outing.drop": "取消走访"}

"""Display words of visits; never compared. Staff word first; enterprise words where they differ."""

STATES = {
    "draft": "方案草拟", "to_approve": "待审批", "returned": "退回修改", "to_code": "待领码", "to_enter": "待入企", "arrived": "已到场",
    "inspecting": "检查中", "broken_off": "中止检查", "not_done": "未实施", "to_tell": "待告知结果", "told": "已告知",
    "following": "跟踪整改中", "closed": "已办结", "archived": "已归档", "revoked": "已撤销", "lapsed": "过期未实施",
}
ENTERPRISE_STATES = {
    "arrived": "检查人员已到场", "inspecting": "检查中", "broken_off": "中止检查", "not_done": "未实施", "to_tell": "待出结果",
    "told": "结果已送达", "following": "待整改", "closed": "已办结", "archived": "已归档", "revoked": "已撤销",
}
TONES = {
    "draft": "wait", "to_approve": "info", "returned": "late", "to_code": "info", "to_enter": "info", "arrived": "info",
    "inspecting": "info", "broken_off": "warn", "not_done": "warn", "to_tell": "warn", "told": "ok", "following": "warn",
    "closed": "ok", "archived": "ok", "revoked": "late", "lapsed": "late",
}
HIDDEN_FROM_OTHERS = ("draft", "to_approve", "returned", "to_code", "to_enter", "lapsed")
KINDS = [("daily", "日常检查"), ("special", "专项检查"), ("case", "个案检查")]
MANNERS = [("onsite", "现场检查"), ("offsite", "非现场检查")]
PURPOSES = [("comply", "核验遵守法律、法规、规章情况"), ("order", "核验执行行政决定、命令情况")]
CHOSEN = [("draw", "随机抽取"), ("picked", "指定对象"), ("full", "全覆盖"), ("lead", "线索对应对象")]
MERGE = [("none", "没有可以合并、联合的检查任务"), ("merged", "与其他检查任务合并或者联合"), ("alone", "单独实施")]
OFFICER_ROLES = [("lead", "主办"), ("assist", "协办")]
VERDICTS = [("fine", "未发现问题"), ("problem", "发现问题"), ("na", "不适用")]
OUTCOMES = [
    ("none", "未发现违法行为"), ("stop", "责令停止违法行为"), ("correct", "责令改正"), ("punish", "转立案审查"),
]
NOT_DONE = [("closed", "停业"), ("moved", "迁址"), ("missing", "查无下落"), ("refused", "拒绝检查"), ("wrong", "对象有误"), ("illness", "人员原因")]
ORDER_STATES = {"open": "待整改", "submitted": "已提交整改", "rechecking": "复查中", "corrected": "整改到位", "overdue": "逾期未改"}
ORDER_KINDS = [("stop", "责令停止违法行为"), ("correct", "责令改正")]
SIGNER_KINDS = [("enterprise", "当事人"), ("officer", "检查人员"), ("witness", "见证人")]
SIGN_WAYS = [("glass", "屏上签名"), ("typed", "键入姓名并核验码"), ("paper", "纸质签名拍照"), ("refused", "拒绝签名")]
CAP_USE_STATES = {"reserved": "已占用", "used": "已使用", "returned": "已退回"}
OFFLINE_REASONS = [("basement", "地下室"), ("signal", "信号差"), ("platform", "平台故障"), ("other", "其他")]
OFFLINE_VERDICTS = [("verified", "核实"), ("explain", "要求说明")]
SEEN = [("yes", "已出示"), ("no", "未出示")]
REPORT_KINDS = {"mismatch": "人员不符", "not_shown": "未出示执法证件", "complaint": "反映问题"}

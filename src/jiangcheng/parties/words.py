"""Display words of parties; never compared."""

DIVISION_KINDS = [
    ("province", "省"), ("city", "市"), ("district", "区"), ("street", "街道"), ("town", "乡镇"), ("zone", "功能区"),
]
BODY_KINDS = [
    ("organ", "行政机关"), ("authorised", "法律、法规授权的组织"), ("entrusted", "依法受委托的组织"), ("other", "其他（非执法主体）"),
]
BASIS_LEVELS = [
    ("law", "法律"), ("regulation", "法规"), ("rule", "规章"), ("decision", "国务院决定"), ("notice", "规范性文件"), ("other", "其他"),
]
LEVELS = [("province", "省级"), ("city", "市级"), ("district", "区级"), ("street", "街道、乡镇")]
HEAD_RANKS = [("principal", "主要负责人"), ("deputy", "分管负责人")]
DELEGATION_SCOPES = [("scheme", "检查方案审批"), ("all", "全部检查审批")]
APPLIES = [("yes", "适用"), ("analogy", "参照执行"), ("no", "不适用"), ("undecided", "待认定")]
ENTERPRISE_STATUS = [("open", "存续"), ("paused", "停业"), ("moved", "迁出"), ("gone", "注销")]
ROLES = [
    ("officer", "执法人员"), ("planner", "计划管理员"), ("head", "单位负责人"), ("supervisor", "司法行政监督员"),
    ("superior", "上级主管部门"), ("enterprise", "企业用户"), ("admin", "系统管理员"), ("leader", "领导（只读）"),
]
FIELDS = [
    ("food", "食品安全"), ("market", "市场秩序"), ("equipment", "特种设备"), ("fire", "消防安全"), ("safety", "安全生产"),
    ("environment", "生态环境"), ("city", "城市管理"), ("health", "卫生健康"), ("culture", "文化旅游"), ("labour", "劳动保障"),
    ("transport", "交通运输"), ("housing", "住房城建"), ("agriculture", "农业农村"), ("water", "水务"), ("other", "其他"),
]

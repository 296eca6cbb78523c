"""Display words of items; never compared."""

STATES = {"draft": "草拟", "review": "待审核", "published": "已公布", "paused": "暂停实施", "withdrawn": "已取消"}
MANNERS = [("onsite", "现场"), ("offsite", "非现场"), ("both", "现场、非现场")]
METHODS = [
    ("hear", "听取说明"), ("look", "查阅、调取、复制资料"), ("self", "审查自查报告"), ("survey", "实地调查、勘查"), ("sample", "抽样"),
    ("ask", "询问"), ("other", "其他"),
]
PERIODS = [("day", "日"), ("week", "周"), ("month", "月"), ("quarter", "季度"), ("half", "半年"), ("year", "年")]
PERS = [("enterprise", "企业"), ("site", "场所")]
CAP_LEVELS = [("state", "国务院主管部门"), ("province", "省级主管部门"), ("city", "市级主管部门"), ("body", "本单位公布")]
IMPORT_KINDS = [("items", "检查事项"), ("plan", "年度计划")]
STATE_TONES = {"draft": "wait", "review": "info", "published": "ok", "paused": "warn", "withdrawn": "wait"}
ACT_WORDS = {
    "items.new": "新建事项", "items.save": "保存草稿", "items.new_version": "起草修订", "items.copy_library": "从参考库复制",
    "items.delete_draft": "删除草稿", "items.cap": "登记频次上限", "items.import": "上传导入表", "items.store": "导入入库",
    "items.load": "载入公开数据",
}
LIBRARY = {
    "items": "检查事项（各地公布）", "plans": "年度计划（各地公布）", "caps": "频次上限（各地公布）", "scenes": "联合检查场景",
    "offsite": "非现场检查与监测设备",
}

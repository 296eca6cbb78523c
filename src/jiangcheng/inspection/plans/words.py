"""Display words of plans; never compared."""

PLAN_STATES = {
    "drafting": "编制中", "to_mend": "待补正", "submitted": "待备案", "returned": "退回补正", "filed": "已备案", "published": "已公示",
    "adjusting": "调整待备案", "replaced": "已被调整",
}
FILING_STATES = {"waiting": "待备案", "filed": "已备案", "returned": "退回补正", "acknowledged": "已收悉", "outside": "线下备案", "void": "已撤回"}
OFFICES = [("judicial", "同级司法行政部门"), ("superior", "上级主管部门")]
FINDS = [("draw", "随机抽取"), ("full", "全覆盖"), ("criteria", "按标准选取")]
NINE = [
    ("item_name", "检查事项"), ("basis", "检查依据"), ("body_name", "检查主体"), ("subjects", "检查对象"), ("contents", "检查项目"),
    ("manner", "检查方式"), ("frequency", "检查频次"), ("proportion", "检查比例"), ("necessity", "检查必要性"),
]

"""Display words of oversight; never compared."""

PRINCIPLES = [
    ("lawful", "于法有据"), ("strict", "严格规范"), ("fair", "公正文明"), ("tolerant", "包容审慎"), ("precise", "精准高效"),
]
"""The five principles of article 5, by which complaints, ratings and findings are filed and counted."""
PRINCIPLE_HELP = {
    "lawful": "没有依据、没有职权、超出范围", "strict": "程序、文书、记录不合要求", "fair": "态度、公平、区别对待", "tolerant": "处理过重、不教育",
    "precise": "重复、频繁、时间过长、没有必要",
}
FINDING_KINDS = [("complaint", "投诉举报"), ("report", "企业反映"), ("rating", "评价"), ("finding", "监督发现")]
INSTRUCTION_STATES = {"given": "待回复", "replied": "已回复", "returned": "退回重报", "settled": "已办结", "withdrawn": "已撤回"}
INSTRUCTION_TONES = {"given": "info", "replied": "warn", "returned": "late", "settled": "ok", "withdrawn": "wait"}
ALERT_KINDS = {"period_end": "期末突击检查", "bulk_read": "批量查看信息", "off_duty": "非职责查看信息"}
ALERT_STATES = {"open": "待处理", "handled": "已处理"}
ACCESS_KINDS = [("page", "查看"), ("file", "打开文书"), ("reveal", "查看完整号码"), ("export", "导出")]
ACT_WORDS = {
    "instruction.reply": "回复交办", "instruction.settle": "办结", "instruction.return": "退回重报", "instruction.withdraw": "撤回交办",
    "oversight.instruct": "交办", "oversight.finding": "按原则归类", "alert.handle": "处理预警", "oversight.alert": "发出预警",
}

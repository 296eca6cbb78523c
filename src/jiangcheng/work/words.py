"""Display words of notices and hand-overs; never compared."""

NOTICES = {
    "approve": "待您审批", "decided": "审批结果", "visit": "检查进展", "firm": "企业办理", "result": "检查告知", "filing": "备案",
    "item": "事项审核", "handover": "转办", "remind": "催办", "platform": "平台运行",
}
"""Kinds of notice, as a person chooses among them."""
OUTSIDE = {
    "approve": "有一件事等您审批", "decided": "您提交的一件事有了审批结果", "visit": "您参与的检查有新进展", "firm": "企业有新的提交",
    "result": "有一份与检查有关的告知", "filing": "有一份计划备案需要办理或者已有结果", "item": "有一个检查事项需要审核或者已有结果",
    "handover": "有一件事转给您办理", "remind": "有人催办您经手的一件事", "platform": "平台有一件事需要处理",
}
"""All that leaves the platform: which kind of thing waits. No name, no number, no time, no place."""
CHANNELS = [("mail", "电子邮件"), ("sms", "短信"), ("hook", "接口推送")]

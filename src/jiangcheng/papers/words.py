"""Display words of papers; never compared."""

KINDS = [
    ("approval", "行政检查审批表"), ("notice", "行政检查通知书"), ("record", "现场检查笔录"), ("stop", "责令停止违法行为通知书"),
    ("correct", "责令改正通知书"), ("result", "行政检查结果告知书"), ("delivery", "送达回证"), ("filing", "备案回执"),
    ("return", "退回补正通知"), ("transfer", "转立案审查登记表"), ("file_index", "卷内目录"), ("amendment", "更正（补充）说明"),
]
# word of the kind inside a document number, e.g. 武示市监检通〔2026〕12号
NUMBER_WORDS = {
    "approval": "检审", "notice": "检通", "record": "检录", "stop": "责停", "correct": "责改", "result": "检告", "delivery": "送证",
    "filing": "检备", "return": "备退", "transfer": "检移", "file_index": "检档", "amendment": "检更",
}
FORMAT_STATES = {
    "draft": "草拟", "review": "待审核", "to_file": "待备案", "returned": "退回修改", "filed": "已备案", "withdrawn": "已停用",
}
CODE_STATES = {"ready": "有效", "used": "已使用", "revoked": "已撤销"}
REDEEM_WAYS = [
    ("enterprise", "企业扫码确认"), ("officer", "执法人员扫企业码"), ("typed", "录入信用代码"), ("offline", "无网络登记"), ("desk", "纸质码扫描"),
]
DELIVERY_STATES = {"waiting": "待送达", "signed": "当场签收", "platform": "平台送达（已同意）", "refused": "拒收（留置送达）",
                   "posted": "邮寄在途", "done": "已送达"}
MANNERS = [
    ("glass", "当场签收"), ("platform", "平台送达"), ("paper", "纸质签收（拍照留存）"), ("refused", "留置送达"), ("post", "邮寄"),
]
PURPOSES = [
    ("evidence", "现场照片"), ("signature", "签名"), ("proof", "送达凭证"), ("correction", "整改材料"), ("offline", "无网络登记照片"),
    ("audio", "录音录像"), ("other", "其他"),
]

"""Display words of what the decree reaches (article 2); never compared."""

TIE_KINDS = [("subordinate", "隶属关系（本单位下属单位）"), ("state_asset", "国有资产监督管理关系（本单位监管的企业）")]
STATES = {"waiting": "待确认", "confirmed": "已确认", "refused": "不予确认", "ended": "已停止适用"}
TONES = {"waiting": "info", "confirmed": "ok", "refused": "late", "ended": "wait"}
SOURCE_LEVELS = [
    ("law", "法律"), ("regulation", "法规"), ("rule", "规章"), ("notice", "规范性文件"), ("letter", "通知、函、会议纪要"),
]
ACT_WORDS = {
    "reach.exception": "登记从其规定", "exception.confirm": "确认从其规定", "exception.refuse": "不予确认", "exception.end": "停止适用",
    "reach.tie": "登记隶属或国资关系", "reach.tie_ended": "写明关系止日",
}

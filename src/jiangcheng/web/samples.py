"""Generated content for the component page and the sample layouts (DEBUG only). All names are invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import timezone

from jiangcheng.law.rule import Breach, Refused, Remedy

FIRM = "武汉示例青禾餐饮有限公司（演示）"
BODY = "江汉区市场监督管理局（演示）"
PAGES = ("today", "verify-good", "verify-bad", "code", "refused", "login")

BREACHES = (
    Breach(
        "执法人员李某的证件已于 2026年10月31日 到期。", (Remedy("更换人员", "#swap"), Remedy("证件已换发的，更新证件", "#cert")),
        "officers", ("327-18-1",),
    ),
    Breach("检查方案未经负责人批准。", (Remedy("提交审批", "#submit"),), ids=("327-17-1",)),
    Breach(
        "“消防通道检查”尚未公布。", (Remedy("移除该事项", "#rm"), Remedy("请计划管理员先行公布")), "items", ("327-07-1",),
    ),
)


@dataclass
class SampleLeaf:
    """A ledger leaf as ``ledger.history`` gives it."""

    pk: int
    act: str
    actor_name: str
    body_name: str
    at: datetime
    opinion: str = ""


class SampleForm(forms.Form):
    """One field of each kind."""

    place = forms.CharField(label="检查场所", help_text="例：江汉区示例路 18 号 1 楼")
    day = forms.DateField(label="检查日期", widget=forms.DateInput(attrs={"type": "date"}))
    manner = forms.ChoiceField(label="检查方式", choices=[("onsite", "现场检查"), ("offsite", "非现场检查")])
    reason = forms.CharField(label="指定理由", widget=forms.Textarea, required=False, help_text="写明为何选择这家企业，至少 10 个字")
    finding = forms.ChoiceField(
        label="检查情况", widget=forms.RadioSelect, choices=[("ok", "未发现问题"), ("problem", "发现问题"), ("none", "不适用")]
    )
    outcome = forms.ChoiceField(
        label="检查结果", widget=forms.RadioSelect,
        choices=[("clear", "未发现违法行为\n予以记录"), ("correct", "责令改正\n1 处，限 12月4日 前"), ("refer", "移送\n不属于本单位管辖")],
    )
    shown = forms.ChoiceField(label="对方出示执法证件了吗", widget=forms.RadioSelect, choices=[("y", "已出示"), ("n", "未出示")])
    agree = forms.BooleanField(label="同意电子送达", required=False, help_text="随时可以在“账号”中撤回")


def _at(hour: int, minute: int, back: int = 0) -> datetime:
    return timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0) - timedelta(days=back)


def _leaves() -> list[SampleLeaf]:
    rows = [
        ("提交审批", "周明远", _at(16, 10, 3), ""), ("批准检查方案", "张负责人", _at(16, 36, 3), "同意。注意核对调味料进货记录。"),
        ("领取检查码", "周明远", _at(17, 2, 3), ""), ("企业扫码，确认人员到场", "陈店长", _at(9, 41), ""),
        ("出具行政检查通知书", "周明远", _at(9, 44), ""),
    ]
    return [SampleLeaf(4821890 + i, w, n, BODY, t, o) for i, (w, n, t, o) in enumerate(rows)]


def components(request: HttpRequest) -> dict[str, Any]:
    """Everything that ``base/components.html`` shows."""
    form = SampleForm({"place": "江汉区示例五路 2 号", "finding": "problem", "outcome": "correct", "reason": "短"})
    form.is_valid()
    form.add_error("reason", "请至少写 10 个字")
    return {
        "title": "组件", "nav": NAV, "breaches": BREACHES, "refused": Refused(BREACHES), "number": "7F3K2", "form": form, "leaves": _leaves(),
        "start": _at(9, 0), "end": _at(11, 30), "at": _at(8, 42), "numbers": Paginator(range(1243), 20).page(2), "firm": FIRM, "body": BODY,
        "tones": [("有效", ""), ("还有 5 个工作日", ""), ("逾期 2 个工作日", ""), ("办理中", "info"), ("未开始", "")],
        "chips": [("", "全部", 44), ("bad", "有问题的行", 12), ("changed", "与上年不同", 9)],
        "tiles": [("新增", 31, "行", "ok"), ("更新", 9, "行", "info"), ("不变", 4, "行", ""), ("有误", 3, "行", "late")],
        "steps": [("上传", "47 行，表头已识别"), ("预览", "九项内容对应无误"), ("校验", "有 3 行需要修改"), ("入库", "尚未开始")],
        "kv": [("场所", "江汉区示例路 18 号 1 楼"), ("联系人", ""), ("本年已查", "1 次，上限 2 次", "#visits")],
        "ticks": ["事项已公布，计划已备案", ("hm", "第 18 行必要性与上年文字相同，请人工判断"), ("no", "逐利检查，接受馈赠、宴请，转嫁费用")],
        "progress": ["done", "bad", "", "", "", "", "", "", "", ""], "until": date(2028, 6, 30), "uscc": "91420103000000DM82",
        "tabs": [("基本信息", request.path, True), ("检查事项", "#i"), ("文书", "#p"), ("办理过程", "#process")],
        "columns": [("item", "检查事项"), ("freq", "检查频次"), ("ratio", "检查比例")], "bulk": [("remind", "催办"), ("move", "转办")],
        "bulk_result": [("第 3 行", None), ("第 7 行", BREACHES[1:])],
        "table": [
            (3, "食品生产监督检查", "每年 1 次", "20%", ""), (7, "化妆品经营监督检查", "每年 1 次", "", "缺检查比例"),
            (12, "特种设备使用安全监督检查", "每年 3 次", "30%", ""),
        ],
    }


NAV = [
    {"label": "首页", "url": "/components/", "icon": "today"}, {"label": "检查计划", "url": "#plans", "count": 44, "icon": "visit"},
    {"label": "导入", "url": "#imports", "icon": "scan"}, {"rule": True}, {"label": "统计", "url": "#stat", "icon": "me"},
]
TABS = [
    {"label": "今日", "url": "#t", "icon": "today", "current": True}, {"label": "检查", "url": "#v", "icon": "visit"},
    {"label": "扫码", "url": "#s", "icon": "scan"}, {"label": "我的", "url": "#m", "icon": "me"},
]


def page(name: str) -> dict[str, Any]:
    """Context of one sample layout."""
    return {
        "firm": FIRM, "body": BODY, "nav": TABS, "now": timezone.localtime(), "tone": "bad" if name == "verify-bad" else "good",
        "refused": Refused(BREACHES) if name == "refused" else None, "number": "7F3K2", "form": SampleForm(), "back": "/components/",
        "start": _at(9, 0), "end": _at(11, 30), "until": date(2028, 6, 30),
    }

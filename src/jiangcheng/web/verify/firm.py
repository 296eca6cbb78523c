"""What the enterprise is shown of one visit, from its browser at the door and from its account alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from jiangcheng.inspection.visits import counters, sheet_words, words
from jiangcheng.inspection.visits.actions import enterprise
from jiangcheng.inspection.visits.facts import outcome as outcome_facts
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import Leaf
from jiangcheng.papers import delivery
from jiangcheng.papers.models import Paper
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.templatetags import text

TITLES = {
    "to_enter": "本次检查已预告，检查人员将按预告的时间到场",
    "arrived": "检查人员已到场，检查尚未开始", "inspecting": "检查正在进行", "broken_off": "检查已中止", "not_done": "本次检查未实施",
    "to_tell": "检查已结束，结果待告知", "revoked": "本次检查已撤销",
}
ENDED = ("told", "following", "closed", "archived")
OPEN_ORDER = ("open", "overdue")
LEAVES = {
    "visit.announced": "预告",
    "visit.arrive": "扫码入企", "visit.arrive_offline": "无网络登记", "visit.scanned_again": "再次扫码", "visit.certificates_shown": "出示证件",
    "visit.certificates_seen": "确认证件", "visit.reported": "反映人员不符", "visit.report_cleared": "人员已核实",
    "visit.recusal_asked": "申请回避", "visit.recusal_decided": "回避决定", "visit.notice": "出具通知书", "visit.start": "开始检查",
    "visit.statement": "陈述意见", "visit.sign": "签名", "visit.unsigned": "声明不签名", "visit.break_off": "中止检查", "visit.resume": "继续检查",
    "visit.finish": "结束检查", "visit.tell": "告知结果", "visit.objection": "提出意见", "visit.not_done": "登记未实施", "visit.revoke": "撤销检查",
    "visit.close": "办结", "delivery.sign": "签收", "delivery.platform": "平台送达", "delivery.refuse": "留置送达", "delivery.post": "邮寄",
    "delivery.arrived": "邮件送达", "order.open": "作出责令文书", "order.answer": "提交整改", "order.ask_more_time": "申请延期",
    "order.extend": "同意延期", "order.done": "整改到位", "order.overdue": "逾期未改", "files.keep": "保存材料",
}
"""Acts of a visit whose receipts the enterprise may take away."""
ACT_WORDS["visit.unsigned"] = "企业声明不签名"
SHOWN = tuple(k for k in LEAVES if k not in ("files.keep", "visit.certificates_shown"))


@dataclass(frozen=True)
class Addresses:
    """Where the pages of this visit are for the reader at hand; an empty one is not offered."""

    visit: str
    answer: str
    order: Callable[[str], str]
    receipt: Callable[[str], str]
    report: str = ""


@dataclass(frozen=True)
class PaperLine:
    """A paper with how it reached the enterprise."""

    paper: Paper
    word: str
    waiting: bool
    leaf: str
    url: str


@dataclass(frozen=True)
class OrderLine:
    """An order with its term and address."""

    order: Order
    limit: calendar.Limit
    url: str
    todo: list[str]

    @property
    def open(self) -> bool:
        return self.order.state in OPEN_ORDER

    @property
    def what(self) -> str:
        """What is asked of the enterprise, in a word."""
        return {"correct": "改正", "stop": "停止违法行为"}[self.order.kind]


@dataclass(frozen=True)
class FirmView:
    """Everything a page of one visit shows to the enterprise."""

    visit: Visit
    word: str
    tone: str
    title: str
    people: list[Any]
    items: list[Any]
    notice: Paper | None
    papers: list[PaperLine]
    orders: list[OrderLine]
    fine: int
    problems: list[Any]
    results: bool
    counted: str
    urls: Addresses
    receipts: list[tuple[str, Leaf, str]]
    waiting: list[PaperLine] = field(default_factory=list)
    rights: tuple[str, ...] = sheet_words.RIGHTS
    duties: tuple[str, ...] = sheet_words.DUTIES
    prohibitions: tuple[tuple[str, str], ...] = sheet_words.PROHIBITIONS

    @property
    def due(self) -> OrderLine | None:
        """The order to see to first."""
        return min((o for o in self.orders if o.open), key=lambda o: o.order.due, default=None)

    @property
    def running(self) -> bool:
        return self.visit.state in ("arrived", "inspecting", "broken_off", "to_tell")

    @property
    def mark(self) -> str:
        """Changes when the page would show something else; the page asks for it while the visit runs."""
        signed = self.visit.signatures.count()
        waits = len(self.waiting)
        return f"{self.visit.state}.{len(self.papers)}.{waits}.{signed}.{'.'.join(o.order.state for o in self.orders)}"

    @property
    def phones(self) -> list[tuple[str, str]]:
        """Whom to call: the body, and the judicial office that supervises it."""
        office = self.visit.body.judicial_office
        rows = [("监督电话", office.name, office.complaint_phone)] if office else []
        rows.append(("单位电话", self.visit.body.name, self.visit.body.complaint_phone))
        return [(w, name, phone) for w, name, phone in rows if phone]


def load(number: str) -> Visit:
    """The visit with what its pages need. Raises ``Visit.DoesNotExist``."""
    return Visit.objects.select_related("body__judicial_office", "enterprise", "site", "order__visit", "row").get(number=number)


def word_of(visit: Visit) -> str:
    """State in the enterprise's words, with the reason of a visit that was not carried out."""
    if visit.state == "to_enter" and visit.announced_at:
        return "已预告"
    word = words.ENTERPRISE_STATES.get(visit.state, visit.state_word)
    return f"{word}（{visit.get_not_done_why_display()}）" if visit.state == "not_done" and visit.not_done_why else word


def title_of(visit: Visit) -> str:
    """The heading: what is going on now."""
    if visit.state not in ENDED:
        return TITLES.get(visit.state, "本次检查")
    if visit.started_at and visit.ended_at:
        return f"本次检查已结束，用时{text.spell((visit.ended_at - visit.started_at).total_seconds())}"
    return "本次检查已结束"


def sent(paper: Paper) -> str:
    """How a paper reached the enterprise, or that it still waits."""
    last = next((d for d in sorted(paper.deliveries.all(), key=lambda d: -d.pk) if delivery.settled(d) or d.state == "posted"), None)
    if last is None:
        return "待送达"
    when = f" {text.cn_day(last.delivered_at)} {text.hm(last.delivered_at)}" if last.delivered_at else ""
    return f"{last.state_word}{when}"


def paper_lines(papers: list[Paper], urls: Addresses) -> list[PaperLine]:
    """Papers in the order they were issued; 送达回证 are proofs and wait for nobody."""
    open_ = {p.pk for p in delivery.undelivered(papers) if p.kind != "delivery"}
    keys = [str(p.pk) for p in papers]
    issued = Leaf.objects.filter(subject_kind=Paper._meta.label, subject_id__in=keys, act__startswith="papers.issue")
    leaves = {leaf.subject_id: leaf.number for leaf in issued}
    return [
        PaperLine(p, "" if p.kind == "delivery" else sent(p), p.pk in open_, number, urls.receipt(number) if number else "")
        for p, number in ((p, leaves.get(str(p.pk), "")) for p in papers)
    ]


def order_lines(visit: Visit, urls: Addresses) -> list[OrderLine]:
    """Orders of a visit, the earliest term first."""
    found = visit.orders.select_related("paper").order_by("due", "id")
    return [OrderLine(o, calendar.limit(o.due), urls.order(o.number), [p.get("todo", "") for p in o.points]) for o in found]


def receipts(visit: Visit, urls: Addresses) -> list[tuple[str, Leaf, str]]:
    """Acts whose receipt (存证回执) the enterprise may take away, oldest first."""
    if visit.arrived_at is None and visit.state != "not_done":
        return []
    leaves = [leaf for leaf in outcome_facts.leaves(visit) if leaf.act in SHOWN]
    keys = [str(k) for k in visit.orders.values_list("pk", flat=True)]
    known = {leaf.pk for leaf in leaves}
    leaves += [x for x in Leaf.objects.filter(subject_kind=Order._meta.label, subject_id__in=keys, act__in=SHOWN) if x.pk not in known]
    return [(LEAVES[leaf.act], leaf, urls.receipt(leaf.number)) for leaf in sorted(leaves, key=lambda leaf: leaf.pk)]


def leaf_of(visit: Visit, number: str) -> Leaf | None:
    """The leaf with this 存证编号 when it belongs to the visit and the enterprise may have it."""
    if not number.isascii() or not number.isdigit():
        return None
    wanted = int(number)
    subjects = {leaf.pk: leaf for leaf in outcome_facts.leaves(visit)}
    leaf = subjects.get(wanted)
    if leaf is None:
        keys = [str(k) for k in visit.orders.values_list("pk", flat=True)]
        leaf = Leaf.objects.filter(pk=wanted, subject_kind=Order._meta.label, subject_id__in=keys).first()
    if leaf is None or not (leaf.act in LEAVES or _paper_for_firm(visit, leaf)):
        return None
    return leaf


def _paper_for_firm(visit: Visit, leaf: Leaf) -> bool:
    return leaf.act.removeprefix("papers.issue.") in ("notice", "record", "stop", "correct", "result", "amendment", "delivery")


def view(visit: Visit, actor: Actor, urls: Addresses) -> FirmView:
    """What a page of the visit shows. ``actor`` acts for the enterprise."""
    lines = facts.lines(visit)
    papers = paper_lines(enterprise.papers_for(actor, visit), urls)
    results = visit.told_at is not None
    return FirmView(
        visit=visit, word=word_of(visit), tone=words.TONES.get(visit.state, ""), title=title_of(visit),
        people=facts.current_officers(visit), items=[i.version for i in visit.items.select_related("version").order_by("id")],
        notice=facts.notice(visit), papers=papers, orders=order_lines(visit, urls), results=results,
        fine=sum(1 for x in lines if x.answer and x.answer.verdict == "fine"),
        problems=[x for x in lines if x.answer and x.answer.verdict == "problem"], counted=counters.why_not_counted(visit), urls=urls,
        receipts=receipts(visit, urls), waiting=[p for p in papers if p.waiting],
    )


def minutes(visit: Visit) -> str:
    """How long the inspection took, in words; empty when it did not run."""
    end = visit.ended_at or timezone.now()
    return text.duration((end - visit.started_at).total_seconds()) if visit.started_at else ""

"""What of visits, orders and reports waits for whom, and what acts on them let other people know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jiangcheng.inspection.visits import matters, queries, seats
from jiangcheng.inspection.visits.actions import reports, scheme
from jiangcheng.inspection.visits.facts import door
from jiangcheng.inspection.visits.flows import BEFORE_DOOR, VISIT
from jiangcheng.inspection.visits.models import Order, Recusal, Report, Visit, VisitOfficer
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties import access
from jiangcheng.parties.scope import scope
from jiangcheng.work import people
from jiangcheng.work.kinds import subject, waiting
from jiangcheng.work.notices import Tell, tells

AT_ONCE = ("draft", "returned", "arrived", "inspecting", "broken_off", "to_tell", "told", "not_done", "closed")
"""States in which a visit waits for its officers whatever the day."""
TODAY = ("to_code", "to_enter")
"""States in which it waits for them when its day has come."""


# --- who has what to do ---


def _mine(actor: Actor) -> QuerySet[Visit]:
    """Visits that the officer is on or drafted and that want a step of its people now."""
    due = Q(state__in=TODAY, window_start__lt=queries.end_of_today())
    return queries.my_visits(actor).filter(Q(state__in=AT_ONCE) | due)


def _undeclared(actor: Actor) -> QuerySet[Visit]:
    """Visits a colleague put the officer on, before it declared that nothing calls for standing aside."""
    mine = VisitOfficer.objects.filter(person=actor.person, left_at=None, recusal_declared_at=None).values("visit")
    return scope(actor, Visit.objects.filter(pk__in=mine, body=actor.body, state__in=BEFORE_DOOR).exclude(drafted_by=actor.person))


def _orders(actor: Actor) -> QuerySet[Order]:
    return matters.open_orders(actor).filter(visit__body=actor.body).exclude(state="rechecking")


def _recusals(actor: Actor) -> QuerySet[Recusal]:
    return Recusal.objects.filter(decided_at=None, visit__in=scope(actor, Visit.objects.filter(body=actor.body)).values("pk"))


def _mismatches(actor: Actor) -> QuerySet[Report]:
    visits = scope(actor, Visit.objects.filter(body=actor.body, state__in=door.IN_HAND))
    return Report.objects.filter(kind="mismatch", cleared_at=None, visit__in=visits.values("pk"))


def _owed(actor: Actor) -> QuerySet[Order]:
    return scope(actor, Order.objects.filter(visit__enterprise=actor.enterprise, state__in=("open", "overdue")))


def _may_approve(actor: Actor, visit: Visit) -> bool:
    """Holds the head's seat, has the right to approve today, and is no party to the visit."""
    if not seats.head_of_body(actor, visit) or visit.drafted_by_id == actor.person:
        return False
    on_it = visit.officers.filter(person=actor.person, left_at=None).exists()
    return not on_it and access.may_approve(actor.person, visit.body_id, timezone.localdate()) is not None


def _supervises(actor: Actor, record: Any) -> bool:
    return seats.supervisor_of_body(actor, record)


def _answers(actor: Actor, report: Report) -> bool:
    return actor.has("supervisor") and report.office_id == actor.body


def _firm(visit: Visit) -> str:
    return visit.enterprise.name


def _of_order(order: Order) -> str:
    return f"{order.visit.enterprise.name}（{order.get_kind_display()}）"


FIRM = ("visit__enterprise", "visit__body")
waiting(
    "visit.approve", Visit, "审批检查方案", "head", queries.to_approve, due="window_start", title=_firm,
    page=("head-visit", "number"), also=("enterprise", "body"), may=_may_approve,
)
waiting(
    "visit.recusal", Recusal, "决定是否回避", "head", _recusals, since="asked_at",
    title=lambda r: f"{r.visit.enterprise.name}：{r.sentence}", search="visit", page=("head-home", ""),
    also=(*FIRM, "officer__person"), may=lambda actor, row: seats.head_of_body(actor, row.visit),
)
waiting(
    "visit.mismatch", Report, "核实人员不符", "head", _mismatches, since="at", title=lambda r: r.visit.enterprise.name, search="visit",
    page=("head-home", ""), also=FIRM,
)
waiting(
    "visit.lapsed", VisitOfficer, "更换证件失效的人员", "head", queries.with_lapsed, search="visit",
    title=lambda o: f"{o.visit.enterprise.name}：{o.certificate.person.name}", page=("head-replace", "visit.number"),
)
waiting(
    "visit.run", Visit, "办理检查", "officer", _mine, since="window_start", title=_firm,
    page=("visit-detail", "number"), also=("enterprise", "body"),
)
waiting(
    "visit.declare", Visit, "声明是否需要回避", "officer", _undeclared, due="window_start", title=_firm,
    page=("visit-detail", "number"), also=("enterprise", "body"),
)
waiting(
    "order.follow", Order, "跟踪整改", "officer", _orders, due="due", title=_of_order,
    page=("officer-order", "number"), also=FIRM, may=seats.officer_of_body,
)
waiting(
    "visit.offline", Visit, "核查无网络登记", "supervisor", queries.offline_to_check, since="offline_device_at",
    title=_firm, page=("supervisor-visit", "number"), also=("enterprise", "body"), may=_supervises,
)
waiting(
    "report.answer", Report, "处理反映", "supervisor", reports.waiting, since="at", search="-",
    page=("supervisor-reports", ""), may=_answers,
)
waiting(
    "order.owed", Order, "提交整改", "enterprise", _owed, due="due", title=_of_order,
    page=("enterprise-order", "number"), also=FIRM,
)


# --- what things are called, and who has them now ---


def _on_it(visit: Visit) -> list[int]:
    return people.accounts("officer", body=visit.body_id, account__person__in=visit.officers.filter(left_at=None).values("person"))


def _drafter(visit: Visit) -> list[int]:
    return people.accounts("officer", body=visit.body_id, account__person=visit.drafted_by_id)


def _heads(visit: Visit) -> list[int]:
    """Heads who have the right to approve today, not each who holds the seat."""
    found = people.seats("head", body=visit.body_id).values_list("account", "account__person")
    day = timezone.localdate()
    return sorted({account for account, person in found if person and access.may_approve(person, visit.body_id, day)})


def _holders(visit: Visit, role: str) -> list[int]:
    return _heads(visit) if role == "head" else _on_it(visit)


HOLDER = {
    "draft": ("officer", "检查人员"), "returned": ("officer", "检查人员"), "to_approve": ("head", "单位负责人"), "to_code": ("officer", "检查人员"),
    "to_enter": ("officer", "检查人员"), "arrived": ("officer", "检查人员"), "inspecting": ("officer", "检查人员"),
    "broken_off": ("officer", "检查人员"), "to_tell": ("officer", "检查人员"), "told": ("officer", "检查人员"), "not_done": ("officer", "检查人员"),
    "following": ("officer", "检查人员"), "closed": ("officer", "检查人员"),
}
PAGES = {
    "officer": ("visit-detail", "number"), "head": ("head-visit", "number"), "supervisor": ("supervisor-visit", "number"),
    "superior": ("superior-visit", "number"), "enterprise": ("enterprise-visit", "number"),
}
subject(
    Visit, "检查", _firm, PAGES, holder=HOLDER, holders=_holders, starts=("visit.draft",), flow=VISIT,
    withdraw=scheme.withdraw, withdraw_step="withdraw", related=("enterprise", "body"),
)
subject(
    Order, "责令事项", _of_order,
    {"officer": ("officer-order", "number"), "enterprise": ("enterprise-order", "number")}, related=FIRM,
)


# --- what other people are told ---


@tells("visit.submit", "visit.reschedule")
def _submitted(visit: Visit, actor: Actor) -> Iterator[Tell]:
    yield Tell(_heads(visit), "approve", f"检查方案 {visit.number} 待您审批", "head-visit", [visit.number])
    waiting_for = visit.officers.filter(left_at=None, recusal_declared_at=None).values("person")
    found = people.accounts("officer", body=visit.body_id, account__person__in=waiting_for)
    yield Tell(found, "visit", f"您是 {visit.number} 的检查人员，请声明是否需要回避", "visit-detail", [visit.number])


@tells("visit.approve", "visit.return")
def _decided(visit: Visit, actor: Actor) -> Iterator[Tell]:
    said = "已退回修改" if visit.state == "returned" else "已批准，可以领取检查码"
    accounts = [*_on_it(visit), *_drafter(visit)]
    yield Tell(accounts, "decided", f"检查方案 {visit.number} {said}", "visit-detail", [visit.number])


@tells("visit.drop", "visit.revoke", "visit.row_withdrawn", "visit.lapse", "visit.replace_officer", "visit.stand_aside")
def _changed(visit: Visit, actor: Actor) -> Iterator[Tell]:
    word = "更换了人员，请本人声明后重新领码" if visit.state == "to_code" else visit.state_word
    yield Tell(_on_it(visit), "visit", f"检查 {visit.number} {word}", "visit-detail", [visit.number])


@tells("visit.recusal_asked")
def _recusal_asked(visit: Visit, actor: Actor) -> Iterator[Tell]:
    yield Tell(_heads(visit), "approve", f"检查 {visit.number} 有回避申请待您决定", "head-home")


@tells("visit.reported")
def _reported(visit: Visit, actor: Actor) -> Iterator[Tell]:
    yield Tell(_on_it(visit), "firm", f"企业反映 {visit.number} 人员不符，请先核实", "visit-detail", [visit.number])


@tells("visit.announced")
def _announced(visit: Visit, actor: Actor) -> Iterator[Tell]:
    """The officer told the enterprise in advance; the notice says that much and no subject or time."""
    found = people.accounts("enterprise", enterprise=visit.enterprise_id)
    yield Tell(found, "result", "有一次检查已预告，请查看", "enterprise-visit", [visit.number])


@tells("visit.tell")
def _told(visit: Visit, actor: Actor) -> Iterator[Tell]:
    owed = visit.orders.exists()
    said = f"检查 {visit.number} 的结果已告知" + ("，有责令事项请按期整改" if owed else "")
    yield Tell(people.accounts("enterprise", enterprise=visit.enterprise_id), "result", said, "enterprise-visit", [visit.number])


@tells("order.answer", "order.ask_more_time")
def _answered(order: Order, actor: Actor) -> Iterator[Tell]:
    said = "企业已提交整改" if order.state == "submitted" else "企业申请延期"
    yield Tell(_on_it(order.visit), "firm", f"{order.number} {said}", "officer-order", [order.number])


@tells("order.extend", "order.done", "order.overdue", "order.still_open", "order.not_yet")
def _order_moved(order: Order, actor: Actor) -> Iterator[Tell]:
    accounts = people.accounts("enterprise", enterprise=order.visit.enterprise_id)
    yield Tell(accounts, "result", f"{order.number} {order.state_word}", "enterprise-order", [order.number])
    if order.state == "overdue":
        yield Tell(_on_it(order.visit), "visit", f"{order.number} {order.state_word}", "officer-order", [order.number])


@tells("report.sent")
def _report_sent(report: Report, actor: Actor) -> Iterator[Tell]:
    if report.office_id:
        accounts = people.accounts("supervisor", body=report.office_id)
        yield Tell(accounts, "firm", f"{report.number} 有人反映检查码的情况，请核实", "supervisor-reports")

"""Doubts at the door: people who do not match, officers asked to stand aside, entries without network looked at."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits.actions.scheme import lock, refuse
from jiangcheng.inspection.visits.facts.door import IN_HAND
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Recusal, Report, Visit
from jiangcheng.inspection.visits.seats import firm_of_visit, head_of_body, on_visit, supervisor_of_body
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Refused, Remedy, enforces
from jiangcheng.papers import codes
from jiangcheng.parties import access, conflicts

RECUSABLE = ("draft", "returned", "to_approve", "to_code", *IN_HAND)
"""States in which an officer may still be asked to stand aside."""
FIRM = "当事人"


@enforces("327-18-2")
def report_mismatch(actor: Actor, visit: Visit, text: str = "") -> Report:
    """人员不符，我要反映: the enterprise stops the start until it is cleared. Twice is once."""
    with transaction.atomic():
        visit = lock(visit)
        if not firm_of_visit(actor, visit) or visit.state not in IN_HAND:
            raise refuse("由被检查企业在检查期间反映。", Remedy("拨打监督电话"), ids=("327-18-2",))
        waiting = visit.reports.filter(kind="mismatch", cleared_at=None).first()
        if waiting is not None:
            return waiting
        with ledger.act("visit.reported", actor, about=visit, opinion=text, duties=("327-18-2",)):
            report = Report(visit=visit, kind="mismatch", text=text[:500], at=timezone.now())
            report.save()
    return report


def clear_report(actor: Actor, visit: Visit, note: str) -> Receipt:
    """The head's word that the people are the right ones, with what was done to make sure."""
    with transaction.atomic():
        visit = lock(visit)
        if not head_of_body(actor, visit) or on_visit(actor, visit):
            raise refuse("由本单位负责人核实人员。", Remedy("请负责人办理"), ids=("327-18-2",))
        if not note.strip():
            raise refuse("没有写明怎样核实的。", Remedy("填写核实情况"), ids=("327-18-2",), field="note")
        return clear(actor, visit, list(visit.reports.filter(kind="mismatch", cleared_at=None)), note)


def clear(actor: Actor, visit: Visit, reports: list[Report], note: str) -> Receipt:
    """Close reports, in an act of its own."""
    with ledger.act("visit.report_cleared", actor, about=visit, opinion=note, duties=("327-18-2",)) as act:
        for one in reports:
            one.cleared_at, one.cleared_by_id = timezone.now(), actor.person
            one.save()
    return act.receipt


@enforces("HR-18-2")
def request_recusal(actor: Actor, visit: Visit, seat_id: int, reason: str, *, for_firm: bool = False) -> Recusal:
    """申请回避 by the enterprise, by an officer of himself, or (``for_firm``) by an officer who enters what the enterprise
    says, of any officer. Start, going on and end wait for the head; asked twice while it waits is once.
    """
    with transaction.atomic():
        visit = lock(visit)
        seat = visit.officers.filter(pk=seat_id, left_at=None).first()
        if seat is None or not (firm_of_visit(actor, visit) or on_visit(actor, visit)):
            raise refuse("由被检查企业或者本次检查的检查人员提出回避申请。", Remedy("选择申请回避的人员"), ids=("HR-18-2",), field="seat")
        if visit.state not in RECUSABLE:
            raise refuse(f"本次检查“{visit.state_word}”，不再办理回避申请。", Remedy("另行书面反映"), ids=("HR-18-2",))
        entered = on_visit(actor, visit)
        if entered and not for_firm and seat.person_id != actor.person:
            raise refuse("检查人员只能申请本人回避。", Remedy("当事人提出的，选择“当事人申请”"), ids=("HR-18-2",), field="who")
        if not reason.strip():
            raise refuse("没有写明申请回避的理由。", Remedy("填写理由"), ids=("HR-18-2",), field="reason")
        waiting = visit.recusals.filter(officer=seat, decided_at=None).first()
        if waiting is not None:
            return waiting
        with ledger.act("visit.recusal_asked", actor, about=visit, opinion=reason, duties=("HR-18-2",)):
            by = FIRM if entered and for_firm else actor.name[:50]
            asked = Recusal(visit=visit, officer=seat, asked_by=by, reason=reason[:300], asked_at=timezone.now())
            asked.save()
    return asked


@enforces("HR-18-2", "HR-17-5")
def decide_recusal(actor: Actor, recusal: Recusal, granted: bool, note: str = "") -> Receipt:
    """The head decides; a granted one takes the officer off the visit. The code names who comes: it is revoked with the
    decision, and another is fetched (HR-17-5). While the inspection runs the code was used already and opens no door.
    """
    with transaction.atomic():
        visit = lock(recusal.visit)
        allowed = head_of_body(actor, visit) and access.may_approve(actor.person, visit.body_id, timezone.localdate(), "scheme")
        if not allowed or actor.person == recusal.officer.person_id or recusal.decided_at:
            raise refuse("由本单位负责人决定是否回避，已经决定的不再重复。", Remedy("请负责人办理"), ids=("HR-18-2",))
        with ledger.act("visit.recusal_decided", actor, about=visit, opinion=note, duties=("HR-18-2",), extra={"granted": granted}) as act:
            recusal.decided_at, recusal.decided_by_id, recusal.granted = timezone.now(), actor.person, granted
            recusal.save()
            if granted:
                recusal.officer.left_at = timezone.now()
                recusal.officer.save()
        if granted and visit.state in VISIT.step("stand_aside").source:
            gone = codes.revoke_all(visit.number, "检查人员回避")
            VISIT.take("stand_aside", visit, actor, None, also=gone, scanned_at=None)
    return act.receipt


@enforces("HR-17-4", "327-06-1")
def check_offline(actor: Actor, visit: Visit, verdict: str, note: str) -> Receipt:
    """无网络登记核查 by the judicial office: ``verified`` (核实) or ``explain`` (要求说明), with a note."""
    with transaction.atomic():
        visit = lock(visit)
        if not supervisor_of_body(actor, visit):
            raise refuse("由同级司法行政部门核查。", Remedy("请有权限的人员办理"), ids=("HR-17-4",))
        broken = conflicts.breaches(actor, {"officer": visit.officers.values_list("person", flat=True)}, "confirmer")
        if broken:
            raise Refused(broken)
        if not visit.offline_synced_at or verdict not in ("verified", "explain") or (verdict == "explain" and not note.strip()):
            raise refuse("请选择核实或者要求说明，要求说明的写明内容。", Remedy("填写核查意见"), ids=("HR-17-4",), field="note")
        with ledger.act("visit.offline_checked", actor, about=visit, opinion=note, duties=("HR-17-4",)) as act:
            visit.offline_verdict, visit.offline_note = verdict, note[:300]
            visit.offline_checked_at = timezone.now() if verdict == "verified" else None
            visit.save()
    return act.receipt

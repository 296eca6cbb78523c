"""At the door: certificates, scan both ways, no network, notice, start, and what goes wrong. One function a verb."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import counters, sheets
from jiangcheng.inspection.visits.actions.doubts import (
    IN_HAND,
    RECUSABLE,
    check_offline,
    clear,
    clear_report,
    decide_recusal,
    report_mismatch,
    request_recusal,
)
from jiangcheng.inspection.visits.actions.orders import begin_recheck
from jiangcheng.inspection.visits.actions.record import break_off
from jiangcheng.inspection.visits.actions.scheme import content_of
from jiangcheng.inspection.visits.actions.shared import check, in_state, lock, refuse
from jiangcheng.inspection.visits.facts import door as facts
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Report, Visit
from jiangcheng.inspection.visits.rules.door import same_subject, scanned_live
from jiangcheng.inspection.visits.seats import firm_of_visit, on_visit
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Refused, Remedy, enforces
from jiangcheng.papers import codes, delivery
from jiangcheng.papers import issue as paper
from jiangcheng.papers.models import InspectionCode, Paper, StoredFile
from jiangcheng.parties import enterprises, uscc
from jiangcheng.parties.models import Enterprise

__all__ = [
    "IN_HAND", "RECUSABLE", "Arrival", "announce", "answer_seen", "arrive_offline", "at_the_door", "break_off", "check_offline",
    "clear_report", "confirm_by_enterprise", "decide_recusal", "find_uscc", "issue_notice", "not_done", "report_mismatch", "request_recusal",
    "resume", "resume_refused", "revoke", "scan_by_officer", "show_certificate", "start", "take_over_lead", "type_uscc", "visit_of",
]

NOBODY_THERE = ("closed", "moved", "missing", "wrong", "illness")
"""Reasons of 未实施 that end it at once: code revoked, and the place under the cap given back unless the inspection had
begun. A refusal keeps both until the window ends or the visit is closed, as the enterprise may change its mind."""


@dataclass(frozen=True)
class Arrival:
    """What a scan did: ``first`` is False for a repeated one, which changed nothing. ``at`` is when it counted."""

    first: bool
    at: datetime
    receipt: Receipt | None = None

    @property
    def sentence(self) -> str:
        when = f"{timezone.localtime(self.at):%H:%M}"
        return f"{when} 已扫码入企" if self.first else f"已于 {when} 登记，无需重复"


def visit_of(code: InspectionCode) -> Visit:
    """The visit behind a code."""
    return Visit.objects.select_related("body__judicial_office", "enterprise", "site").get(number=code.visit)


def at_the_door(code: InspectionCode, place: str = "") -> Actor:
    """The enterprise without an account: whoever holds the code's address acts for the visit's subject."""
    firm = Enterprise.objects.only("pk", "name").get(uscc=code.uscc)
    return Actor(name=f"{firm.name}（现场扫码）", roles=frozenset({"enterprise"}), enterprise=firm.pk, channel="code", place=place)


def _seat_of(actor: Actor, visit: Visit, seat_id: int | None) -> list[Any]:
    seats = visit.officers.filter(left_at=None)
    return list(seats.filter(pk=seat_id) if seat_id else seats)


# --- before arrival ---


@enforces("327-08-2")
def announce(actor: Actor, visit: Visit) -> Receipt:
    """预告: an officer on the visit lets the enterprise know subject and time before arrival.

    Nobody is told unless an officer does this; then the accounts of that enterprise alone.
    """
    with transaction.atomic():
        visit = lock(visit)
        if not on_visit(actor, visit) or visit.state != "to_enter":
            raise refuse("领取检查码后、入企以前，由本次检查的检查人员预告。", Remedy("查看本次检查", "visit-detail", (("number", visit.number),)),
                         ids=("327-17-2",))
        if visit.announced_at:
            raise refuse(f"已于 {timezone.localtime(visit.announced_at):%H:%M} 预告，无需重复。", Remedy("按预告的时间到场"), ids=("327-08-2",))
        with ledger.act("visit.announced", actor, about=visit, duties=("327-08-2",)) as act:
            visit.announced_at = timezone.now()
            visit.save()
    return act.receipt


# --- certificates ---


@enforces("327-18-2")
def show_certificate(actor: Actor, visit: Visit, seat_id: int | None = None) -> Receipt:
    """展示证件: an officer on the visit shows the certificates of all of them (or of one); kept for each with the time."""
    with transaction.atomic():
        visit = lock(visit)
        if not on_visit(actor, visit) or visit.state not in IN_HAND:
            raise refuse("只有本次检查的检查人员在现场展示证件。", Remedy("打开本次检查"), ids=("327-18-2",))
        with ledger.act("visit.certificates_shown", actor, about=visit, duties=("327-18-2",)) as act:
            for seat in _seat_of(actor, visit, seat_id):
                seat.shown_at = timezone.now()
                seat.save()
    return act.receipt


@enforces("327-18-2")
def answer_seen(actor: Actor, visit: Visit, seen: Mapping[int, str]) -> Receipt | None:
    """The enterprise's answer, officer by officer (seat id → yes or no): 已出示 or 未出示. A no is kept as a report and
    the certificate has to be shown again."""
    if not seen:
        return None
    with transaction.atomic():
        if not firm_of_visit(actor, visit):
            raise refuse("由被检查企业回答是否出示证件。", Remedy("请企业扫码后回答"), ids=("327-18-2",))
        in_state(Visit.objects.get(pk=visit.pk), IN_HAND, "再回答是否出示证件", "327-18-2")
        with ledger.act("visit.certificates_seen", actor, about=visit, duties=("327-18-2",)) as act:
            for seat in visit.officers.filter(left_at=None, pk__in=list(seen)):
                seat.seen = "yes" if seen[seat.pk] == "yes" else "no"
                if seat.seen == "no":
                    seat.shown_at = None
                    Report(visit=visit, kind="not_shown", text=seat.person.name, at=timezone.now()).save()
                else:
                    seat.shown_at = seat.shown_at or timezone.now()
                seat.save()
    return act.receipt


# --- arrival ---


def _used(visit: Visit) -> InspectionCode | None:
    code = codes.current(visit.number)
    return code if code is not None and code.state == "used" else None


def _again(actor: Actor, visit: Visit, code: InspectionCode, now: datetime) -> Arrival:
    """A used code scanned once more: nothing, or on another day of the window the scan that lets the visit go on."""
    today = timezone.localdate(now)
    resumes = visit.state == "broken_off" and visit.scanned_at and timezone.localdate(visit.scanned_at) != today
    if not (resumes and code.window_start <= now <= code.window_end):
        return Arrival(False, visit.scanned_at or code.used_at)
    if codes.content_digest(content_of(visit)) != code.digest:
        way = Remedy("申请调整时间", "visit-reschedule", (("number", visit.number),))
        raise refuse("检查人员已经变更，原检查码不能再用。", way, ids=("HR-17-5",))
    with ledger.act("visit.scanned_again", actor, about=visit, duties=("327-17-4",)) as act:
        visit.scanned_at = now
        visit.save()
    return Arrival(True, now, act.receipt)


@enforces("327-17-4", "HR-15-8")
def _arrive(actor: Actor, visit: Visit, way: str, now: datetime, **said: Any) -> Arrival:
    """Redeem the code, use the places under the caps and take the step, or answer calmly that it was done before."""
    known = facts.of(visit, now=now, way=way, **said)
    used = _used(visit)
    if used is not None and visit.state != "to_enter":
        wrong = same_subject(known) + (scanned_live(known) if visit.state == "broken_off" else ())
        if wrong:
            raise Refused(wrong)
        return _again(actor, visit, used, now)
    check("arrive", known)
    counters.ask_again(actor, visit, timezone.localdate(now))
    code = codes.current(visit.number)
    if not codes.redeem(code, way, now):
        code.refresh_from_db()
        if code.state == "used":
            return Arrival(False, code.used_at)
        check("arrive", known.for_(code_state=codes.state_now(code, now)))
    receipt = VISIT.take(
        "arrive", visit, actor, known, also=[code, *counters.use(visit, timezone.localdate(now))],
        arrived_at=visit.arrived_at or now, scanned_at=now, arrived_place=actor.place[:40],
    )
    begin_recheck(visit)
    return Arrival(True, now, receipt)


@enforces("HR-17-3")
def confirm_by_enterprise(
    actor: Actor, visit: Visit, *, rotating: str, seen: Mapping[int, str] | None = None, place: str = "", now: datetime | None = None,
) -> Arrival:
    """确认人员到场 (way one): the enterprise scanned a live code and says whether certificates were shown.

    ``rotating`` is the changing part of the QR; without the one shown now the code can be read, not confirmed.
    """
    now = now or timezone.now()
    actor = changed(actor, place=place or actor.place)
    with transaction.atomic():
        visit = lock(visit)
        code = codes.current(visit.number)
        live = code is not None and codes.rotating_ok(code, rotating, now)
        if not firm_of_visit(actor, visit):
            raise refuse("由被检查企业确认人员到场。", Remedy("请企业扫描检查码"), ids=("327-17-4",))
        done = _arrive(actor, visit, "enterprise", now, live=live)
        if done.first:
            answer_seen(actor, visit, seen or {})
    return done


def find_uscc(scanned: str) -> str:
    """The credit code inside what a QR holds (a firm's own code, a licence's address), or the text itself."""
    plain = uscc.compact(scanned)
    if len(plain) == uscc.LENGTH:
        return plain
    found = [m for m in re.findall(r"[0-9A-HJ-NPQRTUWXY]{18}", scanned.upper()) if uscc.check(m).valid]
    return found[0] if found else plain[:40]


def scan_by_officer(actor: Actor, visit: Visit, scanned: str, *, now: datetime | None = None) -> Arrival:
    """扫企业码 (way two): the officer scans the firm's QR or licence while the code is shown."""
    return _officer_way(actor, visit, "officer", find_uscc(scanned), now)


def type_uscc(actor: Actor, visit: Visit, typed: str, *, now: datetime | None = None) -> Arrival:
    """录入信用代码 (way two by hand)."""
    return _officer_way(actor, visit, "typed", uscc.compact(typed), now)


@enforces("HR-17-3")
def _officer_way(actor: Actor, visit: Visit, way: str, found: str, now: datetime | None) -> Arrival:
    now = now or timezone.now()
    with transaction.atomic():
        visit = lock(visit)
        if not on_visit(actor, visit):
            raise refuse("只有本次检查的检查人员可以扫码登记。", Remedy("请由检查人员办理"), ids=("327-17-4",))
        name = Enterprise.objects.filter(uscc=found).values_list("name", flat=True).first() or ""
        done = _arrive(actor, visit, way, now, found_uscc=found, found_name=name)
        waiting = list(visit.reports.filter(kind="mismatch", cleared_at=None))
        if waiting:
            clear(actor, visit, waiting, "已由检查人员扫企业码核实")
    return done


@enforces("327-17-4", "HR-17-4")
def arrive_offline(
    actor: Actor, visit: Visit, *, reason: str, device_at: datetime | None, photo: StoredFile | None, now: datetime | None = None,
) -> Arrival:
    """无网络登记: a provisional entry by the device's own time, redeemed when the phone is back; the supervisor looks."""
    now = now or timezone.now()
    actor = changed(actor, device_time=device_at)
    with transaction.atomic():
        visit = lock(visit)
        known = facts.of(
            visit, now=now, way="offline", reason=reason, device_at=device_at, photo=photo is not None and photo.matter == visit.number,
        )
        used = _used(visit)
        if used is not None and visit.state != "to_enter" and on_visit(actor, visit):
            return Arrival(False, used.used_at)
        check("arrive_offline", known)
        code = codes.current(visit.number)
        if not codes.redeem(code, "offline", now, device_at=device_at):
            raise refuse("检查码已使用或者已撤销。", Remedy("刷新页面，查看最新状态"), ids=("327-17-4",))
        receipt = VISIT.take(
            "arrive_offline", visit, actor, known, opinion=reason, also=[code, *counters.use(visit, timezone.localdate(device_at))],
            arrived_at=visit.arrived_at or device_at, scanned_at=device_at, offline_reason=reason[:100], offline_device_at=device_at,
            offline_synced_at=now, offline_checked_at=None, offline_verdict="", arrived_place=(photo.place or actor.place)[:40],
        )
        begin_recheck(visit)
    return Arrival(True, device_at, receipt)


# --- notice ---


@enforces("327-17-3", "327-18-3")
def issue_notice(actor: Actor, visit: Visit) -> Paper:
    """出具通知书: numbered, with people, items, basis, rights and duties, and a claim code for an enterprise without an
    account. A second call gives the same paper; after a new code another is issued in its place, as people or time
    have changed, and one that nobody received is void."""

    def work() -> Paper:
        with transaction.atomic():
            fresh = lock(visit)
            kept = facts.notice_of(fresh)
            if kept is not None:
                return kept
            before = record_facts.notice(fresh)
            if not on_visit(actor, fresh) or fresh.state not in IN_HAND:
                raise refuse("领取检查码后，由本次检查的检查人员出具通知书。", Remedy("领取检查码"), ids=("327-17-3",))
            batch = paper.Batch(actor, body=fresh.body, matter_kind="visit", matter=fresh.number, demo=fresh.demo)
            claim = ""
            if not fresh.enterprise.seats.exists():
                claim = enterprises.make_claim_code(fresh.enterprise, batch.number("notice"), actor)
            batch.add("notice", sheets.notice(fresh, claim_code=claim), replaces=before)
            if before is not None and delivery.undelivered([before]):
                paper.void(before, actor, "检查人员或者时间变更，重新出具")
            with ledger.act("visit.notice", actor, about=fresh, duties=("327-17-3", "327-18-3"), opinion=batch.number("notice")):
                pass
            return batch.settle()[0]

    return paper.attempt(work)


# --- start and what goes wrong ---


def start(actor: Actor, visit: Visit, *, now: datetime | None = None) -> Receipt:
    """开始检查: after the scan, certificates, notice; all that is missing at once."""
    now = now or timezone.now()
    with transaction.atomic():
        visit = lock(visit)
        return VISIT.take("start", visit, actor, facts.of(visit, now=now), started_at=visit.started_at or now)


def take_over_lead(actor: Actor, visit: Visit, why: str = "") -> Receipt:
    """接续主办: an officer on the visit becomes lead, e.g. when the lead's phone is dead."""
    with transaction.atomic():
        visit = lock(visit)
        if not on_visit(actor, visit):
            raise refuse("只有本次检查的检查人员可以接续主办。", Remedy("请由检查人员办理"), ids=("327-18-1",))
        in_state(visit, ("to_code", *IN_HAND), "接续主办", "327-18-1")
        if visit.signatures.exists():
            raise refuse("笔录已经签名，不能再更换主办；协办人员同样可以办理后续步骤。", Remedy("直接办理"), ids=("327-18-4",))
        with ledger.act("visit.lead_taken", actor, about=visit, opinion=why, duties=("327-08-2",)) as act:
            for seat in visit.officers.filter(left_at=None):
                seat.role = "lead" if seat.person_id == actor.person else "assist"
                seat.save()
    return act.receipt


@enforces("HR-15-8", "327-08-2")
def not_done(
    actor: Actor, visit: Visit, why: str, note: str, *, photo: StoredFile | None = None, now: datetime | None = None,
) -> Receipt:
    """未实施: closed, moved, missing, refused, wrong or illness. Where nobody was inspected the place is given back."""
    now = now or timezone.now()
    with transaction.atomic():
        visit = lock(visit)
        seen = photo is not None and photo.matter == visit.number
        known = facts.of(visit, now=now, why=why, reason=note, photo=seen)
        also: list[Any] = []
        if why in NOBODY_THERE:
            also = [*counters.release(visit), *codes.revoke_all(visit.number, "未实施", now)]
        return VISIT.take(
            "not_done", visit, actor, known, opinion=note, also=also, not_done_why=why, not_done_note=note[:300], ended_at=now,
        )


def resume_refused(actor: Actor, visit: Visit) -> Receipt:
    """企业改变意见，继续: back to where the refusal came, inside the window."""
    with transaction.atomic():
        visit = lock(visit)
        step = "resume_refused" if visit.scanned_at else "resume_at_door"
        receipt = VISIT.take(step, visit, actor, facts.of(visit), not_done_why="", ended_at=None)
        if visit.scanned_at:
            begin_recheck(visit)
        return receipt


def resume(actor: Actor, visit: Visit, *, now: datetime | None = None) -> Receipt:
    """继续检查, on another day only after the code was scanned again. What was broken off before it started goes back to
    the door."""
    with transaction.atomic():
        visit = lock(visit)
        step = "resume" if visit.started_at else "resume_arrived"
        return VISIT.take(step, visit, actor, facts.of(visit, now=now))


@enforces("327-06-1", "HR-15-8")
def revoke(actor: Actor, visit: Visit, reason: str) -> Receipt:
    """撤销检查 by the judicial office or the superior department, with reason; code revoked, places given
    back unless the inspection had begun."""
    with transaction.atomic():
        visit = lock(visit)
        also = [*codes.revoke_all(visit.number, reason or "已撤销"), *counters.release(visit)]
        return VISIT.take("revoke", visit, actor, facts.of(visit, reason=reason), opinion=reason, also=also, stopped_why=reason[:300])

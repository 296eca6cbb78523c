"""What the end of a visit rests on: findings, signatures, papers, deliveries, orders, and holes in its chain of acts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from jiangcheng.inspection.visits import matters  # noqa: F401  (registers visits as matters of papers)
from jiangcheng.inspection.visits.facts import record
from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.inspection.visits.rules.orders import OrderFacts
from jiangcheng.inspection.visits.rules.outcome import (
    ArchiveFacts,
    CloseFacts,
    FinishFacts,
    OrderDraft,
    OrderStand,
    TellFacts,
)
from jiangcheng.kernel import calendar, ledger, parameters
from jiangcheng.kernel.models import Leaf
from jiangcheng.papers import delivery, issue
from jiangcheng.papers.models import Delivery, Paper, StoredFile

DROPPED = ("revoked", "lapsed", "not_done")
ENDED = ("to_tell", "told", "following", "closed", "archived")
TO_FIRM = ("record", "stop", "correct", "result")
"""Papers of the end of a visit that the enterprise gets."""
FOR_FIRM = ("notice", *TO_FIRM, "amendment")
"""All papers that are delivered to the enterprise."""


def needs_notice(visit: Visit) -> bool:
    """On-site daily and special visits have a notice; case visits too while HR-17-2 says so."""
    return visit.manner == "onsite" and (visit.kind != "case" or bool(parameters.value("HR-17-2")))


def papers_of(visit: Visit, *kinds: str) -> list[Paper]:
    """Papers of the visit that are not void, oldest first."""
    found = Paper.objects.filter(matter_kind="visit", matter=visit.number, void_reason="")
    return list((found.filter(kind__in=kinds) if kinds else found).order_by("id").prefetch_related("deliveries"))


def notice_receipted(visit: Visit) -> bool:
    """Was the notice (the newest, where people or time changed) received, or refused on record?"""
    found = papers_of(visit, "notice")
    return bool(found) and not delivery.undelivered(found[-1:])


def drafts(orders: Iterable[dict[str, Any]]) -> tuple[OrderDraft, ...]:
    """Orders as a form sends them."""
    made = []
    for o in orders:
        points = tuple((p.get("fact", ""), p.get("ground", ""), p.get("todo", "")) for p in o.get("points", ()))
        made.append(OrderDraft(
            o["kind"], points, o.get("due"), o.get("law_term", ""), o.get("term_reason", ""), o.get("presence_law", "")
        ))  # fmt: skip
    return tuple(made)


def finish(visit: Visit, outcomes: Iterable[str], orders: Iterable[dict[str, Any]] = (), guidance: str = "") -> FinishFacts:
    """Facts of a visit about to end."""
    found = record.lines(visit)
    given = [x for x in found if x.answer]
    signed = record.signatures(visit)
    officers = record.current_officers(visit)
    people = {s.person_id for s in signed if s.kind == "officer"}
    return FinishFacts(
        number=visit.number, today=calendar.today(), onsite=visit.manner == "onsite", needs_notice=needs_notice(visit),
        questions=len(found), unanswered=record.unanswered(found),
        wordless=tuple(x.word for x in given if x.answer.verdict == "problem" and not x.answer.text.strip()),
        lawless=tuple(x.word for x in given if x.answer.method == "other" and not x.answer.method_law.strip()),
        problems=sum(x.answer.verdict == "problem" for x in given),
        firm_signed=any(s.kind == "enterprise" for s in signed),
        officers_missing=tuple(o.person.name for o in officers if o.person_id not in people),
        recusal_open=visit.recusals.filter(decided_at=None).exists(),
        notice_issued=record.notice(visit) is not None, notice_receipted=notice_receipted(visit),
        outcomes=tuple(outcomes), orders=drafts(orders), proposed_days=proposed_days(), guidance=guidance,
        begun=visit.started_at is not None,
    )  # fmt: skip


def proposed_days() -> int:
    """Natural days proposed for a correction when no statute sets a term (HR-20-1)."""
    return int(parameters.value("HR-20-1"))


def tell(visit: Visit, sent: Iterable[Paper]) -> TellFacts:
    """Facts of the result about to be told."""
    mine = papers_of(visit, *TO_FIRM)
    carried = {p.pk for p in sent}
    not_sent = tuple(issue.TITLES[p.kind] for p in delivery.undelivered(mine) if p.pk not in carried)
    return TellFacts(visit.number, any(p.kind == "result" for p in mine), not_sent)


# --- orders --------------------------------------------------------------------------------------------------------


def live_followups(order: Order) -> list[Visit]:
    """Follow-up visits of an order that took place or may still: not dropped, lapsed or not done (closed or not)."""
    return list(order.followups.exclude(state__in=DROPPED).filter(not_done_why="").order_by("id"))


def found_by(visit: Visit) -> str:
    """What a follow-up visit found about its order: clean, problem, or nothing yet."""
    if visit.state not in (*ENDED, "inspecting", "broken_off"):
        return ""
    verdicts = set(visit.answers.values_list("verdict", flat=True))
    return "problem" if "problem" in verdicts else "clean" if verdicts else ""


def further_step(order: Order) -> str:
    """A lawful step on record for a violation that stands: a new order, or the case number of the hand-over."""
    for visit in live_followups(order):
        if visit.state not in ENDED or found_by(visit) != "problem":
            continue
        newer = visit.orders.order_by("id").first()
        if newer:
            return newer.number
        if "punish" in visit.outcome_list and visit.case_number:
            return visit.case_number
    own = order.visit
    return own.case_number if "punish" in own.outcome_list and order.state == "overdue" else ""


def order(order: Order, *, besides: Visit | None = None, **more: Any) -> OrderFacts:
    """Facts of an order and of what is about to be done with it; ``besides`` is the follow-up visit that asks."""
    followups = [v for v in live_followups(order) if besides is None or v.pk != besides.pk]
    live = any(v.state not in ENDED for v in followups)
    base: dict[str, Any] = {"text": order.submission, "files": order.submission_files.count()}
    return OrderFacts(
        number=order.number, kind=order.kind, state=order.state, today=calendar.today(), due=order.due,
        asked=order.extension_asked, round=order.round, followups=len(followups), live_followup=live,
        visit_state=order.visit.state, **(base | more),
    )  # fmt: skip


# --- close ---------------------------------------------------------------------------------------------------------


def told_days(visit: Visit, today: date | None = None) -> int:
    """Working days since the end of a visit (HR-18-1)."""
    if visit.ended_at is None:
        return 0
    return calendar.working_days_between(timezone.localtime(visit.ended_at).date(), today or calendar.today())


def close(visit: Visit) -> CloseFacts:
    """Facts of a visit about to be closed."""
    mine = papers_of(visit, *TO_FIRM)
    stands = tuple(OrderStand(o.number, o.kind, o.state, further_step(o)) for o in visit.orders.order_by("id"))
    started = visit.started_at is not None
    return CloseFacts(
        number=visit.number, not_done=visit.state == "not_done",
        not_done_why=f"{visit.not_done_why} {visit.not_done_note}".strip(),
        needs_notice=started and needs_notice(visit) and visit.state != "not_done", notice_settled=notice_receipted(visit),
        result_delivered=any(p.kind == "result" for p in mine) and not delivery.undelivered(mine),
        days=told_days(visit), limit=int(parameters.value("HR-18-1")), orders=stands, guidance=visit.guidance,
        punish="punish" in visit.outcome_list, case_number=visit.case_number,
        order_answered=visit.order_id is None or visit.order.visit.state == "revoked" or visit.order.state != "rechecking",
    )  # fmt: skip


# --- archive -------------------------------------------------------------------------------------------------------


def papers_due(visit: Visit) -> list[str]:
    """Kinds of paper that the course of the visit called for."""
    done = bool(visit.outcomes)
    due = []
    if visit.approved_at:
        due.append("approval")
    if visit.started_at and needs_notice(visit):
        due.append("notice")
    if done:
        due += ["record", "result", *(k for k in ("stop", "correct") if k in visit.outcome_list)]
        due += ["transfer"] if "punish" in visit.outcome_list else []
        due.append("delivery")
    return due


def files_of(visit: Visit) -> list[StoredFile]:
    """Photos, signatures, proofs and submitted material of the visit, oldest first."""
    return list(StoredFile.objects.filter(matter=visit.number).order_by("id"))


def altered(visit: Visit) -> list[str]:
    """Papers and files of the visit whose bytes no longer fit their digests."""
    wrong = [p.number for p in papers_of(visit) if not issue.intact(p)]
    return wrong + [f.name for f in files_of(visit) if not issue.files.intact(f.sha256)]


def archive(visit: Visit) -> ArchiveFacts:
    """Facts of a closed visit about to be archived."""
    have = {p.kind for p in papers_of(visit)}
    missing = tuple(issue.TITLES[k] for k in papers_due(visit) if k not in have)
    return ArchiveFacts(visit.number, missing, tuple(altered(visit)), tuple(holes(visit)))


_STAGES = (
    (("visit.submit",), "提交审批", lambda v: v.approved_at),
    (("visit.approve",), "负责人批准", lambda v: v.approved_at),
    (("visit.issue", "visit.reissue"), "领取检查码", lambda v: v.arrived_at and v.manner == "onsite"),
    (("visit.arrive", "visit.arrive_offline"), "扫码入企", lambda v: v.arrived_at and v.manner == "onsite"),
    (("visit.start",), "开始检查", lambda v: v.started_at),
    (("visit.finish",), "结束检查", lambda v: v.outcomes),
    (("visit.tell",), "告知结果", lambda v: v.told_at),
    (("visit.close",), "办结", lambda v: v.closed_at),
)


def _act_holes(visit: Visit, acts: list[str]) -> list[str]:
    return [f"缺少“{word}”的记录" for names, word, reached in _STAGES if reached(visit) and not set(names) & set(acts)]


def _order_holes(acts: list[str]) -> list[str]:
    """Acts whose first record comes before the act that must precede it."""
    first = {name: acts.index(name) for name in acts}
    found = []
    for (earlier, word, _), (later, next_word, _) in itertools.pairwise(_STAGES):
        a = [first[n] for n in earlier if n in first]
        b = [first[n] for n in later if n in first]
        if a and b and min(b) < min(a):
            found.append(f"“{next_word}”的记录在“{word}”之前")
    return found


@ledger.enforces("327-08-2")
def holes(visit: Visit) -> list[str]:
    """Where the whole-process record of a visit has a hole: a stage reached without its act, acts out of order, a
    change of state without record, an answer or paper that no act accounts for. Empty when the chain is whole."""
    acts = [leaf.act for leaf in ledger.history(visit)]
    found = _act_holes(visit, acts) + _order_holes(acts) + ledger.holes(visit)
    for rows, word in ((visit.answers.all(), "检查情况"), (visit.signatures.all(), "签名"), (visit.orders.all(), "责令文书"),
                       (Paper.objects.filter(matter=visit.number), "文书"), (delivery.of(visit.number), "送达")):  # fmt: skip
        known = _recorded(rows)
        found += [f"{word}“{row}”没有办理记录" for row in rows if str(row.pk) not in known]
    return found


def _recorded(rows: Any) -> set[str]:
    label, keys = rows.model._meta.label, [str(k) for k in rows.values_list("pk", flat=True)]
    return set(Leaf.objects.filter(subject_kind=label, subject_id__in=keys).values_list("subject_id", flat=True))


def leaves(visit: Visit) -> list[Leaf]:
    """Every leaf about the visit, its answers, signatures, orders, papers, deliveries, files and people."""
    wanted = Q(subject_kind=Visit._meta.label, subject_id=str(visit.pk))
    sets = (
        visit.answers, visit.signatures, visit.orders, visit.officers, visit.items, visit.recusals, visit.reports,
        visit.cap_uses, Paper.objects.filter(matter=visit.number), Delivery.objects.filter(matter=visit.number),
        StoredFile.objects.filter(matter=visit.number),
    )  # fmt: skip
    for rows in sets:
        keys = [str(k) for k in rows.values_list("pk", flat=True)]
        if keys:
            wanted |= Q(subject_kind=rows.model._meta.label, subject_id__in=keys)
    return list(Leaf.objects.filter(wanted).order_by("id"))

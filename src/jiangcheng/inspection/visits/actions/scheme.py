"""Before the door: submit, approve, code, changes. One function a verb; drafting and the timed steps stand beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import counters, sheets
from jiangcheng.inspection.visits.actions.drafting import (
    EDITABLE,
    FIELDS,
    STEPS,
    declare,
    draft,
    pick,
    save_scheme,
    seat_officer,
    set_officers,
)
from jiangcheng.inspection.visits.actions.shared import RELATED, check, lock, ready, refuse
from jiangcheng.inspection.visits.actions.timed import lapse_due, revoke_withdrawn_rows
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import ledger, sequencer
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import Remedy, enforces
from jiangcheng.papers import codes
from jiangcheng.papers import issue as paper
from jiangcheng.papers.models import InspectionCode

__all__ = [
    "EDITABLE", "FIELDS", "OPINION", "STEPS", "approve", "content_of", "declare", "draft", "drop", "issue_code", "lapse_due", "pick",
    "replace_officer", "reschedule", "return_", "revoke_withdrawn_rows", "save_scheme", "set_officers", "submit", "withdraw",
]

OPINION = "拟按所附检查方案实施现场检查，请审批。"


# --- approval ---


def submit(actor: Actor, visit: Visit, opinion: str = OPINION) -> Receipt:
    """提交审批: the scheme goes to the head when nothing is missing. A window that has passed cannot be planned."""
    opinion = opinion.strip() or OPINION
    with transaction.atomic():
        visit = lock(visit)
        if visit.window_end and visit.window_end <= timezone.now():
            way = Remedy("改选检查时间", "visit-scheme", (("number", visit.number),))
            raise refuse("检查时间已经过去，不能再安排。", way, ids=("327-17-1",), field="window")
        return VISIT.take("submit", visit, actor, facts.of(visit), opinion=opinion)


def withdraw(actor: Actor, visit: Visit) -> Receipt:
    """撤回, until the head has acted. A visit that had begun goes back to 中止检查: what was found there waits for its end."""
    with transaction.atomic():
        visit = lock(visit)
        if visit.started_at is None:
            return VISIT.take("withdraw", visit, actor, facts.of(visit))
        also = [*codes.revoke_all(visit.number, "撤回改期"), *counters.give_back(visit)]
        return VISIT.take("fall_back", visit, actor, facts.of(visit), also=also)


@enforces("327-17-1", "327-21-1")
def approve(actor: Actor, visit: Visit, opinion: str = "同意。") -> Receipt:
    """批准: the head approves the scheme; 行政检查审批表 is issued in the same transaction."""
    opinion = opinion.strip() or "同意。"

    def work() -> Receipt:
        fresh = Visit.objects.select_related(*RELATED).get(pk=visit.pk)
        known = facts.of(fresh, actor=actor, reason=opinion)
        ready("approve", fresh, actor, known)
        seen = content_of(fresh) | {"window": [fresh.window_start, fresh.window_end], "steps": fresh.steps}
        batch = paper.Batch(actor, body=fresh.body, matter_kind="visit", matter=fresh.number, demo=fresh.demo)
        batch.add("approval", sheets.approval(fresh, known, actor, opinion))
        with transaction.atomic():
            held = lock(fresh)
            if content_of(held) | {"window": [held.window_start, held.window_end], "steps": held.steps} != seen:
                raise paper.Again(held.number)
            known = facts.of(held, actor=actor, reason=opinion)
            receipt = VISIT.take("approve", held, actor, known, opinion=opinion, approved_by_id=actor.person, approved_at=known.now)
            batch.settle()
        return receipt

    return paper.attempt(work)


def return_(actor: Actor, visit: Visit, opinion: str) -> Receipt:
    """退回修改, with the reason."""
    with transaction.atomic():
        visit = lock(visit)
        return VISIT.take("return", visit, actor, facts.of(visit, actor=actor, reason=opinion), opinion=opinion)


# --- code ---


@enforces("327-17-2", "327-15-1", "HR-15-8")
def issue_code(actor: Actor, visit: Visit) -> InspectionCode:
    """领取检查码: places under the caps are reserved, the code is signed; all in one transaction or nothing.

    A second call while the visit waits for the door gives a new code and revokes the one before.
    """
    with transaction.atomic():
        visit = lock(visit)
        known = facts.of(visit)
        step = "reissue" if visit.state == "to_enter" else "issue"
        check(step, known)
        with ledger.act("code.issue", actor, duties=("327-17-2", "327-15-1")) as act:
            for old in codes.revoke_all(visit.number, "重新领取检查码"):
                ledger.touch(old)
            counters.reserve(visit)
            code = codes.issue(
                visit=visit.number, body=visit.body, uscc=visit.enterprise.uscc, start=visit.window_start, end=visit.window_end,
                content=content_of(visit), late_anchored=sequencer.stalled(),
            )
            act.about = code
        VISIT.take(step, visit, actor, known)
    return code


def content_of(visit: Visit) -> dict[str, Any]:
    """What the code stands for: any change of it needs another code."""
    return {
        "visit": visit.number, "site": visit.site.address, "kind": visit.kind,
        "items": [[v.item_id, v.n, v.name] for v in facts.versions(visit)],
        "officers": sorted(o.certificate.number for o in facts.seats(visit)),
    }


def replace_officer(actor: Actor, visit: Visit, seat_id: int, person_id: int, opinion: str) -> Receipt:
    """更换人员 by the head: approves the change, revokes the old code, keeps the place under the cap. Who comes declares
    for himself before the new code.

    ``seat_id`` may also be the seat of an officer who had to stand aside and whose place is still empty.
    """
    with transaction.atomic():
        visit = lock(visit)
        old = next((s for s in facts.replaceable(visit) if s.pk == seat_id), None)
        if old is None or visit.officers.filter(person=person_id, left_at=None).exists():
            raise refuse("没有可以更换的人员，或者新人员已在本次检查中。", Remedy("另选人员"), ids=("327-18-1",), field="officers")
        with ledger.act("visit.officers", actor, about=old, opinion=opinion, duties=("327-18-1",)):
            old.left_at = old.left_at or timezone.now()
            old.save()
            led = visit.officers.filter(left_at=None, role="lead").exists()
            seat_officer(visit, person_id, "assist" if led else old.role)
        gone = codes.revoke_all(visit.number, "更换检查人员")
        known = facts.of(visit, actor=actor, reason=opinion)
        return VISIT.take(
            "replace_officer", visit, actor, known, opinion=opinion, also=gone, approved_by_id=actor.person, approved_at=known.now,
            scanned_at=None,
        )


def reschedule(actor: Actor, visit: Visit, start: datetime | None, end: datetime | None, reason: str) -> Receipt:
    """申请调整时间: a new window goes to the head; code revoked, places given back unless the inspection had begun."""
    with transaction.atomic():
        visit = lock(visit)
        visit.window_start, visit.window_end = start, end
        known = facts.of(visit, reason=reason)
        also = [*codes.revoke_all(visit.number, "调整检查时间"), *counters.release(visit)]
        return VISIT.take(
            "reschedule", visit, actor, known, opinion=reason, also=also, window_start=start, window_end=end, approved_by_id=None,
            approved_at=None, scanned_at=None, announced_at=None,
        )


def drop(actor: Actor, visit: Visit, why: str) -> Receipt:
    """撤销检查 before it begins, by an officer on it or the head, with reason; code revoked, places given back."""
    with transaction.atomic():
        visit = lock(visit)
        also = [*codes.revoke_all(visit.number, why or "检查已撤销"), *counters.release(visit)]
        return VISIT.take("drop", visit, actor, facts.of(visit, reason=why), opinion=why, also=also, stopped_why=why[:300])

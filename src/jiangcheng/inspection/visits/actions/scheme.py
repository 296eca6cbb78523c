"""Before the door: draft, people, submit, approve, code, changes. One function a verb."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.plans.models import PlanRow
from jiangcheng.inspection.visits import counters, draw, sheets
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Draw, Order, Visit, VisitItem, VisitOfficer
from jiangcheng.inspection.visits.seats import drafter_or_on_visit
from jiangcheng.kernel import calendar, ledger, sequencer
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.papers import codes
from jiangcheng.papers import issue as paper
from jiangcheng.papers.models import InspectionCode
from jiangcheng.parties import certificates
from jiangcheng.parties.models import Certificate, Site

EDITABLE = ("draft", "returned")
FIELDS = (
    "kind", "manner", "purpose", "window_start", "window_end", "minutes", "steps", "why_onsite", "risk", "helpers", "single_officer_law",
    "chosen", "pick_reason", "announced_at",
)
STEPS = "到场后出示执法证件和检查码；送达通知书，说明检查事项和依据；按检查表逐项检查；听取企业陈述；核对笔录并签名；告知结果。"
OPINION = "拟按所附检查方案实施现场检查，请审批。"


def refuse(sentence: str, *ways: Remedy, ids: tuple[str, ...] = (), field: str = "") -> Refused:
    """A refusal with one breach, for what no rule can ask."""
    return Refused([Breach(sentence, ways, field, ids)])


def lock(visit: Visit) -> Visit:
    """The visit as it is stored now. Call inside a transaction, before reading what decides."""
    fresh = Visit.objects.select_related("body__division", "body__principal", "enterprise", "site__division", "row__plan", "order", "draw")
    return fresh.get(pk=visit.pk)


def to_scheme(visit: Visit) -> Remedy:
    """The way to another window."""
    return Remedy("改选检查时间", "visit-scheme", (("number", visit.number),))


def check(step: str, visit: Visit, known: Any) -> None:
    """Raise all breaches of a step before work that would be in vain."""
    broken = VISIT.missing(step, known)
    if broken:
        raise Refused(broken)


# --- drafting ---


def number_for(body: Any, year: int) -> str:
    """The next visit number of a body: its word, the year, a serial of at least four digits."""
    start = f"{(body.word or 'JC')[:7]}{year}-"
    return f"{start}{next_number(f'visit:{start}'):04d}"


@enforces("327-17-1", "327-09-1", "327-16-1", "HR-20-2")
def draft(
    actor: Actor, *, row_id: int | None = None, order_id: int | None = None, site_id: int | None = None, draw_id: int | None = None,
    pick_reason: str = "", **fields: Any,
) -> Visit:
    """Begin a scheme: from a plan row (drawn, or picked with reason) or, as a follow-up, from an order.

    Without a site the next drawn enterprise of ``draw_id`` is taken; a follow-up goes to the site of its first visit.
    The drafter is put on as lead. ``fields`` are those of ``save_scheme``. Refused for another body's row or order.
    """
    if not actor.has("officer") or actor.body is None or actor.person is None:
        raise refuse("只有执法人员可以制作检查方案。", Remedy("请由执法人员制作"), ids=("327-17-1",))
    row = PlanRow.objects.select_related("plan__body", "item").filter(pk=row_id, plan__body=actor.body).first() if row_id else None
    order = Order.objects.select_related("visit__body").filter(pk=order_id, visit__body=actor.body).first() if order_id else None
    if (row_id and row is None) or (order_id and order is None) or not (row or order):
        raise refuse("没有找到本单位的这一计划行或者整改文书。", Remedy("选择计划行", "officer-scheme-new"), ids=("327-13-1",))
    drawn = Draw.objects.filter(pk=draw_id, body=actor.body, row=row).first() if draw_id else None
    site = _site(order, drawn, site_id)
    body = row.plan.body if row else order.visit.body
    with transaction.atomic():
        with ledger.act("visit.draft", actor, duties=("327-17-1",)) as act:
            visit = Visit(
                number=number_for(body, calendar.today().year), body=body, enterprise=site.enterprise, site=site, row=None if order else row,
                order=order, draw=drawn, drafted_by_id=actor.person, state="draft", demo=site.enterprise.demo or body.demo, steps=STEPS,
                pick_reason=pick_reason[:300], **_kind_of(row, order, drawn, pick_reason),
            )
            visit.save()
            act.about = visit
            _put_items(visit, _versions(row, order))
            _seat(visit, actor.person, "lead", declared=False)
        return save_scheme(actor, visit, **fields) if fields else visit


def _site(order: Order | None, drawn: Draw | None, site_id: int | None) -> Site:
    if site_id is None and order is not None:
        return order.visit.site
    if site_id is None and drawn is not None:
        left = draw.left(drawn)
        found = draw.site_of(drawn, left[0]) if left else None
    else:
        found = Site.objects.select_related("enterprise", "division").filter(pk=site_id).first()
    if found is None:
        raise refuse("没有可以安排的检查对象。", Remedy("抽取对象"), Remedy("指定对象（需理由）"), ids=("327-17-1",), field="site")
    return found


def _kind_of(row: PlanRow | None, order: Order | None, drawn: Draw | None, reason: str) -> dict[str, Any]:
    if order is not None:
        why = f"复查{order.number}载明的责令事项是否整改到位，需到现场核实。"
        return {"kind": "case", "purpose": "order", "chosen": "lead", "why_onsite": why[:300], "minutes": 30}
    chosen = "draw" if drawn else "full" if row.find == "full" and not reason else "picked"
    return {"kind": "daily", "chosen": chosen, "why_onsite": row.necessity[:300]}


def _versions(row: PlanRow | None, order: Order | None) -> list[ItemVersion]:
    if order is not None:
        ids = list(order.visit.items.order_by("id").values_list("version__item_id", flat=True))
    else:
        ids = [row.item_id] if row.item_id else []
    today = calendar.today()
    return [v for i in ids if (v := items.in_force(i, today) or ItemVersion.objects.filter(item=i).order_by("-n").first())]


def _put_items(visit: Visit, versions: list[ItemVersion]) -> None:
    for version in versions:
        VisitItem(visit=visit, version=version).save()


def _seat(visit: Visit, person: int, role: str, *, declared: bool) -> VisitOfficer:
    day = facts.day_of(visit)
    held = certificates.valid_certificate(person, visit.body_id, day)
    held = held or Certificate.objects.filter(person=person, body=visit.body_id).order_by("-valid_until").first()
    if held is None:
        raise refuse("该人员没有本单位的执法证件，不能作为检查人员；辅助人员另行填写。", Remedy("另选人员"), ids=("327-18-1",), field="officers")
    seat = VisitOfficer(
        visit=visit, person_id=person, certificate=held, role=role, recusal_declared_at=timezone.now() if declared else None,
    )
    seat.save()
    return seat


def _editable(actor: Actor, visit: Visit) -> None:
    if visit.state not in EDITABLE:
        raise refuse(f"“{visit}”现在是“{visit.state_word}”，不能修改检查方案。", Remedy("先撤回或者申请调整时间"), ids=("327-17-1",))
    if not drafter_or_on_visit(actor, visit):
        raise refuse("您没有修改这份检查方案的权限。", Remedy("请由起草人或者检查人员修改"), ids=("327-17-1",))


def save_scheme(actor: Actor, visit: Visit, *, site_id: int | None = None, item_ids: list[int] | None = None, **fields: Any) -> Visit:
    """Write fields of a scheme that is being drafted (``FIELDS``), its site, or its items (by item id)."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"no fields of a scheme: {sorted(unknown)}")
    with transaction.atomic():
        visit = lock(visit)
        _editable(actor, visit)
        with ledger.act("visit.scheme", actor, about=visit, duties=("327-17-1",)):
            for name, value in fields.items():
                setattr(visit, name, value)
            if site_id is not None and site_id != visit.site_id:
                visit.site = Site.objects.select_related("enterprise", "division").get(pk=site_id)
                visit.enterprise = visit.site.enterprise
            visit.save()
            if item_ids is not None:
                for one in visit.items.exclude(version__item__in=item_ids):
                    one.delete()
                have = set(visit.items.values_list("version__item_id", flat=True))
                found = items.in_force_many([i for i in item_ids if i not in have], facts.day_of(visit))
                _put_items(visit, list(found.values()))
    return visit


def set_officers(actor: Actor, visit: Visit, officers: list[tuple[int, str, bool]]) -> Visit:
    """Put people on a scheme: (person, ``lead`` or ``assist``, has declared that nothing calls for recusal)."""
    wanted = {person: (role, declared) for person, role, declared in officers}
    with transaction.atomic():
        visit = lock(visit)
        _editable(actor, visit)
        with ledger.act("visit.officers", actor, about=visit, duties=("327-18-1",)):
            for seat in visit.officers.filter(left_at=None):
                if seat.person_id not in wanted:
                    seat.left_at = timezone.now()
                else:
                    role, declared = wanted.pop(seat.person_id)
                    seat.role = role
                    seat.recusal_declared_at = (seat.recusal_declared_at or timezone.now()) if declared else None
                    fit = certificates.valid_certificate(seat.person_id, visit.body_id, facts.day_of(visit))
                    seat.certificate = fit or seat.certificate
                seat.save()
            for person, (role, declared) in wanted.items():
                _seat(visit, person, role, declared=declared)
    return visit


def declare(actor: Actor, visit: Visit) -> Visit:
    """The officer declares for himself that nothing calls for standing aside (任一状态，到场以前)."""
    with transaction.atomic(), ledger.act("visit.declared", actor, about=visit, duties=("HR-18-2",)):
        seat = visit.officers.filter(person=actor.person, left_at=None).first()
        if seat is None:
            raise refuse("您不是本次检查的检查人员。", Remedy("请由检查人员本人声明"), ids=("HR-18-2",))
        seat.recusal_declared_at = timezone.now()
        seat.save()
    return visit


def pick(actor: Actor, visit: Visit, site_id: int, reason: str) -> Visit:
    """Pick the subject with a reason instead of drawing it."""
    with transaction.atomic():
        visit = save_scheme(actor, visit, site_id=site_id, chosen="picked", pick_reason=reason[:300])
        with ledger.act("visit.picked", actor, about=visit, opinion=reason, duties=("327-17-1",)):
            visit.draw = None
            visit.save()
    return visit


# --- approval ---


def submit(actor: Actor, visit: Visit, opinion: str = OPINION) -> Receipt:
    """提交审批: the scheme goes to the head when nothing is missing. A window that has passed cannot be planned."""
    opinion = opinion.strip() or OPINION
    with transaction.atomic():
        visit = lock(visit)
        if visit.window_end and visit.window_end <= timezone.now():
            raise refuse("检查时间已经过去，不能再安排。", to_scheme(visit), ids=("327-17-1",), field="window")
        return VISIT.take("submit", visit, actor, facts.of(visit), opinion=opinion)


def withdraw(actor: Actor, visit: Visit) -> Receipt:
    """撤回, until the head has acted."""
    with transaction.atomic():
        return VISIT.take("withdraw", lock(visit), actor)


@enforces("327-17-1", "327-21-1")
def approve(actor: Actor, visit: Visit, opinion: str = "同意。") -> Receipt:
    """批准: the head approves the scheme; 行政检查审批表 is issued in the same transaction."""
    opinion = opinion.strip() or "同意。"

    def work() -> Receipt:
        fresh = lock(visit)
        known = facts.of(fresh, actor=actor, reason=opinion)
        check("approve", fresh, known)
        batch = paper.Batch(actor, body=fresh.body, matter_kind="visit", matter=fresh.number, demo=fresh.demo)
        batch.add("approval", sheets.approval(fresh, known, actor, opinion))
        with transaction.atomic():
            receipt = VISIT.take("approve", fresh, actor, known, opinion=opinion, approved_by_id=actor.person, approved_at=known.now)
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
        check(step, visit, known)
        with ledger.act("code.issue", actor, duties=("327-17-2", "327-15-1")) as act:
            for old in codes.revoke_all(visit.number, "重新领取检查码"):
                ledger.touch(old)
            counters.reserve(visit, known.day)
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
        "officers": [[o.certificate.number, o.role] for o in facts.seats(visit)],
    }


def replace_officer(
    actor: Actor, visit: Visit, seat_id: int, person_id: int, opinion: str, *, declared: bool = True,
) -> Receipt:
    """更换人员 by the head: approves the change, revokes the old code, keeps the place under the cap."""
    with transaction.atomic():
        visit = lock(visit)
        old = visit.officers.filter(pk=seat_id, left_at=None).first()
        if old is None or visit.officers.filter(person=person_id, left_at=None).exists():
            raise refuse("没有可以更换的人员，或者新人员已在本次检查中。", Remedy("另选人员"), ids=("327-18-1",), field="officers")
        with ledger.act("visit.officers", actor, about=old, opinion=opinion, duties=("327-18-1",)):
            old.left_at = timezone.now()
            old.save()
            _seat(visit, person_id, old.role, declared=declared)
        gone = codes.revoke_all(visit.number, "更换检查人员")
        known = facts.of(visit, actor=actor, reason=opinion)
        return VISIT.take(
            "replace_officer", visit, actor, known, opinion=opinion, also=gone, approved_by_id=actor.person, approved_at=known.now,
            scanned_at=None,
        )


def reschedule(actor: Actor, visit: Visit, start: datetime, end: datetime, reason: str) -> Receipt:
    """申请调整时间: a new window goes to the head; code revoked, reserved places given back."""
    with transaction.atomic():
        visit = lock(visit)
        visit.window_start, visit.window_end = start, end
        known = facts.of(visit, reason=reason)
        also = [*codes.revoke_all(visit.number, "调整检查时间"), *counters.give_back(visit)]
        return VISIT.take(
            "reschedule", visit, actor, known, opinion=reason, also=also, window_start=start, window_end=end, approved_by_id=None,
            approved_at=None, scanned_at=None,
        )


def _end(step: str, actor: Actor, visit: Visit, why: str, known: Any = None, **changes: Any) -> Receipt:
    also = [*codes.revoke_all(visit.number, why or "检查已撤销"), *counters.give_back(visit)]
    return VISIT.take(step, visit, actor, known, opinion=why, also=also, stopped_why=why[:300], **changes)


def drop(actor: Actor, visit: Visit, why: str) -> Receipt:
    """撤销检查 before the door, by an officer on it or the head, with reason; code revoked, places given back."""
    with transaction.atomic():
        visit = lock(visit)
        return _end("drop", actor, visit, why, facts.of(visit, reason=why))


# --- timed steps ---


@enforces("327-14-4", "HR-14-2", "HR-15-8")
def revoke_withdrawn_rows() -> list[Visit]:
    """Revoke visits before the door whose plan row was withdrawn: codes revoked, places given back. For the jobs."""
    done = []
    waiting = Visit.objects.filter(state__in=("draft", "returned", "to_approve", "to_code", "to_enter"), row__isnull=False)
    for visit in waiting.select_related("row__plan"):
        if not row_gone(visit):
            continue
        with transaction.atomic():
            visit = lock(visit)
            _end("row_withdrawn", SYSTEM, visit, f"计划第 {visit.row.n} 行已取消")
            done.append(visit)
    return done


def row_gone(visit: Visit) -> bool:
    """Was the plan row of the visit withdrawn, or dropped by an adjustment?"""
    row = visit.row
    if row is None:
        return False
    if row.withdrawn_at is not None:
        return True
    if visit.state in EDITABLE or row.plan.state not in ("filed", "published", "replaced"):
        return False
    return not facts.row_usable(visit, facts.day_of(visit))


@enforces("HR-15-8", "HR-17-5")
def lapse_due(now: datetime | None = None) -> list[Visit]:
    """Visits whose window ended unused become 过期未实施 and their reserved places are given back. For the jobs.

    One with a code waits as long as an entry without network may still be reported (HR-17-4). A refused visit that
    was never scanned gives its place back too.
    """
    now = now or timezone.now()
    late = Visit.objects.filter(window_end__lt=now)
    done = []
    for visit in late.filter(state__in=("to_approve", "to_code", "to_enter")):
        if visit.state == "to_enter" and facts.may_still_report(visit, now):
            continue
        with transaction.atomic():
            fresh = lock(visit)
            VISIT.take("lapse", fresh, SYSTEM, also=counters.give_back(fresh))
            done.append(fresh)
    for visit in late.filter(state__in=("not_done", "closed"), scanned_at=None, cap_uses__state="reserved").distinct():
        counters.settle_back(visit)
    return done

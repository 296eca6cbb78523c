"""Drafting a scheme: from a plan row or an order, its fields, its people, its subject. One function a verb."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.plans.models import PlanRow
from jiangcheng.inspection.visits import draw
from jiangcheng.inspection.visits.actions.shared import in_state, lock, refuse, require
from jiangcheng.inspection.visits.facts import outcome as order_facts
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import BEFORE_DOOR, ORDER
from jiangcheng.inspection.visits.models import Draw, Order, Visit, VisitItem, VisitOfficer
from jiangcheng.inspection.visits.seats import drafter_or_on_visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Remedy, enforces
from jiangcheng.parties import certificates
from jiangcheng.parties.models import Certificate, Site

EDITABLE = ("draft", "returned")
FIELDS = (
    "kind", "manner", "purpose", "window_start", "window_end", "minutes", "steps", "why_onsite", "risk", "helpers", "single_officer_law",
    "chosen", "pick_reason", "merge", "merge_note",
)
FIXED = ("kind", "manner", "purpose", "chosen", "pick_reason")
"""What a visit is about: fixed once its people were at the door, together with subject and items."""
STEPS = "到场后出示执法证件和检查码；送达通知书，说明检查事项和依据；按检查表逐项检查；听取企业陈述；核对笔录并签名；告知结果。"


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
    row, order = _ground(actor, row_id, order_id)
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
            seat_officer(visit, actor.person, "lead")
        return save_scheme(actor, visit, **fields) if fields else visit


def _ground(actor: Actor, row_id: int | None, order_id: int | None) -> tuple[PlanRow | None, Order | None]:
    """The plan row or order of the actor's own body that the visit stands on; an order only while it may be rechecked."""
    row = PlanRow.objects.select_related("plan__body", "item").filter(pk=row_id, plan__body=actor.body).first() if row_id else None
    order = Order.objects.select_related("visit__body").filter(pk=order_id, visit__body=actor.body).first() if order_id else None
    if (row_id and row is None) or (order_id and order is None) or not (row or order):
        raise refuse("没有找到本单位的这一计划行或者整改文书。", Remedy("选择计划行", "officer-scheme-new"), ids=("327-13-1",))
    if order is not None:
        require(ORDER.step("recheck").unless_broken, order_facts.order(order))
        _recheckable(order)
    return row, order


def _recheckable(order: Order) -> None:
    """A follow-up visit is arranged while the order is not fulfilled and none is under way."""
    if order.state not in ORDER.step("recheck").source:
        way = Remedy("查看责令事项", "officer-order", (("number", order.number),))
        raise refuse(f"责令事项{order.number}现在是“{order.state_word}”，不能安排复查。", way, ids=("327-20-5", "HR-20-2"))


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


def seat_officer(visit: Visit, person: int, role: str, *, declared: bool = False) -> VisitOfficer:
    """Put a person on the visit with the certificate that fits its day. Call inside ``ledger.act``."""
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


def _fixed(visit: Visit, site_id: int | None, item_ids: list[int] | None, fields: dict[str, Any]) -> None:
    """Refuse to turn a visit into another one once its people were at the door."""
    elsewhere = site_id is not None and site_id != visit.site_id
    have = set(visit.items.values_list("version__item_id", flat=True))
    other_items = item_ids is not None and set(item_ids) != have
    changed = elsewhere or other_items or any(fields.get(name, getattr(visit, name)) != getattr(visit, name) for name in FIXED)
    if visit.arrived_at is not None and changed:
        raise refuse(
            "检查人员已经到过现场，只能调整时间、人员和步骤，不能改变检查对象、类型或者事项。", Remedy("另行制作检查方案", "officer-scheme-new"),
            ids=("327-17-1", "327-17-2"), field="site",
        )


def save_scheme(actor: Actor, visit: Visit, *, site_id: int | None = None, item_ids: list[int] | None = None, **fields: Any) -> Visit:
    """Write fields of a scheme that is being drafted (``FIELDS``), its site, or its items (by item id)."""
    unknown = set(fields) - set(FIELDS)
    if unknown:
        raise TypeError(f"no fields of a scheme: {sorted(unknown)}")
    with transaction.atomic():
        visit = lock(visit)
        _editable(actor, visit)
        _fixed(visit, site_id, item_ids, fields)
        with ledger.act("visit.scheme", actor, about=visit, duties=("327-17-1",)):
            for name, value in fields.items():
                setattr(visit, name, value)
            if site_id is not None and site_id != visit.site_id:
                visit.site = Site.objects.select_related("enterprise", "division").get(pk=site_id)
                if visit.site.enterprise_id != visit.enterprise_id:
                    _declare_anew(visit)
                visit.enterprise = visit.site.enterprise
            visit.save()
            if item_ids is not None:
                for one in visit.items.exclude(version__item__in=item_ids):
                    one.delete()
                have = set(visit.items.values_list("version__item_id", flat=True))
                found = items.in_force_many([i for i in item_ids if i not in have], facts.day_of(visit))
                _put_items(visit, list(found.values()))
    return visit


def _declare_anew(visit: Visit) -> None:
    """What was declared of one enterprise says nothing of another."""
    for seat in visit.officers.filter(left_at=None, recusal_declared_at__isnull=False):
        seat.recusal_declared_at = None
        seat.save()


def set_officers(actor: Actor, visit: Visit, officers: list[tuple[int, str]], *, declared: bool = False) -> Visit:
    """Put people on a scheme: (person, ``lead`` or ``assist``). ``declared`` says that nothing calls for the actor himself
    to stand aside; colleagues declare for themselves (``declare``)."""
    wanted = dict(officers)
    with transaction.atomic():
        visit = lock(visit)
        _editable(actor, visit)
        with ledger.act("visit.officers", actor, about=visit, duties=("327-18-1",)):
            for seat in visit.officers.filter(left_at=None):
                if seat.person_id not in wanted:
                    seat.left_at = timezone.now()
                else:
                    seat.role = wanted.pop(seat.person_id)
                    if seat.person_id == actor.person:
                        seat.recusal_declared_at = (seat.recusal_declared_at or timezone.now()) if declared else None
                    fit = certificates.valid_certificate(seat.person_id, visit.body_id, facts.day_of(visit))
                    seat.certificate = fit or seat.certificate
                seat.save()
            for person, role in wanted.items():
                seat_officer(visit, person, role, declared=declared and person == actor.person)
    return visit


def declare(actor: Actor, visit: Visit) -> Visit:
    """The officer declares for himself that nothing calls for standing aside, at any time before the door."""
    with transaction.atomic():
        visit = lock(visit)
        in_state(visit, BEFORE_DOOR, "再作声明", "HR-18-2")
        with ledger.act("visit.declared", actor, about=visit, duties=("HR-18-2",)):
            seat = visit.officers.filter(person=actor.person, left_at=None).first()
            if seat is None:
                raise refuse("您不是本次检查的检查人员。", Remedy("请由检查人员本人声明"), ids=("HR-18-2",))
            seat.recusal_declared_at = timezone.now()
            seat.save()
    return visit


def pick(actor: Actor, visit: Visit, site_id: int, reason: str) -> Visit:
    """Pick the subject with a reason instead of drawing it."""
    with transaction.atomic():
        visit = save_scheme(actor, visit, site_id=site_id, chosen="picked", pick_reason=reason.strip()[:300])
        with ledger.act("visit.picked", actor, about=visit, opinion=reason, duties=("327-17-1",)):
            visit.draw = None
            visit.save()
    return visit

"""Acts on the register of visits that are no inspections: one function a verb."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.outside import rules, words
from jiangcheng.inspection.outside.flows import OUTING
from jiangcheng.inspection.outside.models import Outing
from jiangcheng.inspection.reach import queries as reach
from jiangcheng.inspection.reach.words import TIE_KINDS
from jiangcheng.inspection.visits.models import Order
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy, check_all, enforces
from jiangcheng.parties.models import Body, Enterprise

VERIFIES = tuple(slug for slug, _ in words.INSPECTING)


def facts(body: Body, enterprise: Enterprise, purpose: str, aim: str, people: str, start: datetime | None, end: datetime | None) -> rules.OutingFacts:
    """What the rules ask about a visit as it was entered."""
    kind = words.TIED.get(purpose, "")
    day = timezone.localdate(start) if start else calendar.today()
    tie = reach.tie_of(body.pk, enterprise.pk, day) if kind else None
    live = Order.objects.filter(visit__body=body, visit__enterprise=enterprise).exclude(state="corrected")
    return rules.OutingFacts(
        purpose, dict(words.PURPOSES).get(purpose, ""), purpose in dict(words.PURPOSES), purpose in VERIFIES, aim, people, start, end,
        enterprise.name, dict(TIE_KINDS).get(kind, ""), tie.document if tie and tie.kind == kind else "",
        tuple(live.exclude(visit__state__in=("closed", "archived", "revoked")).values_list("number", flat=True)[:5]),
    )


@enforces("327-04-2", "327-02-2", "327-40-05")
def register(
    actor: Actor, enterprise: Enterprise, *, purpose: str, aim: str, people: str, start: datetime | None, end: datetime | None,
    invited_by: str = "", demo: bool = False,
) -> Outing:
    """登记 a visit that is no inspection. Every purpose is offered; one that verifies is refused, as it makes an inspection."""
    if not actor.has("officer", "planner") or actor.body is None or actor.person is None:
        raise Refused([Breach("只有本单位的工作人员可以登记走访。", (Remedy("请由执法人员或者计划管理员登记"),), ids=("327-04-2",))])
    body = Body.objects.get(pk=actor.body)
    if broken := check_all(rules.REGISTER, facts(body, enterprise, purpose, aim, people, start, end)):
        raise Refused(broken)
    tie = reach.tie_of(body.pk, enterprise.pk, timezone.localdate(start)) if purpose in words.TIED else None
    year = calendar.today().year
    with transaction.atomic(), ledger.act("outside.register", actor, duties=("327-04-2", "327-02-2"), opinion=aim.strip()) as act:
        row = Outing(
            number=f"{(body.word or 'ZF')[:7]}走{year}-{next_number(f'outing:{body.pk}:{year}'):04d}", body=body, enterprise=enterprise,
            purpose=purpose, aim=aim.strip(), people=people.strip(), start=start, end=end, invited_by=invited_by.strip(), tie=tie,
            entered_by_id=actor.person, entered_at=timezone.now(), state="planned", demo=demo,
        )
        row.save()
        act.about = row
    return row


def finish(actor: Actor, row: Outing, note: str) -> Receipt:
    """填写走访情况: what was done, in words; nothing that only an inspection may find or order."""
    with transaction.atomic():
        return OUTING.take("finish", row, actor, rules.NoteFacts(note, row.tie_id is not None), opinion=note.strip(), note=note.strip())


def drop(actor: Actor, row: Outing, why: str) -> Receipt:
    """取消走访, with the reason."""
    with transaction.atomic():
        return OUTING.take("drop", row, actor, rules.NoteFacts(why, True), opinion=why.strip(), note=why.strip())

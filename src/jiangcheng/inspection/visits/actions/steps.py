"""Steps that other laws add to a visit (article 18, item 6): that one was done, by whom, with what."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.items import extra
from jiangcheng.inspection.items.models import ItemStep
from jiangcheng.inspection.visits.actions.shared import in_state, lock, refuse
from jiangcheng.inspection.visits.facts.extra import judged_day
from jiangcheng.inspection.visits.models import StepDone, Visit
from jiangcheng.inspection.visits.seats import drafter_or_on_visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Remedy, enforces

OPEN = (
    "draft", "returned", "to_approve", "to_code", "to_enter", "arrived", "inspecting", "broken_off", "to_tell", "told", "following", "not_done",
)


@enforces("327-18-6")
def due(visit: Visit) -> list[ItemStep]:
    """Steps that other laws add to the visit: by the day of its window, and by today."""
    items = list(visit.items.values_list("version__item_id", flat=True))
    found = {s.pk: s for day in (judged_day(visit), calendar.today()) for s in extra.steps_on(items, day)}
    return [found[k] for k in sorted(found)]


def table(visit: Visit) -> list[tuple[ItemStep, StepDone | None]]:
    """Steps that other laws add to the visit, each with how it was done, if it was."""
    done = {d.step_id: d for d in visit.steps_done.select_related("by")}
    return [(s, done.get(s.pk)) for s in due(visit)]


@enforces("327-18-6")
def step_done(actor: Actor, visit: Visit, step_id: int, note: str) -> StepDone:
    """登记已办理 of one step, by the drafter or an officer on the visit, in words; once."""
    note = note.strip()
    with transaction.atomic():
        visit = lock(visit)
        in_state(visit, OPEN, "登记程序要求", "327-18-6")
        step = next((s for s in due(visit) if s.pk == step_id), None)
        if step is None or visit.steps_done.filter(step=step_id).exists():
            raise refuse("没有这一项程序要求，或者已经登记过。", Remedy("刷新页面"), ids=("327-18-6",))
        if not drafter_or_on_visit(actor, visit):
            raise refuse("您不是本次检查的起草人或者检查人员。", Remedy("请由检查人员登记"), ids=("327-18-6",))
        if not note:
            raise refuse("没有写明办理情况。", Remedy("写明何时、怎样办理，凭证文号"), ids=("327-18-6",), field="note")
        with ledger.act("visit.step_done", actor, about=visit, duties=("327-18-6",), opinion=f"{step.text}：{note}"):
            row = StepDone(visit=visit, step=step, note=note[:300], by_id=actor.person, at=timezone.now())
            row.save()
    return row

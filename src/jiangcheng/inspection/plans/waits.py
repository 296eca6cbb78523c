"""What of plans and filings waits for whom, and what acts on them let other people know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from jiangcheng.inspection.plans import actions, lists, queries, seats
from jiangcheng.inspection.plans.flows import PLAN
from jiangcheng.inspection.plans.models import Filing, Plan
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties.models import Body
from jiangcheng.work import people
from jiangcheng.work.kinds import subject, waiting
from jiangcheng.work.notices import Tell, tells


def _open(actor: Actor) -> QuerySet[Plan]:
    return Plan.objects.filter(body=actor.body, state__in=queries.EDITABLE)


def _unpublished(actor: Actor) -> QuerySet[Plan]:
    return Plan.objects.filter(body=actor.body, state="filed")


def _unplanned(actor: Actor) -> QuerySet[Body]:
    """The body itself, while it has no plan of the year that is being made."""
    made = Plan.objects.filter(body=OuterRef("pk"), year=queries.year_in_the_making())
    return Body.objects.filter(~Exists(made), pk=actor.body)


def _outside(actor: Actor) -> QuerySet[Filing]:
    return lists.unfiled_outside(actor.body)


def _to_examine(actor: Actor) -> QuerySet[Filing]:
    return lists.waiting_for(actor.body, "judicial")


def _to_acknowledge(actor: Actor) -> QuerySet[Filing]:
    return lists.waiting_for(actor.body, "superior")


def _of_plan(plan: Plan) -> str:
    return f"{plan.body.name} {plan}"


def _of_filing(filing: Filing) -> str:
    return _of_plan(filing.plan)


def _coming(body: Body) -> str:
    return f"{queries.year_in_the_making()}年度日常检查计划尚未编制"


FILING = ("plan__body",)
waiting(
    "plan.open", Plan, "编制、补正计划", "planner", _open, search="body", page=("planner-plan", "year"),
    also=("body",), may=seats.planner_of_plan,
)
waiting(
    "plan.publish", Plan, "公示计划", "planner", _unpublished, since="filed_at", search="body",
    page=("planner-plan", "year"), also=("body",), may=seats.planner_of_plan,
)
waiting(
    "plan.begin", Body, "编制下一年度计划", "planner", _unplanned, title=_coming, page=("planner-plans", ""),
)
waiting(
    "plan.outside", Filing, "登记线下备案", "planner", _outside, title=_of_filing, since="received_at",
    search="plan__body", page=("planner-plan", "plan.year"), also=FILING, may=seats.planner_of_filing,
)
waiting(
    "filing.examine", Filing, "备案审查", "supervisor", _to_examine, title=_of_filing, since="received_at",
    search="plan__body", page=("supervisor-filing", "pk"), also=FILING, may=seats.office_of_filing,
)
waiting(
    "filing.acknowledge", Filing, "计划收悉", "superior", _to_acknowledge, title=_of_filing, since="received_at",
    search="plan__body", page=("superior-filing", "pk"), also=FILING, may=seats.office_of_filing,
)


def _holders(plan: Plan, role: str) -> list[int]:
    return people.accounts(role, body=plan.body.judicial_office_id if role == "supervisor" else plan.body_id)


HOLDER = {
    "drafting": ("planner", "计划管理员"), "to_mend": ("planner", "计划管理员"), "returned": ("planner", "计划管理员"),
    "submitted": ("supervisor", "司法行政部门"), "adjusting": ("supervisor", "司法行政部门"), "filed": ("planner", "计划管理员"),
}
subject(
    Plan, "检查计划", _of_plan, {"planner": ("planner-plan", "year"), "head": ("head-plan", "year")}, holder=HOLDER,
    holders=_holders, starts=("plans.start", "plans.adjust"), flow=PLAN,
    withdraw=lambda actor, plan: actions.withdraw(plan, actor), withdraw_step="withdraw", related=("body",),
    search="body",
)
subject(
    Filing, "计划备案", _of_filing,
    {"supervisor": ("supervisor-filing", "pk"), "superior": ("superior-filing", "pk")}, related=FILING,
    search="plan__body",
)


@tells("plan.submit", "plan.submit_adjusted")
def _submitted(plan: Plan, actor: Actor) -> Iterator[Tell]:
    said = f"{plan.body.name}报送了{plan}"
    if plan.body.judicial_office_id:
        yield Tell(people.accounts("supervisor", body=plan.body.judicial_office_id), "filing", f"{said}，待备案审查", "supervisor-filings")
    if plan.body.superior_id:
        yield Tell(people.accounts("superior", body=plan.body.superior_id), "filing", f"{said}，待收悉", "superior-home")


@tells("plan.file", "plan.return")
def _decided(plan: Plan, actor: Actor) -> Iterator[Tell]:
    said = "已退回补正" if plan.state == "returned" else "已准予备案，请公示"
    yield Tell(people.accounts("planner", body=plan.body_id), "filing", f"{plan}{said}", "planner-plan", [plan.year])


@tells("plans.remind")
def _reminded(body: Any, actor: Actor) -> Iterator[Tell]:
    accounts = [*people.accounts("planner", body=body.pk), *people.accounts("head", body=body.pk)]
    yield Tell(accounts, "remind", f"{actor.body_name}催办：年度日常检查计划尚未报送", "todo")

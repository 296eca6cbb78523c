"""Who may take a step on a plan or on one of its filings: predicates named in the flow tables."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.actor import Actor


def planner_of_plan(actor: Actor, record: Any) -> bool:
    """A planner (计划管理员) of the body whose plan it is."""
    return actor.has("planner") and record.body_id == actor.body


def judicial_of_plan(actor: Actor, record: Any) -> bool:
    """A supervisor of the same-level judicial office of the plan's body."""
    return actor.has("supervisor") and record.body.judicial_office_id == actor.body


def office_of_filing(actor: Actor, record: Any) -> bool:
    """Staff of the office to which this filing went: judicial supervisor, or superior department."""
    role = "supervisor" if record.office_kind == "judicial" else "superior"
    return actor.has(role) and record.office_id is not None and record.office_id == actor.body


def planner_of_filing(actor: Actor, record: Any) -> bool:
    """A planner of the body that filed."""
    return planner_of_plan(actor, record.plan)

"""Who may take a step on an item version: predicates of actor and record, named in the flow table."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy


def _body(record: Any) -> int:
    return record.body_id if hasattr(record, "body_id") else record.item.body_id


def planner_of_item(actor: Actor, record: Any) -> bool:
    """A planner (计划管理员) of the body whose item it is."""
    return actor.has("planner") and _body(record) == actor.body


def head_of_item(actor: Actor, record: Any) -> bool:
    """A head (单位负责人) of the body; publishing is not the drafter's own act (that is a rule)."""
    return actor.has("head") and _body(record) == actor.body


def may_draft(actor: Actor, body_id: int | None) -> None:
    """Refused unless the actor is a planner of that body, or the platform loading data."""
    if not (actor.has("planner") and body_id and actor.body == body_id) and not actor.has("system"):
        raise Refused([Breach("您没有编制该单位检查事项的权限。", (Remedy("请由该单位的计划管理员办理"),), ids=("327-07-1",))])

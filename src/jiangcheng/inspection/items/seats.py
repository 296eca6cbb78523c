"""Who may take a step on an item version: predicates of actor and record, named in the flow table."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.actor import Actor


def _body(record: Any) -> int:
    return record.body_id if hasattr(record, "body_id") else record.item.body_id


def planner_of_item(actor: Actor, record: Any) -> bool:
    """A planner (计划管理员) of the body whose item it is."""
    return actor.has("planner") and _body(record) == actor.body


def head_of_item(actor: Actor, record: Any) -> bool:
    """A head (单位负责人) of the body; publishing is not the drafter's own act (that is a rule)."""
    return actor.has("head") and _body(record) == actor.body

"""Tables of steps of a visit that is no inspection. Read this file first."""

from __future__ import annotations

from typing import Any

from jiangcheng.inspection.outside import rules
from jiangcheng.inspection.outside.words import STATES
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.flow import Flow, Step


def staff_of_body(actor: Actor, record: Any) -> bool:
    """Officers, planners and heads of the body that goes."""
    return actor.has("officer", "planner", "head") and record.body_id == actor.body


OUTING = Flow("outing", tuple(STATES), (
    Step("finish", ("planned",), "done", staff_of_body, "填写走访情况", rules.FINISH, ("327-04-2",)),
    Step("drop", ("planned",), "dropped", staff_of_body, "取消走访", rules.DROP, ("327-04-2",)),
))

"""Tables of steps of a provision that applies instead (从其规定). Read this file first."""

from __future__ import annotations

from typing import Any

from jiangcheng.inspection.reach import rules
from jiangcheng.inspection.reach.words import STATES
from jiangcheng.kernel import parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.flow import Flow, Step


def confirms(actor: Actor, record: Any) -> bool:
    """The judicial office named on the record; where house rule HR-02-1 leaves it to each body, that body's head."""
    if parameters.value("HR-02-1") == "confirmed-by-each-body" and record.body_id:
        return actor.has("head") and actor.body == record.body_id
    return actor.has("supervisor") and actor.body == record.office_id


EXCEPTION = Flow("exception", tuple(STATES), (
    Step("confirm", ("waiting",), "confirmed", confirms, "确认", rules.CONFIRM, ("327-02-3", "HR-02-1")),
    Step("refuse", ("waiting",), "refused", confirms, "不予确认", rules.REASONED, ("327-02-3", "HR-02-1")),
    Step("end", ("confirmed",), "ended", confirms, "停止适用", rules.REASONED, ("327-02-3",)),
))

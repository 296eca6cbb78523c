"""Tables of steps of an instruction and of an alert. Read this file first."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.flow import Flow, Step
from jiangcheng.oversight import rules
from jiangcheng.oversight.words import ALERT_STATES, INSTRUCTION_STATES


def of_government(actor: Actor, record: Any) -> bool:
    """Staff of the government that gave it."""
    return actor.has("government") and record.government_id == actor.body


def of_addressee(actor: Actor, record: Any) -> bool:
    """People of the body that it is addressed to."""
    return actor.has("planner", "head", "supervisor", "superior") and record.to_id == actor.body


def of_office(actor: Actor, record: Any) -> bool:
    """The judicial office that the alert was sent to."""
    return actor.has("supervisor") and record.office_id == actor.body


INSTRUCTION = Flow("instruction", tuple(INSTRUCTION_STATES), (
    Step("reply", ("given", "returned"), "replied", of_addressee, "回复", rules.WORDS, ("327-06-2",)),
    Step("settle", ("replied",), "settled", of_government, "办结", (), ("327-06-2",)),
    Step("return", ("replied",), "returned", of_government, "退回重报", rules.WORDS, ("327-06-2",)),
    Step("withdraw", ("given",), "withdrawn", of_government, "撤回", rules.WORDS, ("327-06-2",)),
))

ALERT = Flow("alert", tuple(ALERT_STATES), (
    Step("handle", ("open",), "handled", of_office, "处理完毕", rules.HANDLE, ("327-40-04", "327-40-06")),
))

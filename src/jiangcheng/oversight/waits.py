"""What waits: alerts for the office that supervises, instructions for the addressee, replies for the government."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.actor import Actor
from jiangcheng.oversight import queries
from jiangcheng.oversight.models import Alert, Instruction
from jiangcheng.work.kinds import waiting


def _own_alerts(actor: Actor) -> Any:
    return queries.open_alerts(actor).filter(office=actor.body)


def _title(row: Instruction) -> str:
    return f"{row.number} {row.title}"


waiting(
    "alert.open", Alert, "处理预警", "supervisor", _own_alerts, since="at", search="-", title=lambda row: row.text,
    page=("supervisor-alert", "pk"), also=("body",),
)
for _role in ("head", "supervisor"):
    waiting(
        f"instruction.answer.{_role}", Instruction, "回复政府交办", _role, queries.waiting_instructions, due="due", search="-", title=_title,
        page=("instruction", "pk"), also=("government", "to"),
    )
waiting(
    "instruction.late", Instruction, "催促逾期未回复的交办", "government", queries.late_instructions, due="due", search="-", title=_title,
    page=("government-instruction", "pk"), also=("government", "to"),
)
waiting(
    "instruction.settle", Instruction, "办结交办", "government", queries.waiting_instructions, due="due", search="-", title=_title,
    page=("government-instruction", "pk"), also=("government", "to"),
)

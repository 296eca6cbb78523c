"""From 检查中 to 已归档 on a Stage: short verbs for the tests.

    walk = Walk(stage)
    visit = walk.started()                     # notice received
    walk.answer(visit, "fine", "problem", "na")
    walk.signed(visit); walk.finish(visit); walk.tell(visit); walk.close(visit)
"""

from __future__ import annotations

import datetime as dt
import io

from PIL import Image

from jiangcheng.inspection.visits.actions import archive, door, orders, outcome, record, scheme
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.kernel import calendar
from jiangcheng.papers import files

STROKES = {"strokes": [[[10, 10], [80, 60], [120, 30]], [[150, 20], [200, 90]]], "width": 600, "height": 200}
POINT = {"fact": "冷藏柜温度高于规定", "ground": "《中华人民共和国食品安全法》第一百三十二条", "todo": "恢复并保持规定的温度"}


def order(kind: str = "correct", days: int = 15, **changes) -> dict:
    """An order as a form sends it."""
    return {"kind": kind, "points": [dict(POINT)], "due": calendar.today() + dt.timedelta(days=days)} | changes


class Walk:
    """Verbs of the two officers and the enterprise of a stage."""

    def __init__(self, stage) -> None:
        self.stage = stage
        self.lead, self.assist, self.firm, self.head = stage.lead, stage.assist, stage.firm, stage.head

    def fresh(self, visit: Visit) -> Visit:
        return Visit.objects.get(pk=visit.pk)

    def photo(self, visit: Visit, purpose: str = "proof", color: int = 90):
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), (color, 120, 40)).save(picture, "JPEG")
        return files.keep(picture.getvalue(), matter=visit.number, purpose=purpose, actor=self.lead, name="现场.jpg")

    def started(self, *, receipt: bool = True, **fields) -> Visit:
        visit = self.stage.started(**fields)
        if receipt:
            outcome.hand_over_notice(self.lead, visit, "glass", receiver="孙兰（演示）", receiver_role="店长", drawing=STROKES)
        record.set_receiver(self.lead, visit, "孙兰（演示）", "店长")
        return self.fresh(visit)

    def answer(self, visit: Visit, *verdicts: str) -> Visit:
        """One verdict a question; the last one goes for the rest."""
        for i, q in enumerate(facts.questions(visit)):
            verdict = verdicts[min(i, len(verdicts) - 1)] if verdicts else "fine"
            record.answer(self.lead, visit, q, verdict, "柜温显示9℃" if verdict == "problem" else "")
        return self.fresh(visit)

    def signed(self, visit: Visit) -> Visit:
        record.sign(self.lead, visit, "enterprise", "glass", name="孙兰（演示）", drawing=STROKES)
        record.sign(self.lead, visit, "officer", "glass", drawing=STROKES)
        record.sign(self.assist, visit, "officer", "glass", drawing=STROKES)
        return self.fresh(visit)

    def recorded(self, *verdicts: str, **fields) -> Visit:
        """Every question answered, everybody signed."""
        return self.signed(self.answer(self.started(**fields), *verdicts))

    def finish(self, visit: Visit, outcomes=("none",), orders=(), guidance="") -> Visit:
        outcome.finish(self.lead, visit, outcomes, orders, guidance)
        return self.fresh(visit)

    def tell(self, visit: Visit, manner: str = "glass", **values) -> Visit:
        if manner == "glass":
            values = {"receiver": "孙兰（演示）", "receiver_role": "店长", "drawing": STROKES} | values
        outcome.tell(self.lead, visit, manner, **values)
        return self.fresh(visit)

    def close(self, visit: Visit) -> Visit:
        outcome.close(self.lead, visit)
        return self.fresh(visit)

    def archive(self, visit: Visit):
        return archive.archive_visit(self.lead, visit)

    def clear(self, **fields) -> Visit:
        """Told, nothing found."""
        return self.tell(self.finish(self.recorded("fine", **fields)))

    def ordered(self, **changes) -> tuple[Visit, Order]:
        """Told, with one order to correct, in 跟踪整改中."""
        visit = self.finish(self.recorded("fine", "problem"), ["correct"], [order(**changes)], "当场讲解贮存要求")
        visit = self.tell(visit)
        return visit, visit.orders.get()

    def coded_followup(self, order: Order, **fields) -> Visit:
        """The follow-up visit of an order, approved, its code issued."""
        stage = self.stage
        start = stage.now - dt.timedelta(minutes=10)
        visit = orders.draft_followup(self.lead, order, window_start=start, window_end=start + dt.timedelta(hours=3), **fields)
        stage.staffed(visit)
        scheme.submit(self.lead, visit)
        scheme.approve(self.head, self.fresh(visit))
        scheme.issue_code(self.lead, self.fresh(visit))
        return self.fresh(visit)

    def followup(self, order: Order, **fields) -> Visit:
        """The follow-up visit of an order, started, its notice received."""
        visit = self.coded_followup(order, **fields)
        self.stage.confirm(visit)
        door.show_certificate(self.lead, self.fresh(visit))
        door.issue_notice(self.lead, self.fresh(visit))
        door.start(self.lead, self.fresh(visit))
        outcome.hand_over_notice(self.lead, visit, "glass", receiver="孙兰（演示）", drawing=STROKES)
        return self.fresh(visit)

"""Generated instructions and findings of the demo city, made by the real actions."""

from __future__ import annotations

from datetime import date

from jiangcheng.inspection.visits.demo import actor_of
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar
from jiangcheng.oversight import actions
from jiangcheng.oversight.models import Instruction
from jiangcheng.parties.models import Body


def build(day: date) -> int:
    """One instruction that waits, one that was answered; two findings; how many instructions."""
    government, head, office = (actor_of(n) for n in ("government", "head", "supervisor"))
    if Instruction.objects.exists() or None in (government, head, office):
        return 0
    market = Body.objects.get(pk=head.body)
    term = calendar.add_working_days(day, 10)
    one = actions.instruct(
        government, market, "核实示范路商户反映的重复检查", "请核实两次检查是否同一事项，能合并的合并实施，并书面回复。", term, demo=True,
    )
    actions.reply(head, one, "已核实：两次检查事项不同，下季度起合并实施。")
    other = Body.objects.filter(demo=True, word="示消").first()
    if other is not None:
        actions.instruct(government, other, "汛期前重点场所检查的安排", "请报送安排，注明如何减少对经营的影响。", term, demo=True)
    visit = Visit.objects.filter(body=market, state="closed").first()
    actions.file_finding(office, market, "finding", ["strict"], "检查步骤没有写明分工，已请单位补充。", visit=visit, demo=True)
    actions.file_finding(office, market, "report", ["precise", "fair"], "企业反映检查安排在经营高峰。", demo=True)
    return 2

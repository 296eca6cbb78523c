"""Tables of steps of an annual plan and of its filings. Read this file first."""

from __future__ import annotations

from jiangcheng.inspection.plans import rules, seats
from jiangcheng.inspection.plans.words import FILING_STATES, PLAN_STATES
from jiangcheng.kernel.flow import Flow, Step, system

PLAN = Flow("plan", tuple(PLAN_STATES), (
    Step("check", ("drafting", "to_mend"), "to_mend", seats.planner_of_plan, "检查"),
    Step("submit", ("drafting", "to_mend", "returned"), "submitted", seats.planner_of_plan, "提交备案", rules.SUBMIT, ("327-13-1", "327-13-2")),
    Step("submit_adjusted", ("drafting", "to_mend", "returned"), "adjusting", seats.planner_of_plan, "提交备案", rules.SUBMIT,
         ("327-13-1", "327-14-4")),
    Step("withdraw", ("submitted", "adjusting"), "to_mend", seats.planner_of_plan, "撤回", rules.WITHDRAW),
    Step("file", ("submitted", "adjusting"), "filed", seats.judicial_of_plan, "准予备案", rules.FILE, ("327-14-1",)),
    Step("return", ("submitted", "adjusting"), "returned", seats.judicial_of_plan, "退回补正", rules.RETURN, ("327-14-2",)),
    Step("publish", ("filed",), "published", seats.planner_of_plan, "公示", rules.PUBLISH, ("327-14-3", "327-14-5")),
    Step("replaced", ("filed", "published"), "replaced", system, "被调整后的计划接替", (), ("327-14-5",)),
))

FILING = Flow("filing", tuple(FILING_STATES), (
    Step("file", ("waiting",), "filed", seats.office_of_filing, "准予备案", (), ("327-14-1",)),
    Step("return", ("waiting",), "returned", seats.office_of_filing, "退回补正", (), ("327-14-2",)),
    Step("acknowledge", ("waiting",), "acknowledged", seats.office_of_filing, "收悉", rules.ACKNOWLEDGE, ("327-13-2",)),
    Step("take_back", ("waiting",), "void", seats.planner_of_filing, "撤回"),
    Step("outside", ("waiting",), "outside", seats.planner_of_filing, "登记线下备案", rules.OUTSIDE, ("327-13-2",)),
))

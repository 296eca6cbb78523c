"""Tables of steps of an item version. Read this file first."""

from __future__ import annotations

from jiangcheng.inspection.items import rules, seats
from jiangcheng.inspection.items.words import STATES
from jiangcheng.kernel.flow import Flow, Step, system

ITEM = Flow("item", tuple(STATES), (
    Step("submit", ("draft",), "review", seats.planner_of_item, "提交审核", rules.SUBMIT, ("327-07-1",)),
    Step("withdraw_draft", ("review",), "draft", seats.planner_of_item, "撤回"),
    Step("return", ("review",), "draft", seats.head_of_item, "退回修改", rules.RETURN),
    Step("publish", ("review",), "published", seats.head_of_item, "公布", rules.PUBLISH, ("327-07-1", "327-07-3")),
    Step("pause", ("published",), "paused", seats.head_of_item, "暂停实施", rules.REASONED, ("327-07-3",)),
    Step("resume", ("paused",), "published", seats.head_of_item, "恢复实施", rules.REASONED, ("327-07-3",)),
    Step("withdraw", ("published", "paused"), "withdrawn", seats.head_of_item, "取消", rules.WITHDRAW, ("327-07-3",)),
    Step("superseded", ("published", "paused"), None, system, "停止施行", (), ("327-07-3",)),
))

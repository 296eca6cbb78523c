"""The planner's counter is the length of the list behind it."""

from __future__ import annotations

from django.urls import reverse

from jiangcheng.inspection.items import actions as items
from jiangcheng.inspection.plans import actions
from jiangcheng.web import todo
from jiangcheng.web.planner import home
from tests.items.conftest import COMPLETE, QUESTIONS


def waiting(town, rf) -> int:
    request = rf.get("/")
    request.actor = town.actor("planner")
    assert todo.count(request) == home.waiting_count(request)
    return home.waiting_count(request)


def test_the_year_without_a_plan_waits(town, rf):
    assert waiting(town, rf) == 1
    assert "尚未编制" in town.client("planner").get(reverse("planner-home")).content.decode()


def test_plans_and_items_sent_back_wait_what_others_examine_does_not(town, plan, rf):
    assert waiting(town, rf) == 1
    version = items.new_item(town.body, town.actor("planner"), demo=True, questions=QUESTIONS, **{**COMPLETE, "name": "退回的事项"})
    assert waiting(town, rf) == 1, "a draft that nobody sent back"
    items.submit(version, town.actor("planner"))
    items.return_(version, town.actor("head"), "依据请写到条款")
    assert waiting(town, rf) == 2
    actions.submit(plan, town.actor("planner"))
    assert waiting(town, rf) == 1
    text = town.client("planner").get(reverse("planner-home")).content.decode()
    assert "等待备案" in text
    assert "负责人已退回" in text

"""The head's screen of items: what waits for review, what it changes, publishing one and several, pausing, who may not."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jiangcheng.inspection.items import actions, queries
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.kernel import calendar
from jiangcheng.web import todo
from tests.items.conftest import COMPLETE, QUESTIONS
from tests.web_planner.conftest import DAY


@pytest.fixture
def waiting(town):
    """A second version of a published item that waits for review, its content changed."""
    planner = town.actor("planner")
    first = actions.new_item(town.body, planner, demo=True, questions=QUESTIONS, **COMPLETE)
    actions.submit(first, planner)
    actions.publish(first, town.actor("head"), DAY)
    second = actions.new_version(first.item, planner, "标准修订")
    actions.save_draft(second, planner, {"reason": "标准修订", "content": "许可、进货查验、追溯"}, [*QUESTIONS, "追溯记录是否完整"])
    actions.submit(second, planner)
    return second


def test_card_shows_what_changes_and_two_taps_publish(town, waiting, monkeypatch):
    later = DAY.replace(day=DAY.day + 1)
    monkeypatch.setattr(calendar, "today", lambda: later)
    head = town.client("head")
    page = reverse("head-item", args=[waiting.item_id])
    assert page in head.get(reverse("head-home")).content.decode()
    text = head.get(page).content.decode()
    assert "<ins>许可、进货查验、追溯</ins>" in text
    assert "与现行第 1 版的不同" in text
    assert "planner" not in text
    answer = head.post(page, {"step": "publish", "day": later.isoformat()}, follow=True)
    assert "存证编号" in answer.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "published"
    assert queries.in_force(waiting.item_id, later) == waiting


@pytest.mark.duty("327-07-3", "refused")
def test_return_asks_for_an_opinion_and_keeps_what_was_typed(town, waiting):
    head = town.client("head")
    page = reverse("head-item", args=[waiting.item_id])
    refused = head.post(page, {"step": "return", "opinion": " ", "day": "2026-05-01"})
    assert refused.status_code == 409
    assert "2026-05-01" in refused.content.decode()
    assert 'href="#opinion"' in refused.content.decode()
    head.post(page, {"step": "return", "opinion": "依据请写到条款"})
    waiting.refresh_from_db()
    assert waiting.state == "draft"
    assert "依据请写到条款" in town.client("planner").get(reverse("planner-item", args=[waiting.item_id])).content.decode()


def test_several_published_at_once_each_with_its_result(town, waiting):
    planner = town.actor("planner")
    other = actions.new_item(town.body, planner, demo=True, questions=QUESTIONS, **{**COMPLETE, "name": "广告发布检查", "field": "market"})
    actions.submit(other, planner)
    held = ItemVersion.objects.get(item=waiting.item_id, n=1)
    page = reverse("head-items")
    answer = town.client("head").post(page + "?state=review", {"bulk": "publish", "row": [other.pk, waiting.pk, held.pk, "x"]})
    text = answer.content.decode()
    assert "已办 1 行" in text
    assert "未办 1 行" in text  # on the day of the first version no second one begins
    assert "施行日期须晚于现行版本" in text
    other.refresh_from_db()
    waiting.refresh_from_db()
    assert (other.state, waiting.state) == ("published", "review")
    assert "没有勾选要办理的行" in town.client("head").post(page, {"bulk": "publish"}).content.decode()


def test_pause_and_withdraw_on_the_head_desk(town, waiting):
    head = town.client("head")
    page = reverse("head-item", args=[waiting.item_id])
    head.post(page, {"step": "return", "opinion": "暂不修订"})
    assert head.post(page, {"step": "pause"}).status_code == 409
    long = head.post(page, {"step": "pause", "opinion": "理" * 2000})
    assert (long.status_code, "理" * 2000 in long.content.decode()) == (409, True)
    assert head.post(page, {"step": "pause", "opinion": "标准正在修订"}).url == reverse("head-items")
    assert queries.in_force(waiting.item_id, DAY) is None
    assert head.post(page, {"step": "nothing"}).status_code == 409


def test_a_draft_is_not_for_the_head_and_the_planner_desk_not_either(town, waiting):
    draft = actions.new_item(town.body, town.actor("planner"), demo=True, name="未完成的事项")
    head = town.client("head")
    assert head.get(reverse("head-item", args=[draft.item_id])).status_code == 404
    assert "未完成的事项" not in head.get(reverse("head-items")).content.decode()
    assert town.client("other_head").get(reverse("head-item", args=[waiting.item_id])).status_code == 404
    for name, args in (("planner-items", []), ("planner-item", [waiting.item_id]), ("planner-plans", []), ("planner-caps", [])):
        assert head.get(reverse(name, args=args)).status_code == 403
    assert head.post(reverse("planner-item-act", args=[waiting.item_id]), {"step": "publish"}).status_code == 403


def test_counter_is_the_length_of_the_list(town, waiting, rf):
    request = rf.get("/")
    request.actor = town.actor("head")
    assert todo.count(request) == 1
    text = town.client("head").get(reverse("head-home")).content.decode()
    assert "待审核的事项 1 件" in text

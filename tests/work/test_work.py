"""转办, 催办, 撤回, saved filters: rules, actions, and the pages 待办, 已办, 我发起."""

from __future__ import annotations

import pytest
from django.urls import reverse

from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.ledger import history
from jiangcheng.law.rule import Refused, check_all
from jiangcheng.work import actions, rules
from jiangcheng.work.kinds import KINDS, SUBJECTS
from jiangcheng.work.models import Filter, Handover, Notice, Nudge
from tests.web_officer.conftest import at

pytestmark = pytest.mark.django_db
VISIT = SUBJECTS["visits.Visit"]


def todo(world, key: str, **query) -> str:
    return world.client(key).get("/todo/", query).content.decode()


# --- rules ---------------------------------------------------------------------------------------------------------

HANDED = rules.HandoverFacts(allowed=True, waits=True, shared=True, holder="", taker=True, itself=False)
URGED = rules.NudgeFacts(started=True, waits_for="单位负责人", for_oneself=False, today=0, most=1)


@pytest.mark.duty("HR-08-22", "allowed")
@pytest.mark.duty("HR-08-21", "allowed")
def test_what_keeps_to_the_rules_passes():
    assert check_all(rules.HAND_OVER, HANDED) == () == check_all(rules.NUDGE, URGED)


@pytest.mark.duty("HR-08-22", "refused")
@pytest.mark.parametrize(("change", "says"), [
    ({"allowed": False}, "不使用转办"), ({"shared": False}, "只能由本人办理"), ({"waits": False}, "不由您办理"), ({"holder": "程立"}, "已转给程立"),
    ({"taker": False}, "有权办理"), ({"itself": True}, "不需要转给自己"),
])
def test_a_hand_over_is_refused(change, says):
    from dataclasses import replace

    found = check_all(rules.HAND_OVER, replace(HANDED, **change))
    assert len(found) == 1 and says in found[0].sentence and found[0].remedies and "HR-08-22" in found[0].article


@pytest.mark.duty("HR-08-21", "refused")
@pytest.mark.parametrize(("change", "says"), [
    ({"started": False}, "本人发起"), ({"waits_for": ""}, "已经办完"), ({"for_oneself": True}, "由您自己办理"), ({"today": 1}, "今天已经催办 1 次"),
    ({"most": 0}, "不使用催办"),
])
def test_a_reminder_is_refused(change, says):
    from dataclasses import replace

    found = check_all(rules.NUDGE, replace(URGED, **change))
    assert len(found) == 1 and says in found[0].sentence and found[0].remedies and "HR-08-21" in found[0].article


# --- 转办 ----------------------------------------------------------------------------------------------------------


@pytest.mark.duty("HR-08-22", "allowed")
def test_work_goes_to_a_colleague_and_back(stage, world):
    visit = stage.submitted()
    head, deputy = stage.head, world.actor("deputy")
    assert [a.name for a in actions.colleagues(head, KINDS["visit.approve"], visit)] == [world.deputy.name]
    page = world.client("head")
    assert "转办<" in todo(world, "head")
    address = reverse("work-hand-over", args=["visit.approve", visit.pk])
    assert world.deputy.name in page.get(address).content.decode()
    assert page.post(address, {"taker": world.deputy.pk, "reason": "出差三天"}).headers["Location"] == "/todo/"
    assert visit.enterprise.name not in todo(world, "head") and visit.enterprise.name in todo(world, "deputy")
    assert f"{world.head.name}转办：出差三天" in todo(world, "deputy")
    assert Notice.objects.filter(account=world.accounts["deputy"], kind="handover").count() == 1
    assert history(visit).filter(act="work.hand_over", opinion="出差三天").exists()
    with pytest.raises(Refused, match="已转给"):
        actions.hand_over(head, "visit.approve", visit, world.deputy.pk, "")
    actions.hand_over(deputy, "visit.approve", visit, world.head.pk, "我也出差")
    assert visit.enterprise.name in todo(world, "head") and visit.enterprise.name not in todo(world, "deputy")
    assert Handover.objects.filter(ended_at=None).count() == 1


@pytest.mark.duty("HR-08-22", "refused")
def test_nobody_gets_a_right_by_a_hand_over(stage, world):
    visit = stage.submitted()
    for taker in (world.officers[2].pk, world.other_head.pk, world.planner.pk, world.head.pk, 0, None):
        with pytest.raises(Refused):
            actions.hand_over(stage.head, "visit.approve", visit, taker, "")
    with pytest.raises(Refused, match="不由您办理"):
        actions.hand_over(world.actor("other_head"), "visit.approve", visit, world.deputy.pk, "")
    assert not Handover.objects.exists()
    assert world.client("officer1").get(reverse("work-hand-over", args=["visit.approve", visit.pk])).status_code == 404
    assert world.client("other_head").get(reverse("work-hand-over", args=["visit.approve", visit.pk])).status_code == 404


def test_who_is_handed_the_work_may_be_anyone_who_can_still_act(stage, world):
    """A hand-over says whose the work is; it takes no right from the head."""
    visit = stage.submitted()
    actions.hand_over(stage.head, "visit.approve", visit, world.deputy.pk, "")
    scheme.approve(stage.head, stage.fresh(visit))
    assert stage.fresh(visit).state == "to_code"
    assert visit.enterprise.name not in todo(world, "deputy")


# --- 催办, 撤回 ----------------------------------------------------------------------------------------------------


@pytest.mark.duty("HR-08-21", "allowed")
@pytest.mark.duty("HR-08-21", "refused")
def test_who_started_a_thing_urges_it_once_a_day(stage, world):
    visit = stage.submitted()
    page = world.client("officer1")
    assert "在单位负责人" in (text := page.get("/started/").content.decode()) and "催办<" in text
    assert page.post("/started/nudge/", {"subject": "visits.Visit", "pk": visit.pk}).status_code == 302
    told = Notice.objects.get(kind="remind", account=world.accounts["head"])
    assert told.words == f"{world.officers[0].name}催办：检查 {visit.number}，请尽快办理"
    again = page.post("/started/nudge/", {"subject": "visits.Visit", "pk": visit.pk})
    assert again.status_code == 409 and "今天已经催办 1 次" in again.content.decode()
    assert "今天已催办" in page.get("/started/").content.decode() and Nudge.objects.count() == 1
    with pytest.raises(Refused, match="本人发起"):
        actions.nudge(world.actor("officer2"), VISIT, visit)
    assert world.client("other_officer1").post("/started/nudge/", {"subject": "visits.Visit", "pk": visit.pk}).status_code == 404


def test_what_waits_for_oneself_is_not_urged(stage, world):
    with pytest.raises(Refused, match="由您自己办理"):
        actions.nudge(stage.lead, VISIT, stage.ready())


def test_withdrawing_from_the_list_until_the_next_acts(stage, world):
    visit = stage.submitted()
    page = world.client("officer1")
    assert "撤回<" in page.get("/started/").content.decode()
    assert page.post("/started/withdraw/", {"subject": "visits.Visit", "pk": visit.pk}).status_code == 302
    assert stage.fresh(visit).state == "draft" and "撤回<" not in page.get("/started/").content.decode()
    scheme.submit(stage.lead, stage.fresh(visit))
    scheme.approve(stage.head, stage.fresh(visit))
    late = page.post("/started/withdraw/", {"subject": "visits.Visit", "pk": visit.pk})
    assert late.status_code == 409 and stage.fresh(visit).state == "to_code"


# --- lists ---------------------------------------------------------------------------------------------------------


def test_the_counter_is_the_length_of_the_list(stage, world):
    stage.submitted()
    for who in ("head", "officer1", "officer2", "planner", "supervisor", "superior", "enterprise", "leader", "admin"):
        client = world.client(who)
        page = client.get("/todo/").context
        assert page["todo_count"] == len(page["tasks"]) == (page["page"].paginator.count if page["page"] else 0), who


def test_waiting_done_and_started_follow_the_flow(stage, world):
    visit = stage.submitted()
    name = visit.enterprise.name
    assert name in todo(world, "head") and name not in todo(world, "planner") and name not in todo(world, "other_head")
    assert name in todo(world, "head", q="演示食品") and name in todo(world, "head", q="whys")
    assert "没有符合条件的待办" in todo(world, "head", q="没有这家") and "没有符合条件的待办" in todo(world, "head", late="1")
    assert name in todo(world, "head", kind="visit.approve") and name not in todo(world, "head", kind="item.review")
    scheme.approve(stage.head, visit)
    assert name not in todo(world, "head")
    done = world.client("head").get("/done/").content.decode()
    assert name in done and "批准" in done and "待领码" in done and "存证编号" in done
    assert name in world.client("head").get("/done/", {"q": "演示食品"}).content.decode()
    assert name not in world.client("head").get("/done/", {"q": "没有这家"}).content.decode()
    mine = world.client("officer1").get("/started/", {"kind": "visits.Visit"}).content.decode()
    assert name in mine and "在检查人员" in mine
    assert name not in world.client("officer2").get("/started/").content.decode()


@pytest.mark.duty("327-06-1", "refused")
def test_done_names_nothing_that_may_not_be_known_any_more(stage, world):
    """The supervisor's act of yesterday is shown; a visit that another seat may not know is not named."""
    visit = stage.submitted()
    scheme.approve(stage.head, visit)
    world.add_person("moved", "江明二（演示）")
    from jiangcheng.kernel.models import Leaf
    from jiangcheng.web.work import past

    leaf = Leaf.objects.filter(act="visit.approve").latest("id")
    line, = past.lines(world.actor("planner"), [leaf])
    assert (line.title, line.url, line.record) == ("已不在您的查看范围", "", None)


def test_batch_approval_answers_row_by_row(stage, world):
    sites = stage.firms(2)
    good, late = stage.submitted(site=sites[0]), stage.submitted(site=sites[1])
    stage.change(late, drafted_by=world.head)  # nobody approves what he drafted himself
    page = world.client("head")
    listed = page.get("/head/batch/").content.decode()
    assert good.number in listed and world.officers[1].name in listed
    answer = page.post("/head/batch/", {"row": [good.pk, late.pk], "bulk": "approve"}).content.decode()
    assert "已办 1 行" in answer and "未办 1 行" in answer
    assert [Visit.objects.get(pk=v.pk).state for v in (good, late)] == ["to_code", "to_approve"]
    none = page.post("/head/batch/", {"row": late.pk, "bulk": "return"})
    assert none.status_code == 409 and "要写明意见" in none.content.decode()
    assert "已办 1 行" in page.post("/head/batch/", {"row": late.pk, "bulk": "return", "why": "由他人起草"}).content.decode()
    assert Visit.objects.get(pk=late.pk).state == "returned"
    assert world.client("other_head").post("/head/batch/", {"row": good.pk, "bulk": "approve"}).status_code == 409


# --- messages, filters ---------------------------------------------------------------------------------------------


def test_messages_are_read_by_their_owner(stage, world):
    visit = stage.submitted()
    page, notice = world.client("head"), Notice.objects.get(account=world.accounts["head"])
    assert page.get("/messages/").context["unread"] == 1
    assert world.client("deputy").post(f"/messages/{notice.pk}/open/").status_code == 404
    assert page.post(f"/messages/{notice.pk}/open/").headers["Location"] == at("head-visit", visit)
    assert page.get("/messages/").context["unread"] == 0 and "没有未读消息" in page.get("/messages/", {"show": "unread"}).content.decode()
    world.client("deputy").post("/messages/read/")
    assert not Notice.objects.filter(read_at=None, account=world.accounts["deputy"]).exists()


def test_wishes_are_kept_and_checked(world):
    page = world.client("head")
    wrong = page.post("/messages/settings/", {"mail": "x", "mobile": "12", "by_mail": ["approve"]})
    assert wrong.status_code == 422 and "11 位" in wrong.content.decode()
    page.post("/messages/settings/", {"mail": "a@example.org", "mobile": "138 0000 0001", "by_mail": ["approve"], "by_sms": []})
    wish = world.accounts["head"].wish
    assert (wish.mail, wish.mobile, wish.by_mail, wish.by_sms) == ("a@example.org", "13800000001", ["approve"], [])


def test_filters_are_kept_per_person_and_list(world):
    page = world.client("supervisor")
    kept = page.post("/filters/", {"page": "/supervisor/visits/", "name": "我的片区", "query": "state=to_enter&q=%E9%A3%9F%E5%93%81"})
    assert kept.headers["Location"] == "/supervisor/visits/?state=to_enter&q=%E9%A3%9F%E5%93%81"
    assert "我的片区" in page.get("/supervisor/visits/").content.decode()
    assert "我的片区" not in page.get("/supervisor/filings/").content.decode()
    assert "我的片区" not in world.client("city_supervisor").get("/supervisor/visits/").content.decode()
    assert page.post("/filters/", {"page": "/supervisor/visits/", "name": "", "query": ""}).status_code == 409
    assert page.post("/filters/", {"page": "//evil.example/", "name": "x", "query": "a=1"}).status_code == 404
    found = Filter.objects.get()
    assert world.client("head").post(f"/filters/{found.pk}/drop/").status_code == 404
    page.post(f"/filters/{found.pk}/drop/")
    assert not Filter.objects.exists()
    for n in range(actions.FILTERS):
        actions.save_filter(world.actor("head"), "/todo/", f"第{n}个", "late=1")
    with pytest.raises(Refused, match="最多"):
        actions.save_filter(world.actor("head"), "/todo/", "再一个", "late=1")
    actions.save_filter(world.actor("head"), "/todo/", "第3个", "late=0")

"""The end of a visit: outcome, orders in writing, telling the result, closing (articles 17, 18, 20, 21)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits import matters
from jiangcheng.inspection.visits.actions import enterprise, outcome, record
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.models import Order
from jiangcheng.inspection.visits.rules.outcome import (
    CloseFacts,
    FinishFacts,
    OrderDraft,
    outcome_fits_findings,
    told_before_close,
)
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Delivery, Paper
from jiangcheng.parties import enterprises
from tests.visits.walk import POINT, STROKES, order


def kinds(visit) -> list[str]:
    return list(Paper.objects.filter(matter=visit.number).order_by("id").values_list("kind", flat=True))


def sentences(refused) -> str:
    return "\n".join(b.sentence for b in refused.value.breaches)


# --- finish


@pytest.mark.duty("327-20-1", "327-21-1", "327-17-3", "allowed")
def test_nothing_found_is_recorded_and_a_result_is_made_too(walk):
    visit = walk.finish(walk.recorded("fine"))
    assert visit.state == "to_tell" and visit.outcomes == "none" and visit.ended_at
    assert kinds(visit) == ["approval", "notice", "delivery", "record", "result"]
    result = Paper.objects.get(matter=visit.number, kind="result").data
    assert "未发现违法行为" in "".join(result["results"])
    assert result["table"][0]["ok"] == "3"


@pytest.mark.duty("327-20-1", "refused")
def test_outcome_against_the_findings_is_refused(walk):
    visit = walk.recorded("fine", "problem")
    with pytest.raises(Refused, match="不能是“未发现违法行为”"):
        outcome.finish(walk.lead, visit, ["none"])
    with pytest.raises(Refused, match="没有选择处理结果"):
        outcome.finish(walk.lead, visit, [])
    assert not Paper.objects.filter(matter=visit.number, kind="record").exists()


@pytest.mark.duty("327-20-1", "refused")
def test_an_order_without_a_problem_on_record_is_refused():
    known = FinishFacts("V", dt.date(2026, 11, 23), True, True, 3, outcomes=("correct",))
    assert [b.field for b in outcome_fits_findings(known)] == ["outcomes"]
    both = FinishFacts("V", dt.date(2026, 11, 23), True, True, 3, problems=1, outcomes=("none", "correct"))
    assert outcome_fits_findings(both)


@pytest.mark.duty("327-17-3", "327-18-4", "refused")
def test_all_that_lacks_is_said_at_once(walk):
    visit = walk.started(receipt=False)
    with pytest.raises(Refused) as refused:
        outcome.finish(walk.lead, visit, ["none"])
    said = sentences(refused)
    assert "还有 3 项没有检查情况" in said and "没有签收或者拒收记录" in said and "当事人尚未" in said
    assert said.count("尚未在笔录上签名") == 3


@pytest.mark.duty("327-20-2", "327-20-3", "327-20-5", "allowed")
def test_stop_and_correct_side_by_side_in_writing(walk):
    visit = walk.recorded("problem", "problem", "fine")
    orders = [order("stop", 0), order("correct", 15)]
    visit = walk.finish(visit, ["stop", "correct"], orders, "讲解贮存要求")
    assert kinds(visit)[3:] == ["record", "stop", "correct", "result"]
    rows = list(Order.objects.filter(visit=visit).order_by("id"))
    assert [(o.kind, o.state) for o in rows] == [("stop", "open"), ("correct", "open")]
    assert [o.paper.kind for o in rows] == ["stop", "correct"]
    assert rows[0].paper.data["points"][0]["deadline"] == "立即"
    result = Paper.objects.get(matter=visit.number, kind="result").data["results"]
    assert any(rows[1].paper.number in line for line in result)


@pytest.mark.duty("327-20-2", "refused")
def test_stop_without_a_written_order_is_refused(walk):
    visit = walk.recorded("problem", "fine")
    with pytest.raises(Refused, match="没有书面的责令停止违法行为通知书"):
        outcome.finish(walk.lead, visit, ["stop"])
    with pytest.raises(Refused, match="第 1 项没有写明依据"):
        outcome.finish(walk.lead, visit, ["stop"], [order("stop", 0, points=[POINT | {"ground": " "}])])


@pytest.mark.duty("327-20-3", "HR-20-1", "refused")
def test_correct_without_order_term_or_reason_for_the_term_is_refused(walk):
    visit = walk.recorded("problem", "fine")
    for orders, word in (
        ([], "没有书面的责令改正通知书"), ([order(due=None)], "没有写明期限"), ([order(days=0)], "不能早于明天"), ([order(days=7)], "与建议期限不同"),
    ):
        with pytest.raises(Refused, match=word):
            outcome.finish(walk.lead, visit, ["correct"], orders)
    with pytest.raises(Refused, match="处理结果中没有选择"):
        outcome.finish(walk.lead, visit, ["punish"], [order()])


@pytest.mark.duty("HR-20-1", "allowed")
def test_the_proposed_term_needs_no_reason_and_another_does(walk):
    assert outcome.proposal() == calendar.today() + dt.timedelta(days=15)
    visit = walk.recorded("problem", "fine")
    visit = walk.finish(visit, ["correct"], [order(days=7, term_reason="只需调整温度")], "已讲解")
    assert Order.objects.get().due == calendar.today() + dt.timedelta(days=7)


@pytest.mark.duty("327-40-02", "refused")
def test_an_order_may_not_demand_the_legal_representative(walk):
    visit = walk.recorded("problem", "fine")
    bad = order(points=[POINT | {"todo": "改正后请法定代表人到场接受复查"}])
    with pytest.raises(Refused, match="法定代表人"):
        outcome.finish(walk.lead, visit, ["correct"], [bad])
    law = order(points=[POINT | {"todo": "改正后请法定代表人到场接受复查"}], presence_law="《某法》第一条")
    assert walk.finish(visit, ["correct"], [law], "已讲解").state == "to_tell"


def test_what_changes_while_pages_are_set_is_seen(walk, monkeypatch):
    visit = walk.recorded("fine")
    real, done = outcome._draft_papers, []

    def slow(batch, *args):
        made = real(batch, *args)
        if not done:
            done.append(1)
            with ledger.act("test", walk.lead):
                row = visit.answers.first()
                row.text = "期间改动"
                row.save()
        return made

    monkeypatch.setattr(outcome, "_draft_papers", slow)
    with pytest.raises(Refused, match="尚未在笔录上签名"):
        outcome.finish(walk.lead, visit, ["none"])
    assert not Paper.objects.filter(matter=visit.number, kind="record").exists()


def test_a_second_tap_on_finish_is_told_the_state(walk):
    visit = walk.recorded("fine")
    stale = walk.fresh(visit)
    walk.finish(visit)
    with pytest.raises(Refused, match="不能结束检查"):
        outcome.finish(walk.lead, stale, ["none"])
    assert kinds(visit).count("record") == 1


def test_strangers_do_not_finish(walk, world):
    visit = walk.recorded("fine")
    for who in ("officer3", "other_officer1", "enterprise", "head", "supervisor"):
        with pytest.raises(Refused, match="权限"):
            outcome.finish(world.actor(who), visit, ["none"])


# --- tell


@pytest.mark.duty("327-18-5", "allowed")
def test_result_is_told_on_glass_with_record_and_proof(walk):
    visit = walk.tell(walk.finish(walk.recorded("fine")))
    assert visit.state == "told" and visit.told_at
    delivered = Delivery.objects.filter(matter=visit.number).last()
    assert sorted(p.kind for p in delivered.papers.all()) == ["record", "result"]
    assert kinds(visit)[-1] == "delivery"


@pytest.mark.duty("327-18-5", "refused")
def test_platform_without_consent_is_refused_and_with_it_works(walk, world):
    visit = walk.finish(walk.recorded("fine"))
    with pytest.raises(Refused, match="同意电子送达"):
        outcome.tell(walk.lead, visit, "platform")
    assert walk.fresh(visit).state == "to_tell"
    enterprises.record_consent(world.enterprise, "孙兰", walk.firm)
    assert walk.tell(visit, "platform").state == "told"


@pytest.mark.duty("327-18-5", "allowed")
def test_refused_with_witness_counts_as_told(walk):
    visit = walk.finish(walk.recorded("fine"))
    visit = walk.tell(visit, "refused", reason="不认可", witness="社区赵某", witness_unit="示范社区", proof=walk.photo(visit))
    assert facts.close(visit).result_delivered


def test_the_enterprise_signs_on_its_own_phone_and_the_officer_tells_without_a_second_delivery(walk):
    visit = walk.finish(walk.recorded("fine"))
    got = enterprise.receive(walk.firm, visit, name="孙兰", role="店长", drawing=STROKES)
    assert got.state == "signed" and got.by_id == walk.firm.person
    assert enterprise.receive(walk.firm, visit, name="孙兰", drawing=STROKES) is None
    outcome.tell(walk.lead, visit)
    assert walk.fresh(visit).state == "told"
    assert Delivery.objects.filter(matter=visit.number).count() == 2


def test_telling_without_any_way_is_refused(walk):
    visit = walk.finish(walk.recorded("fine"))
    with pytest.raises(Refused, match="送达方式"):
        outcome.tell(walk.lead, visit)


@pytest.mark.duty("HR-18-1", "allowed")
def test_the_clock_of_the_result(walk):
    visit = walk.finish(walk.recorded("fine"))
    day = timezone.localtime(visit.ended_at).date()
    found = matters.Untold(visit, calendar.add_working_days(day, 5), calendar.limit(calendar.add_working_days(day, 5)))
    from jiangcheng.kernel.actor import SYSTEM

    assert [(u.visit.pk, u.deadline) for u in matters.untold(SYSTEM)] == [(visit.pk, found.deadline)]
    late = matters.untold(SYSTEM, calendar.add_working_days(day, 7))[0]
    assert late.limit.tone == "late"
    said = told_before_close(CloseFacts("V", False, result_delivered=False, days=7, limit=5))
    assert "已 7 个工作日" in said[0].sentence


@pytest.mark.duty("HR-18-1", "refused")
def test_late_and_untold_is_said_at_closing():
    assert told_before_close(CloseFacts("V", False, result_delivered=False, days=6, limit=5))
    assert not told_before_close(CloseFacts("V", False, result_delivered=True, days=6, limit=5))


# --- close


@pytest.mark.duty("327-18-5", "327-17-3", "327-20-5", "allowed")
def test_told_visit_closes(walk):
    visit = walk.close(walk.clear())
    assert visit.state == "closed" and visit.closed_at


@pytest.mark.duty("327-18-5", "refused")
def test_mail_under_way_does_not_close_and_failed_mail_does(walk):
    visit = walk.finish(walk.recorded("fine"))
    visit = walk.tell(visit, "post", post_number="1234567890")
    with pytest.raises(Refused, match="尚未告知企业"):
        outcome.close(walk.lead, visit)
    mail = Delivery.objects.filter(matter=visit.number).last()
    outcome.mail_came_back(walk.lead, visit, mail, "原址查无此单位")
    assert walk.close(visit).state == "closed"


def test_mail_that_arrives_gets_its_proof_paper(walk):
    visit = walk.tell(walk.finish(walk.recorded("fine")), "post", post_number="1234567890")
    mail = Delivery.objects.filter(matter=visit.number).last()
    outcome.mail_arrived(walk.lead, visit, mail, timezone.now())
    assert kinds(visit)[-1] == "delivery"
    assert walk.close(visit).state == "closed"


@pytest.mark.duty("327-17-3", "refused")
def test_visit_without_receipt_of_its_notice_does_not_close(walk):
    visit = walk.clear()
    notice = Delivery.objects.filter(papers__kind="notice").get()
    with ledger.act("test", walk.lead):
        notice.papers.clear()
    with pytest.raises(Refused, match="通知书的签收或者拒收"):
        outcome.close(walk.lead, visit)


@pytest.mark.duty("327-20-5", "refused")
def test_visit_with_a_standing_violation_or_without_guidance_does_not_close(walk):
    visit, _ = walk.ordered()
    assert visit.state == "following"
    record.set_guidance(walk.lead, visit, "")
    with pytest.raises(Refused) as refused:
        outcome.close(walk.lead, visit)
    assert "尚未整改到位" in sentences(refused) and "指导、教育" in sentences(refused)


@pytest.mark.duty("327-20-4", "refused")
def test_hand_over_waits_for_the_case_number(walk):
    visit = walk.finish(walk.recorded("problem", "fine"), ["punish"])
    assert "transfer" in kinds(visit)
    visit = walk.tell(visit)
    with pytest.raises(Refused, match="尚未填写立案文号"):
        outcome.close(walk.lead, visit)
    with pytest.raises(Refused, match="不能为空"):
        outcome.enter_case_number(walk.lead, visit, " ")


@pytest.mark.duty("327-20-4", "allowed")
def test_hand_over_closes_with_the_case_number_and_never_with_a_fine(walk):
    visit = walk.tell(walk.finish(walk.recorded("problem", "fine"), ["punish"]))
    outcome.enter_case_number(walk.lead, visit, "示市监立〔2026〕3号")
    assert walk.close(visit).case_number == "示市监立〔2026〕3号"
    with pytest.raises(Refused, match="没有“fine”这种处理结果"):
        outcome.finish(walk.lead, walk.recorded("problem", "fine", site=walk.stage.world.site2), ["fine"])


# --- amendment


@pytest.mark.duty("327-18-4", "327-21-1", "allowed")
def test_what_is_wrong_is_put_right_by_addition(walk):
    visit = walk.close(walk.clear())
    first = Paper.objects.get(matter=visit.number, kind="record")
    changes = [{"where": "检查情况第1项", "was": "", "now": "补充：现场另有2台冷藏柜"}]
    made = outcome.amend(walk.lead, visit, first, changes, "笔录遗漏")
    assert made.replaces_id == first.pk and made.data["changes"][0]["now"].startswith("补充")
    with pytest.raises(Refused, match="位置、内容和理由"):
        outcome.amend(walk.lead, visit, first, changes, "")


def test_drafts_read_what_the_form_sends():
    made = facts.drafts([order(due=dt.date(2026, 12, 8))])
    assert made == (OrderDraft("correct", ((POINT["fact"], POINT["ground"], POINT["todo"]),), dt.date(2026, 12, 8)),)

"""Orders after the visit: the enterprise answers, more time, follow-up visit, fulfilled or not, overdue (article 20)."""

from __future__ import annotations

import datetime as dt

import pytest

from jiangcheng.inspection.visits.actions import door, enterprise, orders, outcome, scheme
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import CapUse, Order
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper, StoredFile
from tests.papers.papers_fixture import picture
from tests.visits.walk import order


@pytest.fixture
def ordered(walk):
    return walk.ordered()


def now(row: Order) -> Order:
    return Order.objects.get(pk=row.pk)


# --- the enterprise


@pytest.mark.duty("327-20-5", "allowed")
def test_the_enterprise_reports_with_files(walk, ordered):
    _, row = ordered
    proof = enterprise.add_file(walk.firm, row, picture(), key="f-1")
    again = enterprise.add_file(walk.firm, row, picture(), key="f-1")
    enterprise.submit(walk.firm, row, "已更换温控器", [proof])
    row = now(row)
    assert (row.state, row.submission) == ("submitted", "已更换温控器") and row.submitted_at
    assert list(row.submission_files.all()) == [proof] == [again]


@pytest.mark.duty("327-20-5", "refused")
def test_report_without_words_by_others_or_with_foreign_files_is_refused(walk, ordered, world):
    visit, row = ordered
    with pytest.raises(Refused, match="怎样整改"):
        enterprise.submit(walk.firm, row, " ")
    with pytest.raises(Refused, match="这家企业"):
        enterprise.submit(world.actor("other_enterprise"), row, "已改")
    with pytest.raises(Refused, match="不属于本次整改"):
        enterprise.submit(walk.firm, row, "已改", [walk.photo(visit)])
    assert now(row).state == "open"


@pytest.mark.duty("327-20-3", "HR-20-1", "allowed")
def test_more_time_is_asked_and_granted_in_writing(walk, ordered):
    visit, row = ordered
    enterprise.ask_more_time(walk.firm, row, "配件尚未到货")
    assert now(row).extension_asked == "配件尚未到货"
    later = row.due + dt.timedelta(days=10)
    orders.extend(walk.lead, row, later, "配件到货需要时间")
    row = now(row)
    assert (row.state, row.due, row.round, row.extension_asked) == ("open", later, 2, "")
    made = Paper.objects.get(matter=visit.number, kind="amendment")
    assert made.replaces_id == row.paper_id
    assert later.isoformat().replace("-0", "-") in made.data["changes"][0]["now"].replace("年", "-").replace("月", "-").rstrip("日")


@pytest.mark.duty("327-20-3", "HR-20-1", "refused")
def test_new_term_must_be_later_and_have_a_reason(walk, ordered):
    _, row = ordered
    with pytest.raises(Refused) as refused:
        orders.extend(walk.lead, row, row.due, " ")
    assert len(refused.value.breaches) == 2
    with pytest.raises(Refused, match="延期的原因"):
        enterprise.ask_more_time(walk.firm, row, "")
    assert not Paper.objects.filter(kind="amendment").exists()


# --- fulfilled on material


@pytest.mark.duty("327-20-5", "allowed")
def test_done_on_material_checked_by_an_officer(walk, ordered):
    visit, row = ordered
    enterprise.submit(walk.firm, row, "已更换温控器")
    orders.done(walk.lead, row, "核对维修单和照片，温度恢复正常")
    assert now(row).state == "corrected" and now(row).corrected_at
    assert walk.close(visit).state == "closed"


@pytest.mark.duty("327-20-5", "refused")
def test_done_without_ground_is_refused(walk, ordered):
    _, row = ordered
    with pytest.raises(Refused, match="没有复查结果"):
        orders.done(walk.lead, row, "看着可以")
    enterprise.submit(walk.firm, row, "已改")
    with pytest.raises(Refused, match="没有复查结果"):
        orders.done(walk.lead, row, " ")


# --- follow-up visit


@pytest.mark.duty("327-20-5", "HR-20-2", "allowed")
def test_follow_up_finds_it_corrected_and_both_visits_close(walk, ordered):
    visit, row = ordered
    used = CapUse.objects.count()
    again = walk.followup(row)
    assert (again.kind, again.order_id, again.purpose, again.row_id) == ("case", row.pk, "order", None)
    assert now(row).state == "rechecking"
    assert [a.text for a in orders.old_findings(again)] == ["柜温显示9℃"] * 2
    assert [q.pk for q in facts.questions(again)] == [a.question_id for a in orders.old_findings(again)]
    assert CapUse.objects.count() == used
    again = walk.finish(walk.signed(walk.answer(again, "fine")))
    assert now(row).state == "corrected"
    assert walk.close(walk.tell(again)).state == "closed"
    assert walk.close(visit).state == "closed"


@pytest.mark.duty("HR-20-2", "refused")
def test_one_follow_up_for_an_order_and_term(walk, ordered):
    _, row = ordered
    first = orders.draft_followup(walk.lead, row)
    assert not orders.can_recheck(now(row))
    with pytest.raises(Refused, match="本期已安排复查，") as refused:
        orders.draft_followup(walk.lead, row)
    assert first.number not in str(refused.value)
    with pytest.raises(Refused, match="本期已安排复查"):
        scheme.draft(walk.lead, order_id=row.pk)
    assert row.followups.count() == 1
    scheme.drop(walk.lead, walk.fresh(first), "企业当日停电")
    assert orders.can_recheck(now(row)) and orders.release_dropped() == []


@pytest.mark.duty("HR-20-2", "327-20-5", "refused")
def test_an_order_that_is_fulfilled_has_no_follow_up(walk, ordered):
    _, row = ordered
    enterprise.submit(walk.firm, row, "已更换温控器")
    visit = walk.coded_followup(row)
    orders.done(walk.lead, row, "核对维修单和照片，温度恢复正常")
    with pytest.raises(Refused, match="不需要复查"):
        walk.stage.confirm(visit)
    scheme.drop(walk.lead, visit, "已经整改到位")
    with pytest.raises(Refused, match="不能安排复查"):
        orders.draft_followup(walk.lead, row)


@pytest.mark.duty("327-06-1", "HR-20-2", "allowed")
def test_before_arrival_the_order_says_nothing_of_the_follow_up(walk, ordered):
    """The enterprise and the other officers read the order: neither its state nor its history tells of the visit to come."""
    _, row = ordered
    before = list(ledger.history(row).values_list("act", flat=True))
    visit = walk.coded_followup(row)
    assert now(row).state == "open" and list(ledger.history(row).values_list("act", flat=True)) == before
    walk.stage.confirm(visit)
    assert now(row).state == "rechecking"
    assert ledger.history(row).last().act == "order.recheck"


def test_a_follow_up_that_was_not_done_does_not_use_up_the_term(walk, ordered):
    _, row = ordered
    visit = walk.coded_followup(row)
    walk.stage.confirm(visit)
    door.not_done(walk.lead, visit, "closed", "大门紧锁", photo=walk.photo(visit))
    outcome.close(walk.lead, visit)
    assert [o.pk for o in orders.release_dropped()] == [row.pk] and now(row).state == "open"
    assert orders.can_recheck(now(row))


@pytest.mark.duty("327-20-5", "HR-20-2", "refused")
def test_a_follow_up_checks_its_own_subject_and_items_alone(walk, ordered, stage):
    _, row = ordered
    with ledger.act("test.item", SYSTEM):
        wider = stage.item("SP-09", "餐饮服务监督检查")
    start = stage.now - dt.timedelta(minutes=5)
    visit = orders.draft_followup(walk.lead, row, window_start=start, window_end=start + dt.timedelta(hours=2))
    items = [i.version.item_id for i in visit.items.all()]
    stage.staffed(visit)
    scheme.save_scheme(walk.lead, visit, site_id=stage.firms(1)[0].pk, item_ids=[*items, wider.item_id], kind="daily")
    with pytest.raises(Refused) as refused:
        scheme.submit(walk.lead, visit)
    said = str(refused.value)
    assert "复查的企业不是责令文书载明的企业" in said and "不扩大检查范围" in said and "跟踪检查属于个案检查" in said
    scheme.save_scheme(walk.lead, visit, site_id=row.visit.site_id, item_ids=items, kind="case")
    stage.staffed(visit)
    scheme.submit(walk.lead, visit)


@pytest.mark.duty("327-20-5", "allowed")
def test_a_follow_up_ends_also_when_its_first_visit_was_revoked_meanwhile(walk, ordered):
    first, row = ordered
    again = walk.answer(walk.followup(row), "fine")
    door.revoke(walk.stage.supervisor, first, "检查依据已失效")
    again = walk.finish(walk.signed(again))
    assert walk.close(walk.tell(again)).state == "closed" and now(row).state == "rechecking"


@pytest.mark.duty("327-20-5", "allowed")
def test_not_corrected_before_the_term_is_not_yet_overdue(walk, ordered):
    _, row = ordered
    again = walk.signed(walk.answer(walk.followup(row), "problem"))
    again = walk.finish(again, ["correct"], [order(days=5, term_reason="只需复位")], "再次讲解")
    assert now(row).state == "open" and row.due > calendar.today()
    assert walk.tell(again).state == "following"
    assert row.pk in {o.pk for o in orders.mark_overdue(row.due + dt.timedelta(days=1))}


@pytest.mark.duty("327-20-5", "HR-20-2", "refused")
def test_follow_up_finds_it_uncorrected(walk, ordered):
    visit, row = ordered
    walk.stage.change(row, due=calendar.today() - dt.timedelta(days=1))
    again = walk.answer(walk.followup(row), "problem")
    walk.signed(again)
    walk.finish(again, ["correct"], [order(days=5, term_reason="只需复位")], "再次讲解")
    assert now(row).state == "overdue"
    with pytest.raises(Refused, match="问题仍然存在"):
        orders.done(walk.lead, row, "看过了")
    with pytest.raises(Refused, match="再次复查前须给予新的期限"):
        orders.draft_followup(walk.lead, row)
    again = walk.tell(walk.fresh(again))
    assert again.state == "following"
    assert walk.close(visit).state == "closed"  # the new order is the further lawful step
    with pytest.raises(Refused, match="尚未整改到位"):
        outcome.close(walk.lead, again)


def test_another_body_arranges_no_follow_up(world, ordered):
    _, row = ordered
    with pytest.raises(Refused):
        orders.draft_followup(world.actor("other_officer1"), row)


# --- overdue


@pytest.mark.duty("327-20-5", "allowed")
def test_term_passed_is_overdue_once_and_can_still_be_answered(walk, ordered):
    _, row = ordered
    assert orders.mark_overdue(row.due) == []
    assert [o.pk for o in orders.mark_overdue(row.due + dt.timedelta(days=1))] == [row.pk]
    assert orders.mark_overdue(row.due + dt.timedelta(days=1)) == []
    assert now(row).state == "overdue"
    enterprise.submit(walk.firm, row, "已改，晚了一天")
    assert now(row).state == "submitted"


def test_orders_of_a_closed_visit_are_not_acted_on(walk, ordered):
    visit, row = ordered
    enterprise.submit(walk.firm, row, "已改")
    orders.done(walk.lead, row, "核对无误")
    walk.close(visit)
    with pytest.raises(Refused):
        enterprise.submit(walk.firm, row, "再补充")
    with pytest.raises(Refused):
        orders.extend(walk.lead, row, calendar.today() + dt.timedelta(days=90), "再延")


@pytest.mark.duty("327-20-5", "refused")
def test_no_material_is_taken_once_the_order_is_answered(walk, ordered):
    _, row = ordered
    enterprise.submit(walk.firm, row, "已补齐")
    for step in (lambda: orders.done(walk.lead, row, "已核对"), lambda: None):
        with pytest.raises(Refused, match="不再接收整改材料"):
            enterprise.add_file(walk.firm, row, picture(), key="late")
        step()
    assert now(row).state == "corrected" and not StoredFile.objects.filter(purpose="correction").exists()

"""A plan with its nine contents goes to both offices, is filed with a receipt or returned row by row, and published."""

from __future__ import annotations

from datetime import date

import pytest

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.items.caps import Printed
from jiangcheng.inspection.plans import actions, lists, offices, queries
from jiangcheng.inspection.plans.models import Filing, Plan
from jiangcheng.inspection.plans.words import NINE
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper
from tests.plans.conftest import ROW, judicial, superior


def cells(refused) -> set[tuple[str, str]]:
    """(row number, content) of each breach."""
    return {tuple(b.field.split(".")) for b in refused.value.breaches}


@pytest.mark.duty("327-13-1", "refused")
def test_all_problems_of_all_rows_at_once(city, draft):
    blank = dict.fromkeys(ROW, "")
    plan = draft(2026, blank, {"item_name": "没有公布的检查"}, {"body_name": "别的局"}, {"manner": "非现场"}, {"frequency": "适时"},
                 {"proportion": "若干"})
    rows = [f"r{pk}" for pk in plan.rows.values_list("pk", flat=True)]
    with pytest.raises(Refused) as refused:
        actions.submit(plan, city.planner)
    expected = {(rows[0], name) for name, _ in NINE} | {
        (rows[1], "item_name"), (rows[2], "body_name"), (rows[3], "manner"), (rows[4], "frequency"), (rows[5], "proportion"),
    }
    assert cells(refused) == expected
    assert all(b.article == "第十三条第一款" and b.remedies for b in refused.value.breaches)
    plan.refresh_from_db()
    assert plan.state == "to_mend"
    assert len(lists.problems(plan)) == 14
    assert lists.problems(plan).rows == [1, 2, 3, 4, 5, 6]


@pytest.mark.duty("327-13-1", "refused")
def test_item_of_another_body_or_withdrawn_is_not_listed(city, draft):
    plan = draft(2026, {}, {"item_name": "特种设备使用检查"})
    version = plan.rows.get(n=2).item.versions.get()
    with ledger.act("test", SYSTEM):
        version.ended_on = date(2026, 1, 31)
        version.save()
    with pytest.raises(Refused, match="不在本单位公布的事项清单中"):
        actions.submit(plan, city.planner)


def test_a_plan_without_rows_is_refused(city, draft):
    plan = draft()
    actions.delete_row(plan.rows.get(), city.planner)
    with pytest.raises(Refused, match="还没有任何一行"):
        actions.submit(plan, city.planner)


@pytest.mark.duty("327-13-1", "327-13-2", "allowed")
def test_complete_plan_goes_to_both_offices(city, draft):
    plan = draft(2026, {}, {"item_name": "特种设备使用检查", "manner": "非现场", "proportion": "全覆盖", "frequency": "每季度1次"})
    actions.submit(plan, city.planner)
    assert plan.state == "submitted"
    assert not plan.late
    sent = {f.office_kind: f.office for f in plan.filings.all()}
    assert sent == {"judicial": city.judicial, "superior": city.superior}
    assert len(judicial(plan).rows) == 2


@pytest.mark.duty("327-15-1", "refused")
def test_frequency_over_the_published_cap(city, draft):
    plan = draft(2026, {"frequency": "每季度1次"}, {"frequency": "每年3次", "manner": "现场"})
    caps.record(SYSTEM, Printed("省级部门", "province", "每年不超过2次", date(2026, 1, 1)), field="food")
    with pytest.raises(Refused) as refused:
        actions.submit(plan, city.planner)
    assert [b.ids for b in refused.value.breaches] == [("327-15-1",)] * 2
    assert "上限" in refused.value.breaches[0].sentence


@pytest.mark.duty("327-15-1", "allowed")
def test_frequency_at_the_cap(city, draft):
    plan = draft(2026, {"frequency": "每半年1次"})
    caps.record(SYSTEM, Printed("省级部门", "province", "每年不超过2次", date(2026, 1, 1)), field="food")
    actions.submit(plan, city.planner)
    assert plan.state == "submitted"


@pytest.mark.duty("327-13-2", "allowed")
def test_after_31_march_accepted_and_marked_late(city, draft, on_day):
    plan = draft()
    on_day(date(2026, 4, 1))
    late = lists.late_bodies(city.judicial, 2026, date(2026, 4, 9))
    assert [(x.body, x.days) for x in late] == [(city.office, 6)]
    assert [x.body for x in lists.late_bodies(city.superior, 2026, date(2026, 4, 9))] == [city.office]
    assert lists.late_bodies(city.judicial, 2026, date(2026, 3, 31)) == []
    offices.remind(city.office, 2026, city.supervisor)
    actions.submit(plan, city.planner)
    assert plan.late
    came, = lists.late_bodies(city.judicial, 2026, date(2026, 4, 9))
    assert came.filed_late
    assert came.reminded
    with pytest.raises(Refused, match="无需催办"):
        offices.remind(city.office, 2026, city.supervisor)


@pytest.mark.duty("327-13-2", "allowed")
def test_on_31_march_it_is_in_time(city, draft, on_day):
    plan = draft()
    on_day(date(2026, 3, 31))
    actions.submit(plan, city.planner)
    assert not plan.late
    assert queries.deadline(2026) == date(2026, 3, 31)
    assert queries.countdown(2026, date(2026, 3, 30)).days == 1
    assert queries.countdown(2026, date(2026, 4, 2)).word == "逾期 2 个工作日"


@pytest.mark.duty("327-14-1", "allowed")
def test_filed_with_numbered_receipt(city, filed):
    plan = filed()
    filing = plan.filings.get(office_kind="judicial")
    assert plan.state == "filed"
    assert filing.state == "filed"
    assert filing.decided_by_id == city.supervisor.person
    paper = Paper.objects.get(number=filing.number)
    assert (paper.kind, paper.body) == ("filing", city.judicial)
    assert "示司" in filing.number


@pytest.mark.duty("327-14-1", "refused")
def test_not_filed_while_marked_to_mend_nor_by_its_author(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    filing = judicial(plan)
    offices.remark(filing, plan.rows.get(), city.supervisor, "比例没有说明", must_fix=True)
    with pytest.raises(Refused, match="须补正"):
        offices.file(filing, city.supervisor)
    offices.remark(filing, plan.rows.get(), city.supervisor, "建议说明比例", must_fix=False)
    author = type(city.supervisor)(**{**city.supervisor.__dict__, "person": city.planner.person})
    with pytest.raises(Refused, match="参与了本计划的编制"):
        offices.file(filing, author)
    offices.file(filing, city.supervisor)
    assert not Paper.objects.filter(kind="return").exists()


@pytest.mark.duty("327-14-2", "refused")
def test_return_needs_a_row_and_words(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    filing = judicial(plan)
    with pytest.raises(Refused, match="至少 1 行"):
        offices.return_(filing, city.supervisor)
    offices.remark(filing, plan.rows.get(), city.supervisor, "", must_fix=True)
    with pytest.raises(Refused, match="没有写明意见"):
        offices.return_(filing, city.supervisor)


@pytest.mark.duty("327-14-2", "allowed")
def test_returned_with_notice_and_filed_again_with_differences(city, draft):
    plan = draft(2026, {}, {"item_name": "特种设备使用检查"})
    actions.submit(plan, city.planner)
    row = plan.rows.get(n=1)
    offices.remark(judicial(plan), row, city.supervisor, "比例过低，请说明", must_fix=True)
    offices.return_(judicial(plan), city.supervisor)
    plan = Plan.objects.get(pk=plan.pk)
    assert plan.state == "returned"
    assert list(lists.not_refiled(city.judicial.pk)) == [plan]
    notice = Paper.objects.get(kind="return")
    assert notice.data["faults"][0]["reason"] == "比例过低，请说明"
    with pytest.raises(Refused, match="还没有改动"):
        actions.submit(plan, city.planner)
    actions.save_row(plan.rows.get(n=1), city.planner, {"proportion": "30%"})
    actions.submit(plan, city.planner)
    change, = lists.differences(judicial(plan))
    assert (change.n, change.field, change.before, change.after) == (1, "proportion", "20%", "30%")
    assert not lists.not_refiled(city.judicial.pk)
    assert Filing.objects.filter(plan=plan).count() == 4


@pytest.mark.duty("327-14-3", "327-14-5", "HR-14-3", "allowed")
def test_published_after_filing(city, filed):
    plan = filed(day=date(2026, 2, 2))
    (waiting, limit), = lists.unpublished(city.office.pk)
    assert waiting == plan
    assert limit.days > 0
    actions.publish(plan, city.planner)
    assert lists.published_plan(city.office.pk, 2026) == plan
    assert plan.published_at


@pytest.mark.duty("327-14-3", "refused")
def test_not_published_before_filing(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    with pytest.raises(Refused, match="不能公示"):
        actions.publish(plan, city.planner)
    assert lists.published_plan(city.office.pk, 2026) is None


def test_taken_back_only_until_an_office_acts(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    actions.withdraw(plan, city.planner)
    assert not lists.waiting_for(city.judicial.pk, "judicial")
    actions.submit(plan, city.planner)
    offices.acknowledge(superior(plan), city.superior_desk)
    with pytest.raises(Refused, match="已经办理，不能撤回"):
        actions.withdraw(plan, city.planner)


@pytest.mark.duty("HR-13-3", "refused")
def test_outside_superior_needs_number_and_day(city, draft):
    plan = draft()
    outside(city)
    actions.submit(Plan.objects.get(pk=plan.pk), city.planner)
    plan.refresh_from_db()
    filing = superior(plan)
    with pytest.raises(Refused) as refused:
        actions.outside(filing, city.planner, "", date(2026, 5, 1))
    assert {b.field for b in refused.value.breaches} == {"outside_number", "outside_day"}


@pytest.mark.duty("HR-13-3", "allowed")
def test_outside_superior_recorded_by_number(city, draft):
    plan = draft()
    outside(city)
    actions.submit(Plan.objects.get(pk=plan.pk), city.planner)
    plan.refresh_from_db()
    assert list(lists.unfiled_outside(city.office.pk)) == [superior(plan)]
    actions.outside(superior(plan), city.planner, "鄂市监收〔2026〕7号", date(2026, 2, 1))
    assert superior(plan).state == "outside"
    assert not lists.unfiled_outside(city.office.pk)


def outside(city):
    with ledger.act("test", SYSTEM):
        city.office.superior, city.office.superior_name = None, "湖北省市场监督管理局"
        city.office.save()


def test_only_the_right_office_acts(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    with pytest.raises(Refused):
        offices.file(judicial(plan), city.superior_desk)
    with pytest.raises(Refused):
        offices.acknowledge(judicial(plan), city.superior_desk)


@pytest.mark.duty("HR-14-1", "allowed")
def test_examination_clock_alerts_and_never_files(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    filing = judicial(plan)
    assert lists.examination_limit(filing).days == 10
    from jiangcheng.kernel import calendar

    after = calendar.add_working_days(calendar.timezone.localdate(filing.received_at), 11)
    assert lists.overdue_filings(city.judicial.pk, after) == [filing]
    plan.refresh_from_db()
    assert plan.state == "submitted"

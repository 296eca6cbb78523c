"""A plan over several rounds: taken back, returned, sent again; who is late with what; who may act on it."""

from __future__ import annotations

from datetime import date

import pytest

from jiangcheng.inspection.items import actions as items
from jiangcheng.inspection.plans import actions, lists, offices, queries
from jiangcheng.inspection.plans.models import Filing, Plan
from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Competence
from tests.items.conftest import body, published, sit  # noqa: F401
from tests.plans.conftest import ROW, judicial, superior


def fresh(plan) -> Plan:
    return Plan.objects.get(pk=plan.pk)


def returned(city, plan, row_n: int = 1) -> Plan:
    """The office returns the plan for one row."""
    offices.remark(judicial(plan), plan.rows.get(n=row_n), city.supervisor, "比例过低，请说明", must_fix=True)
    offices.return_(judicial(plan), city.supervisor)
    return fresh(plan)


# In time, late, taken back


@pytest.mark.duty("327-13-2", "allowed")
def test_a_plan_taken_back_was_not_sent_in_time(city, draft, on_day):
    plan = draft(day=date(2026, 3, 20))
    actions.submit(plan, city.planner)
    actions.withdraw(plan, city.planner)
    assert [x.body for x in lists.late_bodies(city.judicial, 2026, date(2026, 4, 9))] == [city.office]
    on_day(date(2026, 4, 9))
    assert offices.remind(city.office, 2026, city.supervisor)
    actions.submit(plan, city.planner)
    assert fresh(plan).late


@pytest.mark.duty("327-13-2", "327-14-2", "allowed")
def test_a_plan_returned_in_time_stays_in_time(city, draft, on_day):
    plan = draft(day=date(2026, 3, 20))
    actions.submit(plan, city.planner)
    plan = returned(city, plan)
    actions.save_row(plan.rows.get(n=1), city.planner, {"proportion": "30%"})
    on_day(date(2026, 4, 9))
    actions.submit(plan, city.planner)
    actions.withdraw(plan, city.planner)
    actions.submit(plan, city.planner)
    assert not fresh(plan).late
    assert lists.late_bodies(city.judicial, 2026, date(2026, 4, 9)) == []


@pytest.mark.duty("327-13-2", "allowed")
def test_a_body_that_began_after_the_deadline_is_not_late(city):
    made = body("示例区水务局", city.office.division, judicial_office=city.judicial, superior=city.superior)

    def late(year: int = 2026) -> set:
        return {x.body for x in lists.late_bodies(city.judicial, year, date(year, 7, 1))}

    with ledger.act("test.powers", SYSTEM):
        power = Competence(body=made, field="water", basis="三定规定", valid_from=date(2026, 6, 1))
        power.save()
    assert late() == {city.office}
    assert late(2027) == {made, city.office}
    assert [lists.late_count(city.judicial, 2027, day) for day in (date(2027, 3, 31), date(2027, 4, 1))] == [0, 2]
    with ledger.act("test.powers", SYSTEM):
        power.valid_from = date(2026, 3, 31)
        power.save()
    assert late() == {made, city.office}
    with ledger.act("test.powers", SYSTEM):
        power.valid_from, power.valid_until = date(2020, 1, 1), date(2025, 12, 31)
        power.save()
    assert late() == {city.office}


@pytest.mark.duty("327-13-2", "allowed")
def test_no_plan_was_due_before_the_decree(city, draft, on_day):
    assert lists.late_bodies(city.judicial, 2025, date(2026, 2, 2)) == []
    assert queries.deadline(2024) == date(2024, 3, 31)
    plan = draft(2025, day=date(2026, 2, 2))
    actions.submit(plan, city.planner)
    assert not fresh(plan).late


@pytest.mark.parametrize(("day", "word"), [
    (date(2028, 2, 28), "还有 24 个工作日"), (date(2028, 2, 29), "还有 23 个工作日"), (date(2028, 3, 31), "今天到期"),
    (date(2028, 4, 1), "逾期不足 1 个工作日"), (date(2028, 4, 3), "逾期 1 个工作日"),
])
def test_the_countdown_over_a_leap_day_and_a_weekend(city, day, word):
    assert queries.countdown(2028, day).word == word
    late = lists.late_bodies(city.judicial, 2028, day)
    assert [x.words for x in late] == ([word] if day > date(2028, 3, 31) else [])


# Rounds


@pytest.mark.duty("327-14-2", "allowed")
def test_differences_are_shown_against_what_the_office_decided_on(city, draft):
    plan = draft(2026, {}, {"item_name": "特种设备使用检查"})
    actions.submit(plan, city.planner)
    plan = returned(city, plan)
    actions.save_row(plan.rows.get(n=1), city.planner, {"proportion": "30%"})
    actions.submit(plan, city.planner)
    actions.withdraw(plan, city.planner)
    actions.save_row(plan.rows.get(n=2), city.planner, {"proportion": "40%"})
    actions.submit(plan, city.planner)
    for filing in (judicial(plan), superior(plan)):
        assert {(c.n, c.after) for c in lists.differences(filing)} == {(1, "30%"), (2, "40%")}


@pytest.mark.duty("327-14-2", "refused")
def test_taking_back_does_not_forget_what_was_to_be_mended(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    plan = returned(city, plan)
    actions.save_row(plan.rows.get(n=1), city.planner, {"proportion": "30%"})
    actions.submit(plan, city.planner)
    actions.withdraw(plan, city.planner)
    actions.save_row(plan.rows.get(n=1), city.planner, {"proportion": ROW["proportion"]})
    with pytest.raises(Refused, match="还没有改动"):
        actions.submit(plan, city.planner)


def test_a_submission_taken_back_or_overtaken_waits_nowhere(city, draft):
    plan = draft()
    actions.submit(plan, city.planner)
    first = superior(plan)
    actions.withdraw(plan, city.planner)
    with pytest.raises(Refused, match="已撤回"):
        offices.acknowledge(Filing.objects.get(pk=first.pk), city.superior_desk)
    actions.submit(plan, city.planner)
    plan = returned(city, plan)
    actions.save_row(plan.rows.get(n=1), city.planner, {"proportion": "30%"})
    actions.submit(plan, city.planner)
    assert list(Filing.objects.filter(state="waiting").values_list("round", flat=True)) == [3, 3]


# One person, one seat


@pytest.mark.duty("327-14-1", "refused")
def test_whoever_wrote_or_sent_the_plan_examines_it_at_neither_office(city, draft):
    plan, second = draft(), sit(city.office, "planner", "再编")
    actions.save_row(plan.rows.get(), second, {"proportion": "25%"})
    actions.submit(plan, city.planner)
    for office, act, filing in (
        (city.supervisor, offices.file, judicial(plan)), (city.superior_desk, offices.acknowledge, superior(plan)),
    ):
        both = type(office)(**{**office.__dict__, "person": second.person})
        with pytest.raises(Refused, match="参与了本计划的编制"):
            act(filing, both)
        act(filing, office)


# Rows and the item list


@pytest.mark.duty("327-13-1", "allowed")
def test_a_row_written_before_its_item_was_published_is_joined_to_it(city, draft, published, on_day):  # noqa: F811
    plan = draft(2026, {}, {"item_name": "冷库检查"})
    row = plan.rows.get(n=2)
    assert row.item is None
    version = published("冷库检查", date(2026, 2, 3))
    actions.submit(plan, city.planner)
    row.refresh_from_db()
    assert row.item_id == version.item_id
    assert judicial(plan).rows[1]["item"] == version.item_id


@pytest.mark.duty("327-13-1", "allowed")
def test_rows_whose_item_was_withdrawn_are_listed_for_adjustment(city, filed, on_day):
    plan = filed(2026, {}, {"item_name": "特种设备使用检查"})
    assert lists.without_item(city.office.pk, date(2026, 2, 3)) == []
    item = plan.rows.get(n=2).item
    items.withdraw(item.versions.get(), city.head, "依据废止", date(2026, 3, 2))
    assert lists.without_item(city.office.pk, date(2026, 3, 1)) == []
    assert [r.n for r in lists.without_item(city.office.pk, date(2026, 3, 2))] == [2]


@pytest.mark.parametrize(("values", "field"), [
    ({"necessity": "长" * 4001}, "necessity"), ({"subjects": "长" * 301}, "subjects"), ({"find": "guess"}, "find"),
    ({"quarters": "5"}, "quarters"), ({"source_url": "x" * 401}, "source_url"),
])
def test_what_a_row_cannot_hold_is_refused_in_words(city, draft, values, field):
    plan = draft()
    with pytest.raises(Refused) as refused:
        actions.save_row(plan.rows.get(), city.planner, values)
    assert [b.field for b in refused.value.breaches] == [field]


# Papers


def test_papers_name_the_time_limits_in_force(city, filed, on_day):
    plan = filed()
    days = parameters.value("HR-14-3.days")
    assert f"{days}个工作日内" in Paper.objects.get(kind="filing").data["advice"][0]
    new = actions.adjust(plan, city.planner, "新增季度抽查")
    actions.save_row(new.rows.get(), city.planner, {"proportion": "30%"})
    actions.submit(new, city.planner)
    new = returned(city, new)
    advice = " ".join(Paper.objects.get(kind="return").data["advice"])
    day = lists.refile_day(new)
    assert "3月31日" not in advice
    assert f"{day.year}年{day.month}月{day.day}日" in advice

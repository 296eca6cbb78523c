"""Which rows a visit may stand on: filed ones; last year's until 31 March; an adjustment narrows at once, widens once filed."""

from __future__ import annotations

from datetime import date

import pytest

from jiangcheng.inspection.plans import actions, facts, lists, offices, queries, reading
from jiangcheng.inspection.plans.models import Plan, PlanRow
from jiangcheng.inspection.plans.rules import row_may_be_used
from jiangcheng.law.rule import Refused
from tests.plans.conftest import judicial

DAY = date(2026, 6, 1)
SECOND = {"item_name": "特种设备使用检查", "proportion": "30%", "frequency": "每年2次"}


def usable(city, day=DAY):
    return [(r.plan.n, r.n, r.item_name[:2], r.proportion) for r in queries.usable_rows(city.office.pk, day)]


@pytest.mark.duty("HR-13-1", "HR-13-2", "327-13-2", "allowed")
def test_last_years_rows_hold_until_31_march(city, filed, on_day):
    plan = filed(2026)
    on_day(date(2027, 1, 4))
    row = plan.rows.get()
    assert queries.usable_rows(city.office.pk, date(2027, 3, 31)) == [row]
    assert not row_may_be_used(facts.row_use(row, date(2027, 3, 31)))


@pytest.mark.duty("HR-13-1", "HR-13-2", "refused")
def test_afterwards_only_a_filed_plan(city, filed, draft, on_day):
    row = filed(2026).rows.get()
    assert queries.usable_rows(city.office.pk, date(2027, 4, 1)) == []
    breach, = row_may_be_used(facts.row_use(row, date(2027, 4, 1)))
    assert "上年度计划不再适用" in breach.sentence
    new = draft(2027, day=date(2027, 2, 1))
    assert queries.usable_rows(city.office.pk, date(2027, 4, 1)) == []
    actions.submit(new, city.planner)
    offices.file(judicial(new), city.supervisor)
    assert queries.usable_rows(city.office.pk, date(2027, 2, 1)) == [new.rows.get()]
    assert row_may_be_used(facts.row_use(row, date(2027, 2, 1)))


@pytest.mark.duty("327-14-4", "refused")
def test_adjustment_needs_a_reason_and_a_filed_plan(city, filed, draft):
    plan = filed()
    with pytest.raises(Refused, match="调整理由"):
        actions.adjust(plan, city.planner, "  ")
    new = actions.adjust(plan, city.planner, "机构改革")
    assert actions.adjust(plan, city.planner, "再来一次") == new
    with pytest.raises(Refused, match="不能修改"):
        actions.save_row(plan.rows.get(), city.planner, {"proportion": "5%"})


@pytest.mark.duty("327-14-4", "HR-14-2", "refused")
def test_new_and_wider_rows_wait_for_filing(city, filed):
    plan = filed(2026, {}, SECOND)
    new = actions.adjust(plan, city.planner, "风险上升")
    actions.save_row(new.rows.get(n=2), city.planner, {"proportion": "60%"})
    added = actions.add_row(new, city.planner, {**SECOND, "subjects": "电梯使用单位", "basis": "《特种设备安全法》第五十七条",
                                                "body_name": city.office.name, "contents": "登记", "manner": "现场", "necessity": "事故"})
    assert usable(city) == [(1, 1, "食品", "20%"), (1, 2, "特种", "30%")]
    actions.submit(new, city.planner)
    assert usable(city) == [(1, 1, "食品", "20%"), (1, 2, "特种", "30%")]
    added = PlanRow.objects.get(pk=added.pk)
    breach, = row_may_be_used(facts.row_use(added, DAY))
    assert "重新备案前不能使用" in breach.sentence
    assert breach.ids[0] == "327-14-4"


@pytest.mark.duty("327-14-4", "HR-14-2", "allowed")
def test_dropped_and_narrower_rows_hold_at_once(city, filed):
    plan = filed(2026, {}, SECOND)
    old = plan.rows.get(n=2)
    new = actions.adjust(plan, city.planner, "减少检查")
    actions.save_row(new.rows.get(n=1), city.planner, {"proportion": "10%"})
    actions.delete_row(new.rows.get(n=2), city.planner)
    assert usable(city) == [(1, 1, "食品", "20%"), (1, 2, "特种", "30%")]  # a draft changes nothing
    actions.submit(new, city.planner)
    assert {f.office_kind for f in new.filings.filter(state="waiting")} == {"judicial", "superior"}
    assert usable(city) == [(2, 1, "食品", "10%")]
    old.refresh_from_db()
    assert old.withdrawn_why == "第1次调整：减少检查"
    assert "已在调整中取消" in row_may_be_used(facts.row_use(old, DAY))[0].sentence
    actions.withdraw(new, city.planner)
    assert usable(city) == [(1, 1, "食品", "20%"), (1, 2, "特种", "30%")]


@pytest.mark.duty("327-14-4", "327-14-5", "allowed")
def test_refiled_adjustment_replaces_and_is_published(city, filed):
    plan = filed()
    actions.publish(plan, city.planner)
    new = actions.adjust(plan, city.planner, "扩大范围")
    actions.save_row(new.rows.get(), city.planner, {"proportion": "50%"})
    actions.submit(new, city.planner)
    assert [c.field for c in lists.differences(judicial(new))] == ["proportion"]
    offices.file(judicial(new), city.supervisor)
    plan.refresh_from_db()
    assert plan.state == "replaced"
    assert usable(city) == [(2, 1, "食品", "50%")]
    assert lists.published_plan(city.office.pk, 2026) == plan  # until the adjusted one is published
    actions.publish(Plan.objects.get(pk=new.pk), city.planner)
    assert lists.published_plan(city.office.pk, 2026) == new
    row = plan.rows.get()
    assert queries.lineage(row) == sorted([row.pk, new.rows.get().pk])
    assert queries.is_usable(row, DAY)


@pytest.mark.duty("327-14-5", "refused")
def test_the_replaced_plan_is_not_published(city, filed):
    plan = filed()
    new = actions.adjust(plan, city.planner, "扩大范围")
    actions.submit(new, city.planner)
    offices.file(judicial(new), city.supervisor)
    plan.refresh_from_db()
    with pytest.raises(Refused):
        actions.publish(plan, city.planner)


def test_copy_of_last_year(city, filed, on_day):
    filed(2026, {}, SECOND)
    on_day(date(2027, 1, 5))
    plan = actions.start_plan(city.office, 2027, city.planner, "copy")
    assert [r.copied_from.plan.year for r in plan.rows.all()] == [2026, 2026]
    assert actions.start_plan(city.office, 2027, city.planner) == plan


def test_from_the_published_list(city, published, on_day):
    published()
    on_day(date(2026, 2, 2))
    plan = actions.start_plan(city.office, 2026, city.planner, "items")
    row = plan.rows.get()
    assert (row.item_name, row.manner, row.necessity) == ("食品经营监督检查", "现场", "")


@pytest.mark.parametrize(("text", "percent", "count"), [
    ("20%", 20, None), ("２０％", 20, None), ("全覆盖", 100, None), ("30 家", None, 30), ("百分之二十", 20, None), ("1:10", 10, None),
    ("重点源100%;一般源全年按1:10比例抽取", 100, None),
])
def test_readable_proportions(text, percent, count):
    read = reading.read_proportion(text)
    assert (read.percent, read.count) == (percent, count)


@pytest.mark.parametrize("text", ["若干", "按照全市文件比例执行", "", "适量", "120%"])
def test_unreadable_proportions(text):
    assert reading.read_proportion(text) is None


@pytest.mark.parametrize(("change", "verdict"), [
    ({}, "same"), ({"necessity": "x"}, "same"), ({"proportion": "10%"}, "narrower"), ({"proportion": "40%"}, "wider"),
    ({"frequency": "每季度1次"}, "wider"), ({"quarters": "1,2"}, "narrower"), ({"subjects": "小作坊"}, "wider"),
    ({"proportion": "10%", "frequency": "每年5次"}, "wider"), ({"proportion": "5 家"}, "wider"),
])
def test_narrower_or_wider(change, verdict):
    base = {"item_name": "a", "proportion": "20%", "frequency": "每年2次", "quarters": "1,2,3,4", "find": "draw", "subjects": "餐馆"}
    assert reading.compare(PlanRow(**base), PlanRow(**{**base, **change})) == verdict

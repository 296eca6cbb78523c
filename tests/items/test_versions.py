"""The item list: complete, reasoned, dated, published by another person; any past day can be shown."""

from __future__ import annotations

from datetime import date

import pytest

from jiangcheng.inspection.items import actions, facts, flows, queries
from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused
from tests.items.conftest import COMPLETE, QUESTIONS, sit

DAY = date(2026, 3, 2)


def draft(city, **more):
    return actions.new_item(city.office, city.planner, questions=more.pop("questions", QUESTIONS), **{**COMPLETE, **more})


def fields_of(refused) -> set[str]:
    return {b.field for b in refused.value.breaches}


@pytest.mark.duty("327-07-1", "refused")
def test_all_missing_contents_at_once(city, on_day):
    on_day(DAY)
    version = draft(city, basis="", content="", manner="", questions=[])
    with pytest.raises(Refused) as refused:
        actions.submit(version, city.planner)
    assert {"basis", "content", "manner", "questions"} <= fields_of(refused)
    assert all(b.article and b.remedies for b in refused.value.breaches)


@pytest.mark.duty("327-07-1", "327-03-2", "allowed")
def test_complete_item_is_published_and_listed(city, on_day):
    on_day(DAY)
    version = draft(city)
    actions.submit(version, city.planner)
    actions.publish(version, city.head, DAY)
    assert [v.pk for v in queries.published_list(city.office.pk, DAY)] == [version.pk]


@pytest.mark.duty("327-07-3", "refused")
def test_change_without_reason_or_day(city, on_day, published):
    version = published()
    on_day(DAY)
    change = actions.new_version(version.item, city.planner)
    with pytest.raises(Refused) as refused:
        actions.submit(change, city.planner)
    assert fields_of(refused) == {"reason"}
    actions.save_draft(change, city.planner, {"reason": "标准修订"})
    actions.submit(change, city.planner)
    for day in (None, date(2026, 3, 1), version.effective_from):
        with pytest.raises(Refused) as refused:
            actions.publish(change, city.head, day)
        assert "effective_from" in fields_of(refused)


@pytest.mark.duty("327-07-3", "allowed")
def test_version_in_force_on_any_past_day(city, on_day, published):
    first = published(start=date(2026, 1, 5))
    on_day(DAY)
    second = actions.new_version(first.item, city.planner, "标准修订")
    actions.save_draft(second, city.planner, {"content": "许可与追溯"})
    actions.submit(second, city.planner)
    actions.publish(second, city.head, date(2026, 4, 1))
    shown = {day: queries.in_force(first.item, day) for day in (
        date(2026, 1, 4), date(2026, 1, 5), date(2026, 3, 31), date(2026, 4, 1), date(2027, 1, 1),
    )}
    assert [v.n if v else None for v in shown.values()] == [None, 1, 1, 2, 2]
    acts = [leaf.act for leaf in ledger.history(ItemVersion.objects.get(pk=first.pk))]
    assert acts == ["items.new", "item.submit", "item.publish", "item.superseded"]


@pytest.mark.duty("327-07-3", "allowed")
def test_pause_resume_withdraw_leave_days(city, on_day, published):
    version = published()
    on_day(date(2026, 5, 4))
    actions.pause(version, city.head, "系统改造")
    on_day(date(2026, 5, 11))
    actions.resume(version, city.head, "改造完成")
    on_day(date(2026, 6, 1))
    actions.withdraw(version, city.head, "依据废止", date(2026, 7, 1))
    days = [date(2026, 5, 3), date(2026, 5, 4), date(2026, 5, 10), date(2026, 5, 11), date(2026, 6, 30), date(2026, 7, 1)]
    assert [bool(queries.in_force(version.item, d)) for d in days] == [True, False, False, True, True, False]


def test_withdrawal_needs_reason_and_day(city, published):
    version = published()
    with pytest.raises(Refused) as refused:
        actions.withdraw(version, city.head, " ", None)
    assert fields_of(refused) == {"opinion", "until"}


@pytest.mark.duty("327-10-1", "HR-10-1", "refused")
def test_neither_standard_nor_none_recorded(city, on_day):
    on_day(DAY)
    version = draft(city, standard="", standard_issuer="", standard_version="", standard_from=None)
    with pytest.raises(Refused) as refused:
        actions.submit(version, city.planner)
    assert fields_of(refused) == {"standard"}
    assert refused.value.breaches[0].ids == ("327-10-1", "HR-10-1")
    actions.save_draft(version, city.planner, {"standard": "检查要点"})
    assert len(flows.ITEM.missing("submit", facts.of(version))) == 3  # issuer, version, day


@pytest.mark.duty("327-10-1", "HR-10-1", "allowed")
def test_none_published_is_recorded_and_marked(city, on_day):
    on_day(DAY)
    version = draft(city, standard="", standard_issuer="", standard_version="", standard_from=None, standard_none=True)
    actions.submit(version, city.planner)
    actions.publish(version, city.head, DAY)
    assert version in queries.no_standard(DAY)


@pytest.mark.duty("327-03-2", "refused")
def test_field_outside_the_body_is_refused(city, on_day):
    on_day(DAY)
    version = draft(city, field="fire", name="消防检查")
    with pytest.raises(Refused) as refused:
        actions.submit(version, city.planner)
    assert ("327-03-2",) in [b.ids for b in refused.value.breaches]
    version = draft(city, lowest_level="city", name="市级事项")
    with pytest.raises(Refused) as refused:
        actions.submit(version, city.planner)
    assert fields_of(refused) == {"lowest_level"}


def test_the_drafter_does_not_publish(city, on_day):
    on_day(DAY)
    version = draft(city)
    actions.submit(version, city.planner)
    both = sit(city.office, "head", "兼任")
    drafter_as_head = type(both)(**{**both.__dict__, "person": city.planner.person})
    with pytest.raises(Refused, match="起草人"):
        actions.publish(version, drafter_as_head, DAY)


def test_only_the_bodys_planner_drafts(city, on_day):
    on_day(DAY)
    other = sit(city.judicial, "planner", "外单位")
    with pytest.raises(Refused, match="权限"):
        actions.new_item(city.office, other, **COMPLETE)
    version = draft(city)
    actions.submit(version, city.planner)
    with pytest.raises(Refused, match="不能修改"):
        actions.save_draft(version, city.planner, {"name": "改名"})


def test_search_by_words_and_initials(city, published):
    version = published()
    other = published("特种设备使用检查", field="equipment", basis="《特种设备安全法》第五十七条", subjects="使用单位")
    everything = ItemVersion.objects.all()
    assert list(queries.search(everything, "食品")) == [version]
    assert list(queries.search(everything, "tzsb")) == [other]
    assert not queries.search(everything, "食品 设备")


@pytest.mark.duty("HR-07-1", "allowed")
def test_unused_for_five_years_is_listed(city, published):
    old = published(start=date(2021, 6, 1))
    published("新事项检查", start=date(2026, 6, 1))
    assert queries.unused(city.office.pk, date(2026, 6, 2)) == [old]
    assert queries.unused(city.office.pk, date(2026, 5, 1)) == []


@pytest.mark.duty("HR-07-2", "allowed")
def test_weak_basis_is_flagged_not_refused(city, published):
    version = published(basis_level="notice")
    assert queries.weak_basis(version)
    assert not queries.weak_basis(published("另一项检查"))


def test_deleting_a_first_draft_takes_the_item(city, on_day):
    on_day(DAY)
    version = draft(city)
    actions.delete_draft(version, city.planner)
    assert not Item.objects.filter(pk=version.item_id).exists()

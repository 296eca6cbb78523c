"""One version follows another: never two in force, none in force after the item was withdrawn, the printed cap follows."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta

import pytest

from jiangcheng.inspection.items import actions, caps, facts, flows, queries
from jiangcheng.inspection.items.models import Cap, ItemVersion
from jiangcheng.law.rule import Refused
from tests.items.conftest import sit

DAY = date(2026, 2, 2)
START = date(2026, 3, 2)


def revised(city, item, start: date, **changes) -> ItemVersion:
    """A further version, published with effect from ``start``."""
    version = actions.new_version(item, city.planner, "标准修订")
    if changes:
        actions.save_draft(version, city.planner, changes)
    actions.submit(version, city.planner)
    actions.publish(version, city.head, start)
    return version


def numbers(item, *days: date) -> list[int | None]:
    """Number of the version in force on each day; two at once fail."""
    found = []
    for day in days:
        held = list(queries.versions_in_force(day).filter(item=item))
        assert len(held) < 2, day
        found.append(held[0].n if held else None)
    return found


@pytest.fixture
def followed(city, on_day, published):
    """An item whose first version holds and whose second one begins on START."""
    first = published()
    on_day(DAY)
    return first, revised(city, first.item, START)


@pytest.mark.duty("327-07-3", "refused")
def test_a_version_with_a_successor_is_not_withdrawn_alone(city, followed, on_day):
    first, _ = followed
    with pytest.raises(Refused, match="第2版"):
        actions.withdraw(first, city.head, "依据废止", START + timedelta(days=60))
    on_day(START)
    for act in (lambda v: actions.pause(v, city.head, "系统改造"), lambda v: actions.withdraw(v, city.head, "依据废止", date(2026, 9, 1))):
        with pytest.raises(Refused):
            act(ItemVersion.objects.get(pk=first.pk))
    assert numbers(first.item, DAY, START, date(2026, 8, 31)) == [1, 2, 2]


@pytest.mark.duty("327-07-3", "allowed")
def test_withdrawing_the_newest_version_ends_the_whole_item(city, followed):
    first, second = followed
    actions.withdraw(second, city.head, "依据废止", date(2026, 2, 16))
    assert numbers(first.item, date(2026, 2, 15), date(2026, 2, 16), START, date(2027, 1, 1)) == [1, None, None, None]


@pytest.mark.duty("327-07-3", "allowed")
@pytest.mark.parametrize(("start", "expected"), [
    (date(2026, 2, 16), [1, 3, 3, 3]), (START, [1, 1, 3, 3]), (date(2026, 4, 1), [1, 1, 2, 3]),
])
def test_a_version_not_yet_begun_may_be_replaced(city, followed, start, expected):
    first, _ = followed
    revised(city, first.item, start)
    assert numbers(first.item, date(2026, 2, 15), date(2026, 3, 1), START, date(2026, 4, 1)) == expected


@pytest.mark.duty("327-07-3", "refused")
def test_a_change_waiting_for_review_does_not_revive_a_withdrawn_item(city, on_day, published):
    first = published()
    on_day(DAY)
    change = actions.new_version(first.item, city.planner, "标准修订")
    actions.submit(change, city.planner)
    actions.withdraw(first, city.head, "依据废止", date(2026, 6, 1))
    with pytest.raises(Refused, match="已取消"):
        actions.publish(change, city.head, date(2026, 3, 1))
    assert numbers(first.item, date(2026, 5, 31), date(2026, 6, 1)) == [1, None]


@pytest.mark.duty("327-07-3", "allowed")
@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_no_day_has_two_versions(city, on_day, published, seed):
    chance, day = random.Random(seed), DAY
    item = published().item
    for _ in range(8):
        day += timedelta(days=chance.randrange(0, 20))
        on_day(day)
        version, start = item.versions.order_by("-n").first(), day + timedelta(days=chance.randrange(0, 40))
        withdrawn = version.state == "withdrawn"
        with suppress(Refused):
            if chance.random() < 0.2:
                actions.withdraw(chance.choice(item.versions.all()), city.head, "依据废止", start)
            elif version.state == "review":
                actions.publish(version, city.head, start)
            elif not withdrawn:
                revised(city, item, start)
        window = [day + timedelta(days=n) for n in range(-5, 60)]
        held = numbers(item, *window)
        assert None not in held[5:] or item.versions.filter(state="withdrawn").exists()
        if last := item.versions.filter(state="withdrawn").first():
            assert queries.in_force(item, last.ended_on + timedelta(days=1)) is None


def test_whoever_wrote_in_the_draft_does_not_publish_it(city, on_day, published):
    first = published()
    on_day(DAY)
    second_planner = sit(city.office, "planner", "再编")
    change = actions.new_version(first.item, city.planner, "标准修订")
    actions.save_draft(change, second_planner, {"content": "许可与追溯"})
    actions.submit(change, city.planner)
    as_head = type(city.head)(**{**city.head.__dict__, "person": second_planner.person})
    with pytest.raises(Refused, match="起草"):
        actions.publish(change, as_head, START)
    actions.publish(change, city.head, START)


@pytest.mark.duty("327-15-1", "allowed")
def test_the_cap_printed_in_the_list_binds_with_the_version(city, on_day, published):
    first = published(cap_note="同一企业每年检查不超过2次")
    on_day(DAY)
    revised(city, first.item, START, cap_note="同一企业每年检查不超过1次")
    limits = [[c.limit for c in caps.covering(city.office, first.item, "food", city.enterprise, d)] for d in (DAY, START)]
    assert limits == [[2], [1]]
    cap = Cap.objects.get(limit=1)
    assert (cap.issuer, cap.issuer_level, cap.valid_from) == (city.office.name, "body", START)
    unread = published("另一项检查", cap_note="按上级部署执行")
    assert [c.printed for c in caps.unreadable([city.office.pk])] == [unread.cap_note]


def test_who_may_write_down_and_end_a_cap(city, on_day):
    on_day(DAY)
    printed = caps.Printed("市级部门", "city", "每年不超过1次", DAY)
    other = sit(city.judicial, "planner", "外单位")
    with pytest.raises(Refused, match="权限"):
        caps.record(other, printed, body=city.office)
    with pytest.raises(Refused, match="权限"):
        caps.record(city.planner, printed, field="food")
    cap, = caps.record(city.planner, printed, body=city.office, field="food")
    with pytest.raises(Refused, match="权限"):
        caps.end(cap, other, DAY, "不再适用")
    caps.end(cap, city.planner, DAY, "不再适用")
    assert caps.covering(city.office, None, "food", city.enterprise, DAY + timedelta(days=1)) == []


def test_a_number_taken_by_hand_is_passed_over(city, on_day):
    on_day(DAY)
    actions.new_item(city.office, city.planner, code="示市监-001", name="手工编号")
    assert actions.new_item(city.office, city.planner, name="自动编号").item.code == "示市监-002"


def test_what_many_drafts_lack_is_asked_in_few_questions(city, on_day, django_assert_max_num_queries):
    on_day(DAY)
    drafts = [actions.new_item(city.office, city.planner, name=f"事项{n}", field="food") for n in range(12)]
    found = list(queries.newest_of(city.office.pk))
    with django_assert_max_num_queries(8):
        lacking = facts.lacking(found)
    assert lacking == {v.pk: len(flows.ITEM.missing("submit", facts.of(v))) for v in drafts}
    assert min(lacking.values()) > 5

"""Working days against the announced schedule of 2026 and against plain arithmetic."""

import csv
from datetime import UTC, date, datetime, timedelta
from importlib import resources

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from jiangcheng.kernel import calendar
from jiangcheng.kernel.models import Day

pytestmark = pytest.mark.django_db
days = st.dates(date(2025, 12, 1), date(2026, 12, 31))


@pytest.fixture(autouse=True)
def fresh():
    calendar.forget()
    yield
    calendar.forget()


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 1, 1), False),  # New Year, a Thursday
        (date(2026, 1, 4), True),  # Sunday worked in its stead
        (date(2026, 2, 14), True),  # Saturday before Spring Festival
        (date(2026, 2, 16), False),
        (date(2026, 2, 23), False),  # last Monday of the festival
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),
        (date(2026, 4, 6), False),
        (date(2026, 5, 9), True),
        (date(2026, 9, 25), False),
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 11, 21), False),  # plain Saturday
        (date(2026, 11, 23), True),  # plain Monday
    ],
)
def test_announced_days_of_2026(day, working):
    assert calendar.is_working(day) is working


def test_the_file_says_what_the_published_calendar_says():
    known = pytest.importorskip("chinese_calendar")
    for year in (2020, 2025, 2026):
        day = date(year, 1, 1)
        while day.year == year:
            assert calendar.is_working(day) is known.is_workday(day), day
            day += timedelta(days=1)


def test_every_line_of_the_file_is_one_day():
    text = resources.files("jiangcheng.kernel").joinpath("data", "holidays.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len({r["day"] for r in rows}) == len(rows) == len(calendar.shipped_days())
    assert {r["working"] for r in rows} == {"0", "1"}


def test_seed_fills_the_table_and_changes_nothing():
    before = [calendar.is_working(date(2026, 1, 1) + timedelta(days=i)) for i in range(365)]
    Day.objects.create(day=date(2026, 1, 1), working=False, name="元旦（本市录入）")
    assert calendar.seed_calendar() == len(calendar.shipped_days()) - 1
    assert calendar.seed_calendar() == 0
    assert Day.objects.get(day=date(2026, 1, 1)).name == "元旦（本市录入）"
    assert Day.objects.filter(day__year=2026).count() == 39
    assert before == [calendar.is_working(date(2026, 1, 1) + timedelta(days=i)) for i in range(365)]


def test_adding_over_the_spring_festival():
    assert calendar.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 14)
    assert calendar.add_working_days(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert calendar.add_working_days(date(2026, 2, 24), -2) == date(2026, 2, 13)
    assert calendar.add_working_days(date(2026, 2, 15), 0) == date(2026, 2, 15)


def test_ten_working_days_over_national_day():
    """A violation found on 24 September 2026 is handed over by 15 October: the day itself does not count."""
    assert calendar.add_working_days(date(2026, 9, 24), 10) == date(2026, 10, 15)
    assert calendar.working_days_between(date(2026, 9, 24), date(2026, 10, 15)) == 10


@settings(max_examples=60, deadline=None)
@given(days, st.integers(1, 40))
def test_adding_and_counting_agree(day, n):
    end = calendar.add_working_days(day, n)
    assert calendar.is_working(end)
    assert calendar.working_days_between(day, end) == n
    assert calendar.working_days_between(end, day) == -n
    back = calendar.add_working_days(day, -n)
    assert calendar.is_working(back)
    assert back < day


def test_a_year_without_announcement_is_provisional_until_its_first_of_january_stands():
    assert not calendar.is_provisional(2026)
    assert calendar.note(2026) == ""
    assert calendar.is_provisional(2027)
    assert calendar.note(2027) == "2027年节假日安排未公布，暂按周末推算"
    assert calendar.is_working(date(2027, 1, 1))
    Day.objects.create(day=date(2027, 3, 3), working=False, name="临时放假")
    assert calendar.is_provisional(2027)
    Day.objects.create(day=date(2027, 1, 1), working=False, name="元旦")
    assert not calendar.is_provisional(2027)
    assert not calendar.is_working(date(2027, 1, 1))


def test_the_table_has_the_last_word_and_is_seen_at_once():
    day = date(2026, 11, 24)
    assert calendar.is_working(day)
    row = Day.objects.create(day=day, working=False, name="临时放假")
    assert not calendar.is_working(day)
    row.delete()
    assert calendar.is_working(day)


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_day_is_forgotten():
    day = date(2026, 11, 24)
    with pytest.raises(RuntimeError), transaction.atomic():
        Day.objects.create(day=day, working=False, name="临时放假")
        assert not calendar.is_working(day)
        raise RuntimeError
    assert calendar.is_working(day)


@pytest.mark.django_db(transaction=True)
def test_held_in_memory_after_the_first_question(django_assert_num_queries):
    calendar.is_working(date(2026, 11, 24))
    with django_assert_num_queries(0):
        calendar.add_working_days(date(2026, 1, 1), 200)
    Day.objects.create(day=date(2026, 11, 24), working=False, name="临时放假")
    with django_assert_num_queries(1):
        assert not calendar.is_working(date(2026, 11, 24))
        assert calendar.is_working(date(2026, 11, 25))


@pytest.mark.parametrize(
    ("deadline", "days", "word", "tone"),
    [
        (date(2026, 11, 30), 5, "还有 5 个工作日", "ok"),
        (date(2026, 11, 26), 3, "还有 3 个工作日", "warn"),
        (date(2026, 11, 23), 0, "今天到期", "warn"),
        (date(2026, 11, 19), -2, "逾期 2 个工作日", "late"),
        (date(2026, 11, 22), -1, "逾期 1 个工作日", "late"),
    ],
)
def test_limit_in_words(deadline, days, word, tone):
    found = calendar.limit(deadline, today=date(2026, 11, 23))
    assert (found.days, found.word, found.tone, found.note) == (days, word, tone, "")
    assert calendar.deadline_text(deadline, date(2026, 11, 23)) == word


def test_limit_over_a_weekend_says_less_than_a_day():
    assert calendar.limit(date(2026, 11, 28), today=date(2026, 11, 27)).word == "还有不足 1 个工作日"
    over = calendar.limit(date(2026, 11, 27), today=date(2026, 11, 28))
    assert (over.word, over.tone) == ("逾期不足 1 个工作日", "late")


def test_limit_of_a_moment_is_of_its_day_in_the_city():
    assert calendar.limit(datetime(2026, 11, 22, 16, 30, tzinfo=UTC), today=date(2026, 11, 23)).word == "今天到期"


def test_limit_into_an_unannounced_year_says_so():
    assert calendar.limit(date(2027, 3, 31), today=date(2026, 11, 23)).note == "2027年节假日安排未公布，暂按周末推算"


def test_dates_in_chinese():
    assert calendar.cn_date(date(2026, 11, 23)) == "2026年11月23日（周一）"
    assert calendar.cn_date(date(2026, 3, 1)) == "2026年3月1日（周日）"
    assert calendar.cn_date(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == "2026年11月23日（周一）"
    assert isinstance(calendar.today(), date)

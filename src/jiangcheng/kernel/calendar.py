"""Working days (工作日): weekends, the State Council's holidays and make-up days, and limits counted in them.

Exceptions come from the shipped file ``data/holidays.csv`` and from the table ``kernel.Day``, which has the last word.
A year whose schedule is not announced (no entry for its 1 January) is provisional: weekends only, and it says so.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

from django.utils import timezone

from jiangcheng.kernel.cached import Cached
from jiangcheng.kernel.models import Day

OK, WARN, LATE = "ok", "warn", "late"
WARN_DAYS = 3
"""Working days left from which a limit is shown as pressing."""

_WEEK = "一二三四五六日"
_ONE = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """How far off a deadline is: working ``days`` left (negative: overdue), words for it, tone ok, warn or late.

    ``note`` is set when the count runs into a year whose holidays are not announced.
    """

    days: int
    word: str
    tone: str
    note: str = ""


@cache
def _shipped() -> dict[date, Day]:
    text = resources.files("jiangcheng.kernel").joinpath("data", "holidays.csv").read_text("utf-8")
    rows = (
        Day(day=date.fromisoformat(r["day"]), working=r["working"] == "1", name=r["name"], source=r["source"])
        for r in csv.DictReader(text.splitlines())
    )
    return {row.day: row for row in rows}


def _load() -> dict[date, bool]:
    merged = {day: row.working for day, row in _shipped().items()}
    merged.update(Day.objects.values_list("day", "working"))
    return merged


exceptions = Cached(Day, _load)


def forget() -> None:
    """Drop the calendar held in memory, after a bulk change of ``kernel.Day``."""
    exceptions.forget()


def shipped_days() -> list[Day]:
    """Unsaved rows for every exception of the shipped years (2004 on)."""
    return [Day(day=r.day, working=r.working, name=r.name, source=r.source) for r in _shipped().values()]


def seed_calendar() -> int:
    """Put the shipped days that are missing into the table, change none that stand there; answers how many came in."""
    there = set(Day.objects.values_list("day", flat=True))
    missing = [row for row in shipped_days() if row.day not in there]
    Day.objects.bulk_create(missing)
    forget()
    return len(missing)


def today() -> date:
    """The civil day in the city."""
    return timezone.localdate()


def is_working(day: date) -> bool:
    """Is it a working day? Weekday or make-up day, and no holiday."""
    return exceptions().get(day, day.weekday() < 5)


def is_provisional(year: int) -> bool:
    """Are the holidays of this year still unannounced?"""
    return date(year, 1, 1) not in exceptions()


def note(year: int) -> str:
    """Words to show beside any limit that runs into a provisional year; empty otherwise."""
    return f"{year}年节假日安排未公布，暂按周末推算" if is_provisional(year) else ""


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after ``day`` (before it when n is negative); the day itself is not counted. 0 is the day."""
    step = _ONE if n > 0 else -_ONE
    left = abs(n)
    while left:
        day += step
        left -= is_working(day)
    return day


def working_days_between(a: date, b: date) -> int:
    """Working days after ``a`` up to and including ``b``; negative when b lies before a."""
    if b < a:
        return -working_days_between(b, a)
    return sum(is_working(a + timedelta(days=i)) for i in range(1, (b - a).days + 1))


def _civil(day: date | datetime) -> date:
    if isinstance(day, datetime):
        return timezone.localtime(day).date() if timezone.is_aware(day) else day.date()
    return day


def limit(deadline: date | datetime, today: date | None = None, warn: int = WARN_DAYS) -> Limit:
    """The distance from ``today`` to ``deadline`` in working days, in the words of the screens.

    ``warn`` is the number of working days left from which the tone is pressing.
    """
    here, deadline = _civil(today or timezone.localdate()), _civil(deadline)
    days = working_days_between(here, deadline)
    last = max(here, deadline).year
    said = next((n for year in range(min(here, deadline).year, last + 1) if (n := note(year))), "")
    if deadline == here:
        return Limit(0, "今天到期", WARN, said)
    if deadline < here:
        return Limit(days, f"逾期 {-days} 个工作日" if days else "逾期不足 1 个工作日", LATE, said)
    return Limit(days, f"还有 {days} 个工作日" if days else "还有不足 1 个工作日", WARN if days <= warn else OK, said)


def deadline_text(deadline: date | datetime, today: date | None = None) -> str:
    """The words alone: 还有 5 个工作日, 今天到期, 逾期 2 个工作日."""
    return limit(deadline, today).word


def cn_date(day: date | datetime) -> str:
    """2026年11月23日（周一）; a moment is taken in the city's time."""
    day = _civil(day)
    return f"{day.year}年{day.month}月{day.day}日（周{_WEEK[day.weekday()]}）"

"""节假日: the year as a grid, and the import of a notice."""

from __future__ import annotations

from calendar import Calendar
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jiangcheng.kernel import calendar as working
from jiangcheng.kernel.models import Day
from jiangcheng.parties import actions
from jiangcheng.web.admin.forms import DaysForm
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.desk import desk, whole

FIRST, SPAN = 2024, 4


def _named(year: int) -> dict[date, Day]:
    found = {d.day: d for d in working.shipped_days() if d.day.year == year}
    return found | {d.day: d for d in Day.objects.filter(day__year=year)}


def months(year: int) -> list[dict]:
    """Twelve months of weeks from Monday; a day has a number, a kind (work, rest, holiday, extra) and a name."""
    named, today = _named(year), working.today()
    made = []
    for month in range(1, 13):
        weeks = []
        for week in Calendar().monthdatescalendar(year, month):
            weeks.append([_cell(day, named.get(day), today) if day.month == month else None for day in week])
        made.append({"n": month, "weeks": weeks, "count": sum(1 for w in weeks for c in w if c and c["kind"] in ("work", "extra"))})
    return made


def _cell(day: date, entry: Day | None, today: date) -> dict:
    on = working.is_working(day)
    kind = "extra" if on and day.weekday() >= 5 else "work" if on else "holiday" if entry and not entry.working else "rest"
    mark = {"extra": "班", "holiday": "休"}.get(kind, "")
    return {"n": day.day, "kind": kind, "mark": mark, "name": entry.name if entry else "", "today": day == today}


def _source(day: Day) -> str:
    """Where a day comes from, in Chinese: the notice, or the table that came with the platform."""
    return day.source if any("一" <= c <= "鿿" for c in day.source) else "随平台提供的节假日数据表"


@desk("admin")
@require_safe
def year(request: HttpRequest) -> HttpResponse:
    """The year grid with its source; an unannounced year says so."""
    now = working.today().year
    given = whole(request.GET.get("year", "")) or 0
    chosen = given if FIRST <= given <= now + SPAN else now
    named = _named(chosen)
    sources = sorted({_source(d) for d in named.values() if d.source})
    grid = months(chosen)
    return render(request, "admin/calendar.html", {
        "title": f"节假日 {chosen}年", "year": chosen, "months": grid, "note": working.note(chosen), "sources": sources,
        "total": sum(m["count"] for m in grid), "years": [(y, f"{y}年") for y in range(now - 1, now + 3)],
    })


@desk("admin")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """导入通知."""
    form = DaysForm(request.POST or None)

    def act() -> None:
        data = form.cleaned_data
        actions.import_days([*data["holidays"], *data["workdays"]], data["source"], request.actor)

    return one_form(
        request, form, act, title="导入通知", word="导入通知", done="节假日安排已导入，期限按新安排计算。", back=reverse("admin-calendar"),
        crumbs=(("节假日", reverse("admin-calendar")),), sub="按国务院办公厅通知填写。导入后，未到期的期限随之重算。",
    )

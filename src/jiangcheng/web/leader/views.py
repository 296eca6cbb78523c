"""领导（只读）: plans filed and late, visits by kind and outcome, follow-ups. Every figure opens the rows it counts.

No figure ranks bodies or people, and none counts fines: that would set the targets that article 40 forbids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.inspection.visits import matters, words
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import bodies_read, scope
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk


@dataclass(frozen=True)
class Figure:
    """One number, the list behind it, and what exactly it counts."""

    slug: str
    group: str
    word: str
    means: str
    kind: str
    rows: Callable[[Actor, int], Any]
    unit: str = "件"
    tone: str = ""

    def number(self, actor: Actor, year: int) -> int:
        """Length of the list behind the figure."""
        found = self.rows(actor, year)
        return len(found) if isinstance(found, list) else found.count()


def _bodies(actor: Actor) -> Any:
    return bodies_read(actor).filter(enforces=True).order_by("name")


def _first_plans(actor: Actor, year: int) -> Any:
    return Plan.objects.filter(body__in=_bodies(actor).values("pk"), year=year, n=1)


def _filed(actor: Actor, year: int) -> list[Body]:
    return [b for b in _bodies(actor) if plans.filed_plan(b.pk, year)]


def _filed_late(actor: Actor, year: int) -> list[Body]:
    late = set(_first_plans(actor, year).filter(late=True).values_list("body", flat=True))
    return [b for b in _filed(actor, year) if b.pk in late]


def _unfiled(actor: Actor, year: int) -> list[Body]:
    return [b for b in _bodies(actor) if plans.filed_plan(b.pk, year) is None]


def _overdue(actor: Actor, year: int) -> list[Body]:
    if calendar.today() <= plans.deadline(year):
        return []
    sent = set(_first_plans(actor, year).filter(submitted_at__isnull=False).values_list("body", flat=True))
    return [b for b in _unfiled(actor, year) if b.pk not in sent]


def _visits(actor: Actor, year: int) -> Any:
    """Visits that arrived this year; earlier states are known to nobody here."""
    found = scope(actor, Visit.objects.exclude(state__in=words.HIDDEN_FROM_OTHERS))
    start = timezone.make_aware(datetime(year, 1, 1))
    end = timezone.make_aware(datetime(year + 1, 1, 1))
    here = Q(arrived_at__gte=start, arrived_at__lt=end) | Q(arrived_at=None, ended_at__gte=start, ended_at__lt=end)
    return found.filter(here).select_related("body", "enterprise").order_by("-arrived_at", "-id")


def _of_kind(kind: str) -> Callable[[Actor, int], Any]:
    return lambda actor, year: _visits(actor, year).filter(kind=kind, order=None)


def _rechecks(actor: Actor, year: int) -> Any:
    return _visits(actor, year).filter(order__isnull=False)


def _with_outcome(slug: str) -> Callable[[Actor, int], Any]:
    return lambda actor, year: _visits(actor, year).filter(told_at__isnull=False, outcomes__contains=slug)


def _not_done(actor: Actor, year: int) -> Any:
    return _visits(actor, year).filter(state="not_done")


def _open_orders(actor: Actor, year: int) -> Any:
    return matters.open_orders(actor)


def _late_orders(actor: Actor, year: int) -> Any:
    return matters.open_orders(actor).filter(due__lt=calendar.today())


def _untold(actor: Actor, year: int) -> list[Any]:
    return [u.visit for u in matters.untold(actor)]


FIGURES = (
    Figure("filed", "年度计划备案", "已备案", "本年度日常检查计划已准予备案的单位数，调整不重复计。", "bodies", _filed, "个单位", "ok"),
    Figure("filed-late", "年度计划备案", "其中逾期报送", "首次报送晚于本年 3月31日 24时的已备案单位数。", "bodies", _filed_late, "个单位", "warn"),
    Figure("unfiled", "年度计划备案", "尚未备案", "有执法职责、本年度计划尚未准予备案的单位数，含正在审查的。", "bodies", _unfiled, "个单位"),
    Figure("overdue", "年度计划备案", "逾期未报送", "3月31日 已过、本年度计划仍未报送的单位数。", "bodies", _overdue, "个单位", "late"),
    Figure("daily", "本年已到场的检查", "日常检查", "按年度计划实施、检查人员已到场的检查次数，不含复查。", "visits", _of_kind("daily"), "次"),
    Figure("special", "本年已到场的检查", "专项检查", "按批准的专项方案实施、检查人员已到场的检查次数。", "visits", _of_kind("special"), "次"),
    Figure("case", "本年已到场的检查", "个案检查", "因具体线索实施、检查人员已到场的检查次数，不含复查。", "visits", _of_kind("case"), "次"),
    Figure("recheck", "本年已到场的检查", "复查", "为核实责令事项实施的跟踪检查次数，不计入频次。", "visits", _rechecks, "次"),
    Figure("none", "本年已告知的结果", "未发现违法行为", "结果已告知企业、未发现违法行为的检查次数。", "visits", _with_outcome("none"), "次", "ok"),
    Figure("correct", "本年已告知的结果", "责令改正", "结果已告知企业、作出责令改正的检查次数。", "visits", _with_outcome("correct"), "次"),
    Figure("stop", "本年已告知的结果", "责令停止违法行为", "结果已告知企业、作出责令停止的检查次数。", "visits", _with_outcome("stop"), "次"),
    Figure("punish", "本年已告知的结果", "转立案审查", "结果已告知企业、转立案审查的检查次数，不等于处罚。", "visits", _with_outcome("punish"), "次"),
    Figure("not-done", "本年已告知的结果", "未实施", "到场后因停业、迁址、拒绝等没有实施的检查次数。", "visits", _not_done, "次"),
    Figure("open", "需要跟进", "未完成的整改", "责令文书已作出、尚未确认整改到位的件数，不限年度。", "orders", _open_orders, "件"),
    Figure("late", "需要跟进", "其中已过期限", "责令期限已过、尚未确认整改到位的件数。", "orders", _late_orders, "件", "late"),
    Figure("untold", "需要跟进", "结果待告知", "检查已结束、结果还没有告知企业的件数。", "visits", _untold, "件", "warn"),
)
BY_SLUG = {f.slug: f for f in FIGURES}


@navigation("leader")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    return [{"label": "总览", "url": reverse("leader-home"), "icon": "home"}]


@screen("leader/", "327-06-1", "327-13-2")
@desk("leader")
def home(request: HttpRequest) -> HttpResponse:
    """Figures in groups, each with its definition and its rows."""
    year = calendar.today().year
    groups: dict[str, list[tuple[Figure, int]]] = {}
    for figure in FIGURES:
        groups.setdefault(figure.group, []).append((figure, figure.number(request.actor, year)))
    deadline = plans.deadline(year)
    return render(request, "leader/home.html", {
        "title": "总览", "year": year, "groups": list(groups.items()), "limit": plans.countdown(year), "deadline": deadline,
        "before": calendar.today() <= deadline, "total": _bodies(request.actor).count(),
    })


@screen("leader/<figure>", "327-06-1")
@desk("leader")
def rows(request: HttpRequest, slug: str) -> HttpResponse:
    """The rows behind one figure."""
    figure = BY_SLUG.get(slug)
    if figure is None:
        raise Http404(slug)
    year = calendar.today().year
    page = Paginator(figure.rows(request.actor, year), 30).get_page(request.GET.get("page"))
    shown: list[Any] = list(page)
    if figure.kind == "bodies":
        newest = {b.pk: plans.newest(b.pk, year) for b in shown}
        shown = [(b, newest[b.pk]) for b in shown]
    elif figure.kind == "orders":
        shown = [(o, calendar.limit(o.due)) for o in shown]
    else:
        shown = [(v, words.TONES.get(v.state, "")) for v in shown]
    return render(request, "leader/rows.html", {"title": figure.word, "figure": figure, "year": year, "page": page, "rows": shown})

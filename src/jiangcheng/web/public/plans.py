"""计划公示: what each body published, the version in force and the ones before it. Rows, never the drawn enterprises."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from jiangcheng.inspection.plans import queries
from jiangcheng.inspection.plans.models import Plan
from jiangcheng.inspection.plans.words import FINDS, NINE
from jiangcheng.kernel import calendar
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.public.views import public_plans

FIND_WORDS = dict(FINDS)
HEADS = ("单位", "年度", "版本", "行", *(word for _, word in NINE), "对象确定方式", "实施季度", "备案日期", "公示日期")


def lines(plan: Plan) -> list[tuple[Any, ...]]:
    """Rows of a plan as open data, by HEADS."""
    filed, shown = calendar.timezone.localdate(plan.filed_at), calendar.timezone.localdate(plan.published_at)
    return [
        (plan.body.name, plan.year, plan.n, r.n, *(getattr(r, name) for name, _ in NINE), FIND_WORDS.get(r.find, ""), r.quarters, filed, shown)
        for r in plan.rows.filter(withdrawn_at=None)
    ]


@screen("plans/", "327-14-3", "327-14-5")
def listing(request: HttpRequest) -> HttpResponse:
    """Published plans, newest first; bodies that have not published yet, and since when it was due."""
    found = public_plans(request)
    today = calendar.today()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdigit() else None
    found = found.filter(year=year) if year else found
    for word in request.GET.get("q", "").split():
        found = found.filter(body__name__icontains=word)
    if request.GET.get("format") in exports.OPEN_KINDS:
        rows = [row for plan in found for row in lines(plan)]
        return exports.open_data(request.GET["format"], "年度日常检查计划", HEADS, rows, title="年度日常检查计划")
    due = queries.deadline(today.year)
    have = set(Plan.objects.filter(year=today.year, published_at__isnull=False).values_list("body", flat=True))
    lacking = scope(request.actor, Body.objects.filter(enforces=True)).exclude(pk__in=have).order_by("name") if today > due else []
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    for plan in page:
        plan.row_count = plan.rows.filter(withdrawn_at=None).count()
    return render(request, "public/plans.html", {
        "title": "检查计划公示", "page_obj": page, "lacking": lacking, "year": today.year, "due": due,
        "years": [("", "全部年度"), *((y, f"{y}年度") for y in sorted(set(public_plans(request).values_list("year", flat=True)), reverse=True))],
    })


@screen("plans/<body>/<year>", "327-14-3", "327-14-5")
def detail(request: HttpRequest, body: int, year: int) -> HttpResponse:
    """The plan in force (or an earlier version, ``?n=``), with date and reason of each."""
    owner = visible_or_404(request.actor, Body.objects.all(), pk=body)
    versions = list(Plan.objects.filter(body=owner, year=year, published_at__isnull=False).order_by("-n").select_related("body"))
    if not versions:
        raise Http404("not published")
    n = request.GET.get("n", "")
    plan = next((p for p in versions if n.isdigit() and p.n == int(n)), versions[0])
    kind = request.GET.get("format")
    if kind in exports.OPEN_KINDS:
        return exports.open_data(kind, f"{owner.name}{plan}", HEADS, lines(plan), title=str(plan), body=owner.name)
    filing = plan.filings.filter(office_kind="judicial", state="filed").order_by("-round").first()
    rows = plan.rows.filter(withdrawn_at=None)
    return render(request, "public/plan.html", {
        "title": str(plan), "plan": plan, "owner": owner, "versions": versions, "filing": filing, "nine": NINE, "total": len(rows),
        "rows": [(r, [(word, getattr(r, name)) for name, word in NINE if name != "body_name"]) for r in rows],
    })

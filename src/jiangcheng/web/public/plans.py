"""计划公示: what each body published, the version in force and the ones before it. Rows, never the drawn enterprises."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
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
from jiangcheng.web.desk import whole
from jiangcheng.web.public.views import public_plans

FIND_WORDS = dict(FINDS)
WIDTHS = {
    "item_name": "c-item", "basis": "c-law", "subjects": "c-obj", "contents": "c-cont", "manner": "c-how", "frequency": "c-freq",
    "proportion": "c-ratio",
}
"""Class of a column that keeps a width; the rest share what is left."""
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
    everything, today = public_plans(request), calendar.today()
    year = whole(request.GET.get("year", ""))
    found = everything.filter(year=year) if year else everything
    for word in request.GET.get("q", "").split():
        found = found.filter(body__name__icontains=word)
    if request.GET.get("format") in exports.OPEN_KINDS:
        rows = [row for plan in found for row in lines(plan)]
        return exports.open_data(request.GET["format"], "年度日常检查计划", HEADS, rows, title="年度日常检查计划")
    due = queries.deadline(today.year)
    have = Plan.objects.filter(body=OuterRef("pk"), year=today.year, published_at__isnull=False)
    lacking = scope(request.actor, Body.objects.filter(enforces=True)).filter(~Exists(have)).order_by("level", "name")
    counted = found.annotate(row_count=Count("rows", filter=Q(rows__withdrawn_at=None)))
    return render(request, "public/plans.html", {
        "title": "检查计划公示", "page_obj": Paginator(counted, 30).get_page(request.GET.get("page")), "year": today.year, "due": due,
        "lacking": Paginator(lacking if today > due else lacking.none(), 30).get_page(request.GET.get("lacking")),
        "years": [("", "全部年度"), *((y, f"{y}年度") for y in everything.order_by("-year").values_list("year", flat=True).distinct())],
    })


@screen("plans/<body>/<year>", "327-14-3", "327-14-5")
def detail(request: HttpRequest, body: int, year: int) -> HttpResponse:
    """The plan in force (or an earlier version, ``?n=``), with date and reason of each."""
    owner = visible_or_404(request.actor, Body.objects.all(), pk=body)
    versions = list(Plan.objects.filter(body=owner, year=year, published_at__isnull=False).order_by("-n").select_related("body"))
    if not versions:
        raise Http404("not published")
    asked = whole(request.GET.get("n", ""))
    plan = next((p for p in versions if p.n == asked), versions[0])
    kind = request.GET.get("format")
    if kind in exports.OPEN_KINDS:
        return exports.open_data(kind, f"{owner.name}{plan}", HEADS, lines(plan), title=str(plan), body=owner.name)
    filing = plan.filings.filter(office_kind="judicial", state="filed").order_by("-round").first()
    rows = plan.rows.filter(withdrawn_at=None)
    return render(request, "public/plan.html", {
        "title": str(plan), "plan": plan, "owner": owner, "versions": versions, "filing": filing, "total": len(rows),
        "heads": [(word, WIDTHS.get(name, "")) for name, word in NINE if name != "body_name"],
        "rows": [(r, [(word, getattr(r, name)) for name, word in NINE if name != "body_name"]) for r in rows],
    })

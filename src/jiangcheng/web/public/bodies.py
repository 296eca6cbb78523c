"""执法主体: who may inspect, on what basis, in which fields, for which place."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiangcheng.inspection.items import queries
from jiangcheng.inspection.plans import lists
from jiangcheng.kernel import calendar
from jiangcheng.law.screens import screen
from jiangcheng.parties.bodies import names_on_papers, responsible_head, standing_on
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.parties.words import FIELDS, LEVELS
from jiangcheng.web import bulk, exports

WORDS = dict(FIELDS)
HEADS = ("单位", "类别", "层级", "管辖区域", "依据", "统一社会信用代码", "监督电话", "同级司法行政部门")
COLUMNS = (("name", "单位"), ("kind", "类别"), ("level", "层级"), ("division", "管辖区域"), ("phone", "监督电话"))


@screen("bodies/", "327-03-1")
def listing(request: HttpRequest) -> HttpResponse:
    """Enforcement bodies by name and level; CSV, JSON."""
    found = scope(request.actor, Body.objects.filter(enforces=True)).select_related("division", "judicial_office").order_by("level", "name")
    for word in request.GET.get("q", "").split():
        found = found.filter(name__icontains=word)
    if request.GET.get("level"):
        found = found.filter(level=request.GET["level"])
    if request.GET.get("format") in exports.OPEN_KINDS:
        rows = [
            (b.name, b.get_kind_display(), b.get_level_display(), b.division.name, b.basis, b.uscc, b.complaint_phone,
             b.judicial_office.name if b.judicial_office else "") for b in found
        ]
        return exports.open_data(request.GET["format"], "行政执法主体", HEADS, rows, title="行政执法主体")
    return render(request, "public/bodies.html", {
        "title": "执法主体公示", "page_obj": Paginator(found, 30).get_page(request.GET.get("page")), "levels": [("", "全部层级"), *LEVELS],
        "columns": COLUMNS, "shown": bulk.shown(request, COLUMNS, "name"),
    })


@screen("bodies/<id>", "327-03-1", "HR-03-1")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One body: kind, basis, fields, entrustment; its items and plan, or since when they are due."""
    body = visible_or_404(request.actor, Body.objects.select_related("division", "judicial_office", "superior", "principal"), pk=pk)
    today = calendar.today()
    return render(request, "public/body.html", {
        "title": body.name, "body": body, "fields": [WORDS.get(c.field, c.field) for c in body.competences.all()],
        "listed": queries.published_list(body.pk, today), "plan": lists.published_plan(body.pk, today.year), "year": today.year,
        "problems": standing_on(body, today), "names": names_on_papers(body, today), "head": responsible_head(body, today),
    })

"""公众首页, the reference library, and what may be downloaded. Nothing here ever names a drawn subject."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiangcheng.inspection.items import queries
from jiangcheng.inspection.items.models import LibraryRow
from jiangcheng.inspection.items.words import LIBRARY
from jiangcheng.inspection.plans.models import Filing, Plan
from jiangcheng.kernel import calendar
from jiangcheng.law import registry
from jiangcheng.law.screens import screen
from jiangcheng.papers import numbers
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Body
from jiangcheng.parties.real import initials
from jiangcheng.parties.scope import scope
from jiangcheng.web import exports
from jiangcheng.web.context import navigation

OFTEN = ("食品经营", "特种设备", "消防", "广告")


@navigation("public")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"label": "首页", "url": reverse("public-home"), "current": request.path == reverse("public-home")},
        {"label": "检查事项", "url": reverse("public-items")},
        {"label": "检查计划", "url": reverse("public-plans")},
        {"label": "执法主体", "url": reverse("public-bodies")},
        {"label": "条文与落实", "url": reverse("law")},
        {"label": "数据", "url": reverse("public-data")},
    ]


def public_plans(request: HttpRequest) -> Any:
    """Plans that were published and are the newest published of their body and year."""
    found = scope(request.actor, Plan.objects.filter(published_at__isnull=False)).select_related("body")
    newer = Plan.objects.filter(body=OuterRef("body"), year=OuterRef("year"), n__gt=OuterRef("n"), published_at__isnull=False)
    return found.filter(~Exists(newer)).order_by("-published_at", "-pk")


def find_bodies(request: HttpRequest, asked: str) -> list[Body]:
    """Enforcement bodies by name, pinyin initials of the name, or credit code."""
    everybody = scope(request.actor, Body.objects.filter(enforces=True)).select_related("division").order_by("level", "name")
    lower, code = asked.lower(), asked.replace(" ", "").upper()
    return [
        b for b in everybody
        if asked in b.name or asked in b.short or (code and b.uscc == code) or (asked.isascii() and asked and lower in initials(b.name))
    ]


def find_plans(request: HttpRequest, asked: str) -> Any:
    """Published plans by body, item, or the number under which they were filed, brackets or none."""
    number = numbers.plain(asked)
    filings = Filing.objects.filter(plan__published_at__isnull=False, state="filed").exclude(number="")
    filed = [f.plan_id for f in filings if number and numbers.plain(f.number) == number]
    return public_plans(request).filter(Q(body__name__icontains=asked) | Q(rows__item_name__icontains=asked) | Q(pk__in=filed)).distinct()


def find_papers(asked: str) -> list[Paper]:
    """Papers that are public by themselves (none of a visit), by their number; others are looked up by their own code."""
    number = numbers.plain(asked)
    kept = Paper.objects.exclude(matter_kind="visit").select_related("body")
    digits = "".join(c for c in number if c.isdigit())
    return [p for p in kept.filter(number__contains=digits[:4]) if numbers.plain(p.number) == number][:5] if len(digits) > 4 else []


@screen("/", "327-07-1", "327-14-3")
def home(request: HttpRequest) -> HttpResponse:
    """Search over items, plans and bodies; 查验检查码; what was published last."""
    today, asked = calendar.today(), request.GET.get("q", "").strip()
    items = scope(request.actor, queries.versions_in_force(today))
    plans = public_plans(request)
    context: dict[str, Any] = {"title": "查检查事项、计划和执法主体", "q": asked, "often": OFTEN}
    if asked:
        found = queries.search(items, asked)
        context |= {
            "listed": found.order_by("-effective_from")[:20], "item_count": found.count(), "bodies": find_bodies(request, asked)[:20],
            "plans": find_plans(request, asked)[:10], "papers": find_papers(asked),
        }
        return render(request, "public/found.html", context | {"title": f"“{asked}”的查询结果"})
    decree = [d for d in registry.duties().values() if d.register == registry.DECREE]
    context |= {
        "listed": items.order_by("-effective_from", "-pk")[:3], "item_count": items.count(), "plans": plans[:3], "plan_count": plans.count(),
        "duties": len(decree), "articles": 43,
    }
    return render(request, "public/home.html", context)


def data(request: HttpRequest) -> HttpResponse:
    """What can be downloaded, and the reference tables with their sources."""
    counts = {k: LibraryRow.objects.filter(table=k).count() for k in LIBRARY}
    return render(request, "public/data.html", {"title": "数据下载", "tables": [(k, w, counts[k]) for k, w in LIBRARY.items()]})


def library(request: HttpRequest, table: str) -> HttpResponse:
    """One reference table: rows that other places published, each with its source. Never counted or inspectable."""
    if table not in LIBRARY:
        raise Http404("no such table")
    rows = scope(request.actor, LibraryRow.objects.filter(table=table)).order_by("n")
    for word in request.GET.get("q", "").split():
        rows = rows.filter(Q(title__icontains=word) | Q(owner__icontains=word))
    kind = request.GET.get("format")
    source = ("source_url", "source_title", "source_date", "source_kind")
    if kind == "json":
        return exports.open_json([{**r.data, **{k: getattr(r, k) for k in source}} for r in rows], table=LIBRARY[table], note="参考数据，均有来源")
    if kind == "csv":
        heads = [*(rows[0].data if rows else ()), *source]
        return exports.open_csv(LIBRARY[table], heads, ([*r.data.values(), *(getattr(r, k) for k in source)] for r in rows))
    page = Paginator(rows, 30).get_page(request.GET.get("page"))
    return render(request, "public/library.html", {
        "title": LIBRARY[table], "page_obj": page,
        "rows": [(r, [(k, v) for k, v in r.data.items() if v and k not in ("seq", "source_id")]) for r in page],
    })

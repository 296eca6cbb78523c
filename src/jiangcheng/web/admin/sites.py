"""更正场所信息: what officers found closed, moved or empty at the door; the administrator corrects the place or says why not."""

from __future__ import annotations

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jiangcheng.inspection.visits.actions import places
from jiangcheng.inspection.visits.models import Report
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Division
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.desk import desk

RELATED = ("body", "visit__enterprise", "visit__site__division")


class PlaceForm(forms.Form):
    """The place as it is to stand, or the reason why it stays."""

    address = forms.CharField(label="地址", max_length=200, required=False, help_text="例：示范街道示范路 8 号 2 楼")
    division = forms.ModelChoiceField(Division.objects.exclude(kind__in=("province", "city")), label="所在区划", required=False)
    active = forms.BooleanField(label="场所仍在使用", required=False, help_text="停业、查无下落的不选，以后不再抽取")
    note = forms.CharField(label="说明", max_length=300, required=False, help_text="不采纳的，写明理由")


@screen("admin/sites", "327-08-2")
@desk("admin")
@require_safe
def sites(request: HttpRequest) -> HttpResponse:
    """Proposals that wait, the oldest first, then those decided."""
    done = bool(request.GET.get("done"))
    found = scope(request.actor, Report.objects.filter(kind=places.KIND, cleared_at__isnull=not done)).select_related(*RELATED)
    page = Paginator(found.order_by("-cleared_at" if done else "at", "pk"), 20).get_page(request.GET.get("page"))
    return render(request, "admin/sites.html", {"title": "场所更正", "page_obj": page, "done": done, "states": (("", "待处理"), ("1", "已处理"))})


@screen("admin/sites/<id>", "327-08-2")
@desk("admin")
@require_http_methods(["GET", "HEAD", "POST"])
def site(request: HttpRequest, pk: int) -> HttpResponse:
    """采纳 or 不采纳 one proposal."""
    row = visible_or_404(request.actor, Report.objects.filter(kind=places.KIND).select_related(*RELATED), pk=pk)
    place, why = row.visit.site, row.visit.not_done_why
    proposed = {"address": row.place or place.address, "division": place.division_id, "active": why == "moved" and bool(row.place)}
    form = PlaceForm(request.POST or None, initial=proposed)

    def save() -> None:
        data = form.cleaned_data
        places.decide(
            request.actor, row, address=data["address"], division=data["division"], active=data["active"], note=data["note"],
        )

    return one_form(
        request, form, save, title="更正场所信息", word="保存处理结果", done="已处理，提出的单位可以看到结果。", back=reverse("admin-sites"),
        crumbs=(("场所更正", reverse("admin-sites")),),
        sub=f"{row.visit.enterprise.name}，登记地址：{place.address}。{row.visit.get_not_done_why_display()}：{row.text}",
    )

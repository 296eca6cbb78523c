"""五项原则, 预警, 信息查看记录: findings filed by principle, what the rules of watching found, who looked at what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from jiangcheng.inspection.visits.models import Report, Visit
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.oversight import actions, queries, words
from jiangcheng.oversight.models import AccessEvent, Alert, Finding
from jiangcheng.parties import bodies
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import body_of, scope, visible_or_404
from jiangcheng.web import exports
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk
from jiangcheng.web.planner.forms import Drafted
from jiangcheng.web.register.pages import answer
from jiangcheng.web.templatetags.text import cn_datetime

ACT_WORDS.update(words.ACT_WORDS)
KIND_WORDS = [word for _, word in words.FINDING_KINDS]
FINDING_HEADS = (("编号", 18), ("来源", 12), ("单位", 30), ("检查", 20), ("原则", 30), ("情况", 60), ("时间", 26))
ACCESS_HEADS = (("时间", 22), ("姓名", 14), ("单位", 30), ("方式", 14), ("内容", 30), ("对象", 36), ("条数", 8), ("与经办无关", 12))


class FindingForm(Drafted, forms.Form):
    """按原则归类: source, body, principles, words; a visit or a report by its number."""

    optional = ("about", "body")

    kind = forms.ChoiceField(label="来源", choices=words.FINDING_KINDS, widget=forms.RadioSelect, required=False)
    body = forms.ModelChoiceField(label="所涉单位", queryset=Body.objects.none(), empty_label="请选择单位", required=False)
    about = forms.CharField(label="检查编号或者反映编号", max_length=40, required=False)
    principles = forms.MultipleChoiceField(
        label="所涉的原则", choices=[(slug, f"{word}\n{words.PRINCIPLE_HELP[slug]}") for slug, word in words.PRINCIPLES], required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(label="情况", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": "3"}))

    def __init__(self, *args: Any, office: Body, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = bodies.supervised(office).order_by("name")


def _about(request: HttpRequest, number: str) -> dict[str, Any]:
    """The visit or report of a number, within what the office may see."""
    if not number:
        return {}
    visit = scope(request.actor, Visit.objects.all()).filter(number=number).first()
    report = scope(request.actor, Report.objects.all()).filter(number=number).first()
    if visit is None and report is None:
        raise Refused([Breach(f"没有找到编号为“{number}”的检查或者反映。", (Remedy("核对编号，或者留空"),), "about", ("327-05-3",))])
    return {"visit": visit or report.visit, "report": report}


@screen("supervisor/principles/", "327-05-3")
@desk("supervisor")
def principles(request: HttpRequest) -> HttpResponse:
    """Findings counted and filtered by the five principles; filing a new one; Excel of the filter."""
    office = body_of(request.actor)
    start = {"kind": "finding", "about": request.GET.get("about", ""), "text": request.GET.get("text", "")}
    if request.GET.get("about"):
        start["kind"] = "report"
    form = FindingForm(request.POST or None, office=office, initial=start)
    found = _chosen(request)
    if request.GET.get("format") == "xlsx":
        return exports.excel("按原则归类", FINDING_HEADS, (_cells(f) for f in found[:20000]))

    def work() -> str:
        given = form.cleaned_data
        about = _about(request, given["about"].strip())
        visit = about.get("visit")
        body = given["body"] or (visit.body if visit else about["report"].body if about.get("report") else None)
        actions.file_finding(request.actor, body, given["kind"], given["principles"], given["text"], **about)
        return reverse("supervisor-principles")

    everything = scope(request.actor, Finding.objects.all())
    return answer(request, "supervisor/principles.html", lambda: {
        "title": "五项原则", "form": form, "page_obj": Paginator(found, 20).get_page(request.GET.get("page")),
        "counts": [(slug, word, list(zip(KIND_WORDS, numbers, strict=True)), n) for slug, word, numbers, n in queries.by_principle(everything)],
        "kinds": words.FINDING_KINDS,
        "chips_rows": [("", "全部"), *words.PRINCIPLES],
    }, work, form, "已归类。")


def _chosen(request: HttpRequest) -> Any:
    query, principle, kind = (request.GET.get(k, "").strip() for k in ("q", "principle", "kind"))
    found = scope(request.actor, Finding.objects.select_related("body", "visit", "report", "by"))
    if query:
        wanted = Q(number__icontains=query) | Q(body__name__icontains=query) | Q(text__icontains=query)
        found = found.filter(wanted | Q(visit__number__icontains=query))
    if kind in dict(words.FINDING_KINDS):
        found = found.filter(kind=kind)
    if principle in dict(words.PRINCIPLES):
        keys = [pk for pk, held in found.values_list("pk", "principles") if principle in held]
        found = found.filter(pk__in=keys)
    return found.order_by("-at", "-id")


def _cells(f: Finding) -> tuple[Any, ...]:
    return (
        f.number, f.get_kind_display(), f.body.name, f.visit.number if f.visit else "", "、".join(f.principle_words), f.text, cn_datetime(f.at),
    )


@screen("supervisor/alerts/", "327-40-04", "327-40-06", "HR-40-6", "HR-40-7")
@desk("supervisor")
def alerts(request: HttpRequest) -> HttpResponse:
    """预警: what waits and what was handled; filter by kind and state. Seen by supervisors alone."""
    query, kind, state = (request.GET.get(k, "").strip() for k in ("q", "kind", "state"))
    found = scope(request.actor, Alert.objects.select_related("body", "person", "office", "handled_by"))
    found = found.filter(state="handled" if state == "handled" else "open")
    if kind in words.ALERT_KINDS:
        found = found.filter(kind=kind)
    if query:
        found = found.filter(Q(body__name__icontains=query) | Q(text__icontains=query))
    return render(request, "supervisor/alerts.html", {
        "title": "预警", "page_obj": Paginator(found.order_by("-at", "-id"), 20).get_page(request.GET.get("page")),
        "kinds": [("", "全部"), *words.ALERT_KINDS.items()], "states": [("", "待处理"), ("handled", "已处理")],
    })


@screen("supervisor/alerts/<id>/", "327-40-04", "327-40-06")
@desk("supervisor")
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert with its evidence; 处理完毕 in words by the office it was sent to."""
    row = visible_or_404(request.actor, Alert.objects.select_related("body", "person", "office", "handled_by"), pk=pk)

    def work() -> str:
        actions.handle(request.actor, row, request.POST.get("handling", ""))
        return request.path

    return answer(request, "supervisor/alert.html", lambda: {
        "title": row.get_kind_display(), "row": row, "process": ledger.history(row), "typed": request.POST.get("handling", ""),
        "mine": row.office_id == request.actor.body, "ids": "327-40-04 HR-40-6" if row.kind == "period_end" else "327-40-06 HR-40-7",
    }, work, done="已处理完毕。")


@screen("supervisor/access/", "327-40-06")
@desk("supervisor")
def log(request: HttpRequest) -> HttpResponse:
    """信息查看记录: who looked at or took out personal data and trade secrets; search, filter, export with watermark."""
    query, kind, day = (request.GET.get(k, "").strip() for k in ("q", "kind", "day"))
    found = scope(request.actor, AccessEvent.objects.select_related("body"))
    if query:
        found = found.filter(Q(name__icontains=query) | Q(about__icontains=query) | Q(what__icontains=query) | Q(body__name__icontains=query))
    if kind == "off":
        found = found.filter(off_duty=True)
    elif kind in dict(words.ACCESS_KINDS):
        found = found.filter(kind=kind)
    if (on := parse_date(day) if day else None) is not None:
        found = found.filter(at__date=on)
    found = found.order_by("-at", "-id")
    if request.GET.get("format") == "xlsx":
        return exports.personal(request, "信息查看记录", ACCESS_HEADS, [_event(e) for e in found[:5000]])
    return render(request, "supervisor/access.html", {
        "title": "信息查看记录", "page_obj": Paginator(found, 30).get_page(request.GET.get("page")), "day": day,
        "kinds": [("", "全部"), *words.ACCESS_KINDS, ("off", "与经办无关")],
    })


def _event(e: AccessEvent) -> tuple[Any, ...]:
    at = f"{timezone.localtime(e.at):%Y-%m-%d %H:%M:%S}"
    return (at, e.name, e.body.name if e.body else "", e.get_kind_display(), e.what, e.about, e.records, e.off_duty)


urlpatterns = [
    path("principles/", principles, name="supervisor-principles"),
    path("alerts/", alerts, name="supervisor-alerts"),
    path("alerts/<int:pk>/", alert, name="supervisor-alert"),
    path("access/", log, name="supervisor-access"),
]

"""备案审查 and 未备案单位: what waits to be examined, one filing with its nine-field check, who is late."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from jiangcheng.inspection.plans import facts, flows, lists, offices, queries
from jiangcheng.inspection.plans.models import Filing
from jiangcheng.inspection.plans.words import FILING_STATES, NINE
from jiangcheng.inspection.visits import queries as visits
from jiangcheng.inspection.visits.actions import reports
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.papers import formats
from jiangcheng.papers.models import Paper
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import body_of, scope, visible_or_404
from jiangcheng.web import bulk, exports
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.errors import refused_response
from jiangcheng.web.oversight import waited_words
from jiangcheng.web.templatetags.text import cn_datetime

OTHERS = (
    ("检查动态", "supervisor-visits"), ("无网络登记核查", "supervisor-offline"), ("存证核验", "supervisor-ledger"),
)
COLUMNS = (
    ("plan", "计划"), ("round", "报送次数"), ("received", "收到"), ("limit", "审查时限"), ("state", "状态"), ("decided", "办理"), ("number", "文号"),
)
LATE_HEADS = (("单位", 30), ("年度", 8), ("状态", 14), ("逾期工作日", 12), ("最近催办", 20))


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@navigation("supervisor")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    office, today = body_of(request.actor), calendar.today()
    return [
        {"label": "今日", "url": reverse("supervisor-home")},
        {"label": "备案审查", "url": reverse("supervisor-filings"), "count": lists.waiting_for(office.pk, "judicial").count()},
        {"label": "未备案单位", "url": reverse("supervisor-late"), "count": lists.late_count(office, today.year, today)},
        {"label": "收到的反映", "url": reverse("supervisor-reports"), "count": reports.waiting(request.actor).count()},
        *([{"label": "统一格式备案", "url": reverse("supervisor-formats"), "count": formats.to_file(office.pk).count()}]
          if office.level == "city" else []),
        *({"label": word, "url": u} for word, name in OTHERS if (u := _address(name))),
        {"rule": True},
        {"label": "条文与落实", "url": reverse("law")},
    ]


def _waited(filing: Filing) -> int:
    return calendar.working_days_between(timezone.localdate(filing.received_at), calendar.today())


@screen("supervisor/", "327-14-1", "HR-14-1", "327-13-2")
@desk("supervisor")
def home(request: HttpRequest) -> HttpResponse:
    """Plans to examine by waiting days; who is late; what was returned and has not come back."""
    office = Body.objects.get(pk=request.actor.body)
    today = calendar.today()
    waiting = [(f, waited_words(_waited(f)), lists.examination_limit(f)) for f in lists.waiting_for(office.pk, "judicial")]
    late = [x for x in lists.late_bodies(office, today.year, today) if not x.filed_late]
    return render(request, "supervisor/home.html", {
        "title": "今日", "waiting": waiting, "late": late, "returned": lists.not_refiled(office.pk), "year": today.year,
        "formats": formats.to_file(office.pk),
        "offline": [(v, visits.reported_late(v)) for v in visits.offline_to_check(request.actor).select_related("body", "enterprise")],
    })


@screen("supervisor/filings", "327-14-1", "327-14-2")
@desk("supervisor")
def listing(request: HttpRequest) -> HttpResponse:
    """All filings with this office, newest first; 待备案 is the default."""
    found = scope(request.actor, Filing.objects.filter(office_kind="judicial", office=request.actor.body)).select_related("plan__body")
    state = request.GET.get("state", "waiting")
    if state in FILING_STATES:
        found = lists.waiting_for(request.actor.body, "judicial") if state == "waiting" else found.filter(state=state).order_by("-received_at")
    else:
        found = found.order_by("-received_at")
    for word in request.GET.get("q", "").split():
        found = found.filter(Q(plan__body__name__icontains=word) | Q(plan__body__short__icontains=word) | Q(number__icontains=word))
    if request.GET.get("format") == "xlsx":
        return exports.excel("备案审查", (("单位", 30), ("计划", 30), ("报送次数", 10), ("收到", 14), ("状态", 12), ("办理", 14), ("文号", 24)), (
            (f.plan.body.name, str(f.plan), f.round, timezone.localdate(f.received_at), f.state_word,
             timezone.localdate(f.decided_at) if f.decided_at else "", f.number) for f in found
        ))
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    return render(request, "supervisor/filings.html", {
        "title": "备案审查", "page_obj": page, "state": state, "rows": [(f, waited_words(_waited(f)), lists.examination_limit(f)) for f in page],
        "columns_rows": COLUMNS, "cols": bulk.shown(request, COLUMNS, "plan"),
        "states": [("waiting", "待备案"), ("filed", "已备案"), ("returned", "退回补正"), ("all", "全部")],
    })


@screen("supervisor/filings/<id>", "327-14-1", "327-14-2", "327-13-1", "HR-14-1")
@desk("supervisor")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The system's check, the changes, remarks row by row; 准予备案 or 退回补正."""
    filing = visible_or_404(request.actor, Filing.objects.select_related("plan__body", "office"), pk=pk, office_kind="judicial")
    if request.method == "POST":
        return _act(request, filing)
    return render(request, "supervisor/filing.html", _context(request, filing))


def _rows(request: HttpRequest, filing: Filing, hints: list[tuple[int, str]], changes: list[lists.Change] | None) -> list[dict[str, Any]]:
    """Rows with something to look at; all of them when asked (``all=1``)."""
    remarks = {r.row_id: r for r in filing.remarks.all()}
    by_n: dict[int, list[str]] = {}
    for n, words in hints:
        by_n.setdefault(n, []).append(words)
    changed = {c.n for c in changes or ()}
    rows = filing.plan.rows.filter(withdrawn_at=None)
    everything = request.GET.get("all") == "1" or (changes is None and len(rows) <= 12)
    return [
        {"row": r, "remark": remarks.get(r.pk), "hints": by_n.get(r.n, [])}
        for r in rows if everything or r.pk in remarks or r.n in by_n or r.n in changed
    ]


def _context(request: HttpRequest, filing: Filing) -> dict[str, Any]:
    plan = filing.plan
    changes, hints = lists.differences(filing), offices.auto_hints(filing)
    checked = facts.of(plan, request.actor, filing=filing)
    open_now = filing.state == "waiting" and filing.round == plan.round and plan.state in queries.WAITING
    mine = filing.office_id == request.actor.body
    nine = offices.nine_check(filing) if open_now else []
    return {
        "title": str(plan), "filing": filing, "plan": plan, "changes": changes, "before": lists.former_filing(filing), "hints": hints,
        "nine": nine, "lacking": sum(n for _, n in nine), "rows": _rows(request, filing, hints, changes), "total": len(filing.rows),
        "waited": waited_words(_waited(filing)), "limit": lists.examination_limit(filing), "open": open_now and mine,
        "cannot_file": flows.PLAN.missing("file", checked) if open_now else (),
        "cannot_return": flows.PLAN.missing("return", checked) if open_now else (),
        "process": lists.process(plan), "all_rows": request.GET.get("all") == "1", "nine_words": NINE,
        "papers": Paper.objects.filter(number=filing.number) if filing.number else (),
        "superior": plan.filings.filter(round=filing.round, office_kind="superior").first(),
    }


def _save_remarks(request: HttpRequest, filing: Filing) -> int:
    saved = 0
    for row in filing.plan.rows.filter(withdrawn_at=None):
        if f"text-{row.pk}" in request.POST:
            text = request.POST[f"text-{row.pk}"]
            made = offices.remark(filing, row, request.actor, text, request.POST.get(f"kind-{row.pk}") == "must")
            saved += made is not None
    return saved


def _act(request: HttpRequest, filing: Filing) -> HttpResponse:
    step = request.POST.get("step", "")
    try:
        _save_remarks(request, filing)
        if step == "file":
            offices.file(filing, request.actor, request.POST.get("opinion", ""))
            filing.refresh_from_db()
            messages.success(request, f"已准予备案，备案回执 {filing.number}")
        elif step == "return":
            offices.return_(filing, request.actor, request.POST.get("opinion", ""))
            filing.refresh_from_db()
            messages.success(request, f"已退回补正，通知 {filing.number}")
        else:
            messages.success(request, f"意见已保存 {timezone.localtime():%H:%M}")
    except Refused as refused:
        found = Filing.objects.select_related("plan__body", "office").get(pk=filing.pk)
        return refused_response(request, refused, "supervisor/filing.html", _context(request, found))
    return redirect("supervisor-filing", filing.pk)


@desk("supervisor")
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows as sent, in Excel."""
    filing = visible_or_404(request.actor, Filing.objects.select_related("plan"), pk=pk)
    heads = [("行", 6), *((word, 24) for _, word in NINE), ("实施季度", 12)]
    return exports.excel(f"{filing.plan}报送稿", heads, ((r["n"], *(r[name] for name, _ in NINE), r["quarters"]) for r in filing.rows))


@screen("supervisor/late", "327-13-2")
@desk("supervisor")
def late(request: HttpRequest) -> HttpResponse:
    """Bodies that have not filed: days late, last reminder, 催办. Before the deadline: who is still to come."""
    office, today = Body.objects.get(pk=request.actor.body), calendar.today()
    asked = whole(request.GET.get("year", "")) or 0
    year = asked if 2025 < asked < 2100 else today.year
    reminded = _remind(request, year) if request.method == "POST" else None
    if isinstance(reminded, HttpResponse):
        return reminded
    rows = lists.late_bodies(office, year, today, before_deadline=True)
    if request.GET.get("format") == "xlsx":
        return exports.excel("未备案单位", LATE_HEADS, (
            (x.body.name, x.year, "逾期报送" if x.filed_late else x.state, x.days, timezone.localdate(x.reminded.at) if x.reminded else "")
            for x in rows
        ))
    return render(request, "supervisor/late.html", {
        "title": "未备案单位", "results": reminded, "here": f"{request.path}?year={year}", "actions": [("remind", "批量催办")],
        "rows": [x for x in rows if not x.filed_late], "came": [x for x in rows if x.filed_late], "year": year,
        "deadline": queries.deadline(year), "countdown": queries.countdown(year), "over": today > queries.deadline(year),
        "years": [today.year, today.year + 1],
    })


def _remind(request: HttpRequest, year: int) -> HttpResponse | list[bulk.Result]:
    """催办 one body, and back to the list; or 批量催办, with a result for each row."""
    mine, text = scope(request.actor, Body.objects.order_by("name")), request.POST.get("text", "")
    if request.POST.get("bulk") == "remind":
        return bulk.each(bulk.chosen(request, mine), lambda body: body.name, lambda body: _once_a_day(body, year, request.actor, text))
    body = visible_or_404(request.actor, Body.objects.all(), pk=whole(request.POST.get("body", "")))
    try:
        _once_a_day(body, year, request.actor, text)
    except Refused as refused:
        return refused_response(request, refused)
    messages.success(request, f"已催办“{body.name}”")
    return redirect(f"{request.path}?year={year}")


def _once_a_day(body: Body, year: int, actor: Actor, text: str) -> None:
    """催办; refused where today's has been sent, so that the result of the row does not say it was sent anew."""
    began = timezone.now()
    made = offices.remind(body, year, actor, text)
    if made.at < began:
        raise Refused([Breach(f"{cn_datetime(made.at)} 已催办，同一天不重复发出。", (Remedy("次日仍未报送的，再次催办或电话联系"),))])

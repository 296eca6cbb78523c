"""The enterprise's desk: what it must do first, then its visits, papers, sites and account."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jiangcheng.inspection.visits.models import CapUse, Order, Visit
from jiangcheng.inspection.visits.queries import ANNOUNCED
from jiangcheng.inspection.visits.words import HIDDEN_FROM_OTHERS, TONES
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.papers import files, issue
from jiangcheng.papers.models import InspectionCode, Paper
from jiangcheng.parties import enterprises
from jiangcheng.parties import scope as scoping
from jiangcheng.parties.models import Enterprise, Seat, Site
from jiangcheng.web import bulk, exports
from jiangcheng.web.context import navigation
from jiangcheng.web.desk import desk
from jiangcheng.web.enterprise.forms import PersonForm
from jiangcheng.web.errors import refused_response
from jiangcheng.web.verify import answering, correcting, firm
from jiangcheng.web.verify.visit import receipt_file

MOST_IN_ZIP, MOST_IN_SHEET = 200, 5000
VISIT_HEADS = (
    ("检查编号", 20), ("日期", 12), ("检查事项", 36), ("单位", 30), ("检查类型", 12), ("为什么检查", 36), ("状态", 14), ("结果", 20), ("用时", 12),
    ("是否计入频次", 30),
)
ORDER_HEADS = (("编号", 22), ("单位", 30), ("种类", 16), ("要求", 60), ("期限", 12), ("状态", 14))
PAPER_HEADS = (("文书", 22), ("文号", 30), ("单位", 30), ("出具", 12), ("送达", 30), ("查验编号", 16))
PAPER_COLUMNS = (("kind", "文书"), ("number", "文号"), ("body", "单位"), ("issued", "出具"), ("sent", "送达"), ("files", "下载"))


def orders_of(actor: Actor) -> Any:
    """Orders of the own enterprise, by term."""
    return scoping.scope(actor, Order.objects.filter(visit__enterprise=actor.enterprise)).order_by("due", "id")


def visits_of(actor: Actor) -> Any:
    """Visits of the own enterprise that it may know of, newest first."""
    own = Visit.objects.filter(~Q(state__in=HIDDEN_FROM_OTHERS) | ANNOUNCED, enterprise=actor.enterprise)
    related = ("body__judicial_office", "site", "row__plan", "order__visit", "draw")
    return scoping.scope(actor, own).select_related(*related).order_by("-arrived_at", "-id")


def papers_of(actor: Actor) -> Any:
    """Papers for the own enterprise, newest first."""
    return scoping.scope(actor, Paper.objects.filter(matter_kind="visit")).select_related("body").order_by("-issued_at", "-id")


@navigation("enterprise")
def nav(request: HttpRequest) -> list[dict[str, Any]]:
    waiting = orders_of(request.actor).filter(state__in=firm.OPEN_ORDER).count() if request.actor.has("enterprise") else 0
    return [
        {"label": "首页", "url": reverse("enterprise-home"), "icon": "home"},
        {"label": "检查记录", "url": reverse("enterprise-visits"), "icon": "visit"},
        {"label": "待整改", "url": reverse("enterprise-orders"), "icon": "fix", "count": waiting},
        {"label": "文书", "url": reverse("enterprise-papers"), "icon": "list"},
        {"label": "场所", "url": reverse("enterprise-sites"), "icon": "list"},
        {"label": "账号", "url": reverse("enterprise-account"), "icon": "me"},
    ]


def addresses(number: str) -> firm.Addresses:
    """The pages of a visit on this desk."""
    return firm.Addresses(
        reverse("enterprise-visit", args=[number]), reverse("enterprise-answer", args=[number]),
        lambda order: reverse("enterprise-order", args=[order]), lambda leaf: reverse("enterprise-receipt", args=[number, leaf]),
    )


def _order_lines(found: Any) -> list[firm.OrderLine]:
    return [
        firm.OrderLine(o, calendar.limit(o.due), reverse("enterprise-order", args=[o.number]), [p.get("todo", "") for p in o.points])
        for o in found.select_related("visit__body")
    ]


# --- home ---


@screen("enterprise/", "327-20-5", "327-15-1")
@desk("enterprise")
def home(request: HttpRequest) -> HttpResponse:
    """What must be done, then this year's visits; beside them new papers and what may still come."""
    today = calendar.today()
    own = Enterprise.objects.get(pk=request.actor.enterprise)
    visits = [_line(v) for v in visits_of(request.actor)[:50] if _day(v) and _day(v).year == today.year]
    return render(request, "enterprise/home.html", {
        "title": "企业首页", "firm": own, "mark": enterprises.mark(own), "year": today.year, "visits": visits,
        "running": [x for x in visits if x["visit"].state in ("arrived", "inspecting", "broken_off", "to_tell")],
        "due": _order_lines(orders_of(request.actor).filter(state__in=firm.OPEN_ORDER)),
        "papers": papers_of(request.actor).exclude(kind="delivery")[:4], "places": places(own, today.year),
    })


def _day(visit: Visit) -> Any:
    moment = visit.arrived_at or visit.ended_at or visit.window_start
    return timezone.localdate(moment) if moment else None


def _why(visit: Visit) -> str:
    """How the enterprise was chosen, in few words."""
    if visit.order_id:
        return f"复查 {visit.order.visit.number} 的责令事项"
    if visit.draw_id:
        return f"从 {len(visit.draw.pool)} 家中随机抽取"
    how = visit.get_chosen_display()
    return f"{how}：{visit.pick_reason}" if visit.pick_reason else how


def _line(visit: Visit) -> dict[str, Any]:
    items = [i.version.name for i in visit.items.select_related("version").order_by("id")]
    counted = firm.counters.why_not_counted(visit)
    place = None if counted else visit.cap_uses.select_related("cap", "counter").order_by("id").first()
    return {
        "visit": visit, "day": _day(visit), "items": items, "word": firm.word_of(visit), "tone": TONES.get(visit.state, ""), "why": _why(visit),
        "took": firm.minutes(visit) if visit.ended_at else "", "counted": counted, "place": place,
        "url": reverse("enterprise-visit", args=[visit.number]),
        "result": _result(visit), "returned": place is not None and place.state == "returned", "nth": _nth(place) if place else 0,
    }


def _nth(place: CapUse) -> int:
    """Which use of its limit a visit is, counted from one."""
    return CapUse.objects.filter(counter=place.counter_id, pk__lte=place.pk).exclude(state="returned").count()


def _result(visit: Visit) -> str:
    """The result in words, once it was told."""
    if visit.told_at is None:
        return ""
    words = dict(firm.words.OUTCOMES)
    return "、".join(words.get(o, o) for o in visit.outcome_list)


def places(own: Enterprise, year: int) -> list[dict[str, Any]]:
    """本年还会来检查吗: limits under which the enterprise was inspected this year, with what is used of them."""
    uses = CapUse.objects.filter(visit__enterprise=own, state="used", counter__period__startswith=str(year), cap__isnull=False)
    rows: dict[int, dict[str, Any]] = {}
    for use in uses.select_related("cap", "counter").order_by("id"):
        names = {i.version.name for i in use.visit.items.select_related("version")}
        row = rows.setdefault(use.counter_id, {"names": set(), "limit": use.cap.limit, "used": 0, "printed": use.cap.printed})
        row["names"] |= names
        row["used"] += 1
    return [row | {"names": "、".join(sorted(row["names"])), "full": row["used"] >= row["limit"]} for row in rows.values()]


# --- visits ---


@screen("enterprise/visits", "327-08-2", "327-15-1")
@desk("enterprise")
def visits(request: HttpRequest) -> HttpResponse:
    """检查记录: who, why, result, counted or not and why."""
    found = visits_of(request.actor)
    query = request.GET.get("q", "").strip()
    if query:
        found = found.filter(Q(number__icontains=query) | Q(body__name__icontains=query) | Q(items__version__name__icontains=query)).distinct()
    if request.GET.get("format") == "xlsx":
        return exports.excel("检查记录", VISIT_HEADS, (_visit_cells(_line(v)) for v in found[:MOST_IN_SHEET]))
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "enterprise/visits.html", {"title": "检查记录", "page": page, "rows": [_line(v) for v in page], "q": query})


def _counted(line: dict[str, Any]) -> str:
    if line["counted"]:
        return f"不计入：{line['counted']}"
    return "已退回" if line["returned"] else "计入" if line["place"] else "没有公布频次上限"


def _visit_cells(line: dict[str, Any]) -> tuple[Any, ...]:
    visit = line["visit"]
    return (visit.number, line["day"], "、".join(line["items"]), visit.body.name, visit.get_kind_display(), line["why"], line["word"],
            line["result"], line["took"], _counted(line))


def _visit(request: HttpRequest, number: str) -> Visit:
    scoping.visible_or_404(request.actor, visits_of(request.actor), number=number)
    return firm.load(number)


@screen("enterprise/visits/<no>", "327-18-5", "327-18-3")
@desk("enterprise")
def visit(request: HttpRequest, number: str) -> HttpResponse:
    """One visit: result, orders, papers with receipts, course."""
    row = _visit(request, number)
    page = firm.view(row, request.actor, addresses(number))
    code = InspectionCode.objects.filter(visit=number).order_by("-generation").first()
    return render(request, "enterprise/visit.html", {
        "title": "检查记录", "v": page, "visit": row, "urls": page.urls, "line": _line(row), "code": code,
    })


@screen("enterprise/visits/<no>/answer", "327-18-4", "327-18-5", "327-40-02")
@desk("enterprise")
def answer(request: HttpRequest, number: str) -> HttpResponse:
    """陈述与签收 from the account."""
    code = InspectionCode.objects.filter(visit=number).order_by("-generation").first()
    row = _visit(request, number)
    return answering.handle(request, row, request.actor, addresses(number), short=code.short if code and row.arrived_at else "", nav=[])


@desk("enterprise")
@require_safe
def receipt(request: HttpRequest, number: str, leaf: str) -> HttpResponse:
    """查看存证回执."""
    return receipt_file(_visit(request, number), leaf)


# --- orders ---


@screen("enterprise/orders", "327-20-5")
@desk("enterprise")
def orders(request: HttpRequest) -> HttpResponse:
    """待整改: open orders by term, then those under way and done."""
    lines = _order_lines(orders_of(request.actor))
    if request.GET.get("format") == "xlsx":
        return exports.excel("整改", ORDER_HEADS, (
            (x.order.number, x.order.visit.body.name, x.order.get_kind_display(), "\n".join(x.todo), x.order.due, x.order.state_word) for x in lines
        ))
    return render(request, "enterprise/orders.html", {
        "title": "待整改", "open": [x for x in lines if x.open], "done": [x for x in lines if not x.open],
    })


@screen("enterprise/orders/<no>", "327-20-3", "327-20-5")
@desk("enterprise")
def order(request: HttpRequest, number: str) -> HttpResponse:
    """提交整改, 申请延期."""
    row = scoping.visible_or_404(request.actor, orders_of(request.actor).select_related("visit"), number=number)
    urls = addresses(row.visit.number)
    return correcting.handle(request, correcting.order_of(firm.load(row.visit.number), number), request.actor, urls, "enterprise/order.html")


# --- papers, sites, account ---


@screen("enterprise/papers", "327-21-1")
@desk("enterprise")
def papers(request: HttpRequest) -> HttpResponse:
    """All papers for the enterprise."""
    found = papers_of(request.actor).prefetch_related("deliveries")
    query = request.GET.get("q", "").strip()
    if query:
        found = found.filter(Q(number__icontains=query) | Q(code__iexact=query) | Q(body__name__icontains=query))
    if request.GET.get("format") == "xlsx":
        return exports.excel("文书", PAPER_HEADS, (
            (p.get_kind_display(), p.number, p.body.name, timezone.localdate(p.issued_at), _sent(p), p.code) for p in found[:MOST_IN_SHEET]
        ))
    page = Paginator(found, 30).get_page(request.GET.get("page"))
    return render(request, "enterprise/papers.html", {
        "title": "文书", "page": page, "rows": [(p, _sent(p)) for p in page], "q": query, "columns": PAPER_COLUMNS,
        "shown": bulk.shown(request, PAPER_COLUMNS, "kind"),
    })


def _sent(paper: Paper) -> str:
    """How the paper reached the enterprise; 送达回证 are proofs of that and wait for nobody."""
    return firm.sent(paper) if paper.kind != "delivery" else ""


@desk("enterprise")
@require_safe
def bundle(request: HttpRequest) -> HttpResponse:
    """下载全部文书: this year's papers in one file."""
    year = calendar.today().year
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for paper in papers_of(request.actor).filter(issued_at__year=year)[:MOST_IN_ZIP]:
            try:
                packed.writestr(f"{paper.get_kind_display()} {paper.number}.pdf", issue.content(paper))
            except files.Altered:
                packed.writestr(f"{paper.get_kind_display()} {paper.number} 未能打开.txt", "存放的文件与出具时的摘要不符，请联系出具单位。")
    response = HttpResponse(out.getvalue(), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="papers-{year}.zip"'
    return response


@screen("enterprise/sites", "327-06-1")
@desk("enterprise")
def sites(request: HttpRequest) -> HttpResponse:
    """场所: where the enterprise may be inspected; territory follows the place."""
    rows = scoping.scope(request.actor, Site.objects.select_related("division")).order_by("id")
    return render(request, "enterprise/sites.html", {"title": "场所", "rows": rows})


def _consent(request: HttpRequest, own: Enterprise, step: str) -> None:
    if step == "consent" and own.e_delivery_at is None:
        enterprises.record_consent(own, request.actor.name, request.actor)
        messages.success(request, "已同意电子送达。以后的文书可以直接送到这个账号。")
    elif step == "withdraw" and own.e_delivery_at is not None:
        enterprises.withdraw_consent(own, request.actor.name, request.actor)
        messages.success(request, "已撤回同意。已经送达的文书不受影响。")


@screen("enterprise/account", "327-18-5")
@desk("enterprise")
def account(request: HttpRequest) -> HttpResponse:
    """Users of the enterprise, 电子送达同意, claim."""
    own = Enterprise.objects.get(pk=request.actor.enterprise)
    if request.method == "POST":
        _consent(request, own, request.POST.get("step", ""))
        return redirect("enterprise-account")
    today = calendar.today()
    seats = scoping.scope(request.actor, Seat.objects.filter(role="enterprise")).select_related("account__person").order_by("valid_from", "id")
    users = [(s, s.valid_from <= today and (s.valid_until is None or s.valid_until >= today), s.account_id == request.actor.account) for s in seats]
    return render(request, "enterprise/account.html", {"title": "账号", "firm": own, "users": users, "mark": enterprises.mark(own)})


@screen("enterprise/account/add", "327-40-02")
@desk("enterprise")
def add_person(request: HttpRequest) -> HttpResponse:
    """添加人员: whom the enterprise lets act for it is its own choice."""
    own = Enterprise.objects.get(pk=request.actor.enterprise)
    form = PersonForm(request.POST or None)
    context = {"title": "添加人员", "form": form, "firm": own}
    if not (request.method == "POST" and form.is_valid()):
        return render(request, "enterprise/person.html", context, status=422 if form.is_bound else 200)
    given = form.cleaned_data
    try:
        enterprises.add_person(own, given["name"], given["phone"], given["username"], given["password"], request.actor)
    except Refused as refused:
        return refused_response(request, refused, "enterprise/person.html", context)
    messages.success(request, f"已添加{given['name']}，账号名 {given['username']}。")
    return redirect("enterprise-account")

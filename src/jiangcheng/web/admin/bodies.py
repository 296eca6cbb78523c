"""单位: tree by level, one body, its powers and heads."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from jiangcheng.kernel import ledger
from jiangcheng.law.screens import screen
from jiangcheng.parties import actions, bodies, territory
from jiangcheng.parties.bodies import FIELD_WORDS
from jiangcheng.parties.models import Body, Competence, Headship, Seat
from jiangcheng.web.admin.forms import BodyForm, CompetenceForm, HeadForm, TermForm
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.desk import desk

SOON = 60
PER_PAGE = 60
SHOW = (
    ("", "全部"), ("wrong", "资格有缺"), ("lapsing", "委托将到期或已到期"), ("headless", "没有负责人"), ("names", "仅有名称"),
    ("judicial", "司法行政部门"),
)
SHOWN = ("GET", "HEAD", "POST")


def rows(day) -> list[Body]:
    """All bodies in the order of the tree, each with problems, head and the state of its entrustment."""
    found = list(Body.objects.select_related("division__delegated_by", "principal", "judicial_office", "superior").order_by("division__path", "name"))
    heads = {h.body_id: h.person.name for h in Headship.objects.filter(bodies.running(day), rank="principal").select_related("person")}
    for body in found:
        body.problems = bodies.standing_on(body, day) if body.enforces else ()
        body.head_name = heads.get(body.pk, "")
        body.depth = max(0, body.division.level - 2)
        left = (body.entrust_until - day).days if body.kind == "entrusted" and body.entrust_until else None
        body.lapse = None if left is None or left > SOON else ("late", "委托已到期") if left < 0 else ("warn", f"委托还有 {left} 日")
    return found


def _shown(found: list[Body], show: str, q: str) -> list[Body]:
    tests = {
        "wrong": lambda b: b.problems, "lapsing": lambda b: b.lapse, "headless": lambda b: b.enforces and not b.head_name,
        "names": lambda b: not b.enforces and not b.judicial, "judicial": lambda b: b.judicial,
    }
    keep = [b for b in found if tests.get(show, lambda b: True)(b)]
    return [b for b in keep if q in b.name or q in b.short or q.upper() == b.uscc] if q else keep


@screen("admin/bodies", "327-03-1", "327-06-3")
@desk("admin")
@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """Bodies by level and place."""
    found = rows(timezone.localdate())
    shown = _shown(found, request.GET.get("show", ""), request.GET.get("q", "").strip())
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    groups: list[dict] = []
    for body in page:
        if not groups or groups[-1]["division"] != body.division:
            groups.append({"division": body.division, "depth": body.depth, "rows": []})
        groups[-1]["rows"].append(body)
    chips = [(value, word, len(_shown(found, value, ""))) for value, word in SHOW]
    return render(request, "admin/bodies.html", {"title": "单位", "groups": groups, "chips_rows": chips, "page_obj": page})


@desk("admin")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One body with everything on record."""
    body = get_object_or_404(Body.objects.select_related("division", "principal", "judicial_office", "superior"), pk=pk)
    day = timezone.localdate()
    powers = list(Competence.objects.filter(body=body).order_by("field", "valid_from"))
    for row in powers:
        row.word = FIELD_WORDS.get(row.field, row.field)
        row.now = row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)
    heads = list(Headship.objects.filter(body=body).select_related("person").order_by("-valid_from"))
    facts = [
        ("类别", body.get_kind_display()), ("依据", body.basis), ("依据层级", body.get_basis_level_display()),
        ("层级", body.get_level_display() + ("（垂直管理）" if body.vertical else "")), ("管辖区域", body.division.name),
        ("上级主管部门", body.superior or body.superior_name), ("同级司法行政部门", body.judicial_office), ("发文代字", body.word),
        ("信用代码", body.uscc), ("地址", body.address), ("监督电话", body.complaint_phone),
    ]
    if body.kind == "entrusted":
        term = f"{body.entrust_from} 至 {body.entrust_until}" if body.entrust_from else ""
        facts[3:3] = [("委托机关", body.principal), ("委托范围", body.entrust_scope), ("委托期限", term)]
    if body.source_url:
        facts.append(("名称来源", body.source_url))
    offices = [] if body.judicial_office_id or body.judicial else territory.same_level_offices(body)
    return render(request, "admin/body.html", {
        "title": body.name, "body": body, "facts": facts, "powers": powers, "heads": heads, "offices": offices,
        "problems": bodies.standing_on(body, day) if not body.judicial else (), "leaves": ledger.history(body), "day": day,
    })


def _crumbs(body: Body | None = None) -> tuple[tuple[str, str], ...]:
    found = (("单位", reverse("admin-bodies")),)
    return (*found, (body.short, reverse("admin-body", args=[body.pk]))) if body else found


@desk("admin")
@require_http_methods(SHOWN)
def add(request: HttpRequest) -> HttpResponse:
    """新增单位."""
    form = BodyForm(request.POST or None)
    return one_form(
        request, form, lambda: actions.save_body(form.save(commit=False), request.actor, "新增单位"), title="新增单位", word="新增单位",
        done="已新增。", back=reverse("admin-bodies"), crumbs=_crumbs(), sub="类别、依据暂缺的可以先存；补全之前，这个单位不能实施行政检查。",
    )


@desk("admin")
@require_http_methods(SHOWN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """修改单位资料."""
    body = get_object_or_404(Body, pk=pk)
    form = BodyForm(request.POST or None, instance=body)
    return one_form(
        request, form, lambda: actions.save_body(form.save(commit=False), request.actor, "修改：" + "、".join(
            str(form.fields[name].label) for name in form.changed_data)),
        title="修改单位资料", word="保存修改", done="已保存。", back=reverse("admin-body", args=[pk]), crumbs=_crumbs(body),
    )


@desk("admin")
@require_http_methods(SHOWN)
def add_power(request: HttpRequest, pk: int) -> HttpResponse:
    """登记职权."""
    body = get_object_or_404(Body, pk=pk)
    form = CompetenceForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    return one_form(
        request, form, lambda: actions.add_competence(body, form.save(commit=False), request.actor),
        title="登记职权", word="登记职权",
        done="已登记。", back=reverse("admin-body", args=[pk]), crumbs=_crumbs(body),
        sub="不在职权、授权或委托范围内的领域，不能检查（第三条第二款）。",
    )


@desk("admin")
@require_http_methods(SHOWN)
def add_head(request: HttpRequest, pk: int) -> HttpResponse:
    """登记负责人."""
    body = get_object_or_404(Body, pk=pk)
    form = HeadForm(request.POST or None, initial={"valid_from": timezone.localdate()})
    form.fields["person"].queryset = form.fields["person"].queryset.filter(
        Q(certificates__body=body) | Q(accounts__in=Seat.objects.filter(body=body).values("account")) | ~Q(accounts__seats__isnull=False)
    ).distinct().order_by("name")
    return one_form(
        request, form, lambda: actions.add_head(body, form.save(commit=False), request.actor), title="登记负责人", word="登记负责人",
        done="已登记。", back=reverse("admin-body", args=[pk]), crumbs=_crumbs(body), sub="每个单位同一时间只有一名主要负责人（第六条第二款）。",
    )


TERMS = {"power": (Competence, "职权"), "head": (Headship, "任期"), "seat": (Seat, "岗位")}


@desk("admin")
@require_http_methods(SHOWN)
def end_term(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """写明止日 of a power, a head's office or a seat. Terms are ended, never removed."""
    model, word = TERMS[kind]
    row = get_object_or_404(model, pk=pk)
    form = TermForm(request.POST or None, initial={"valid_until": row.valid_until or timezone.localdate()})
    back = reverse("admin-account", args=[row.account_id]) if kind == "seat" else reverse("admin-body", args=[row.body_id])
    crumbs = (("账号", reverse("admin-accounts")),) if kind == "seat" else _crumbs(row.body)
    return one_form(
        request, form, lambda: actions.end_term(row, form.cleaned_data["valid_until"], request.actor, form.cleaned_data["why"]),
        title=f"写明{word}止日", word="写明止日", done=f"{word}止日已写明。", back=back, crumbs=crumbs, sub=str(row),
    )

"""人员: people with their certificates; phones masked, looking is logged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiangcheng.kernel import ledger
from jiangcheng.law.screens import screen
from jiangcheng.parties import actions, certificates
from jiangcheng.parties.models import Account, Certificate, Headship, Person
from jiangcheng.web import bulk, exports
from jiangcheng.web.admin.forms import AccountForm, CertificateForm, PersonForm, RevokeForm, SuspendForm
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.desk import desk
from jiangcheng.web.templatetags.text import mask_phone

SOON = 30
TONES = {"valid": "ok", "not_yet": "wait", "expired": "late", "suspended": "late", "revoked": "wait"}
SHOWN = ("GET", "HEAD", "POST")


def marked(rows, day) -> list[Certificate]:
    """Certificates with mark (word, tone) and, where it ends soon, the days left."""
    found = list(rows)
    for row in found:
        status = certificates.status_on(row, day)
        left = (row.valid_until - day).days
        row.tone, row.word = TONES[status], certificates.WORDS[status]
        if status == "valid" and left <= SOON:
            row.tone, row.word = "warn", f"{left} 日后到期" if left else "今天到期"
    return found


def _filters(day) -> dict[str, Q]:
    """People by the state of their certificates. One certificate has to meet all parts of a condition."""
    live = Certificate.objects.filter(revoked_at=None)
    soon = live.filter(valid_until__gte=day, valid_until__lte=day + timedelta(days=SOON))
    ended = live.filter(valid_until__lt=day)
    held = live.filter(suspended_from__lte=day).exclude(suspended_until__lt=day)
    officers = Q(accounts__seats__role="officer")
    return {
        "soon": Q(certificates__in=soon), "ended": Q(certificates__in=ended), "suspended": Q(certificates__in=held),
        "bare": Q(certificates__in=live.filter(valid_until__gte=day, photo="")),
        "none": officers & Q(certificates__isnull=True), "officers": officers,
    }


SHOW = (
    ("", "全部"), ("officers", "执法人员"), ("soon", f"{SOON} 日内到期"), ("ended", "已到期"), ("suspended", "暂扣"), ("bare", "未登记照片"),
    ("none", "执法人员无证"),
)


COLUMNS = (("name", "姓名"), ("phone", "手机"), ("certificate", "执法证件"), ("until", "有效期至"), ("state", "状态"))
HEADS = (("姓名", 16), ("手机", 16), ("证号", 20), ("所属单位", 30), ("发证机关", 30), ("有效期起", 14), ("有效期至", 14), ("状态", 14), ("照片", 8))


def _found(request: HttpRequest, day: date) -> QuerySet[Person]:
    """People as the address filters them."""
    found = Person.objects.order_by("name")
    q = request.GET.get("q", "").strip()
    if q:
        found = found.filter(Q(name__icontains=q) | Q(certificates__number__icontains=q) | Q(accounts__username__icontains=q))
    show = _filters(day).get(request.GET.get("show", ""))
    return (found if show is None else found.filter(show)).distinct()


def _with_certificates(people: Iterable[Person], day: date) -> list[Person]:
    """The people with ``held``, their certificates, the one that ends first on top."""
    found = list(people)
    held: dict[int, list[Certificate]] = {}
    for row in marked(Certificate.objects.filter(person__in=[p.pk for p in found]).select_related("body").order_by("valid_until"), day):
        held.setdefault(row.person_id, []).append(row)
    for person in found:
        person.held = held.get(person.pk, [])
    return found


def _lines(people: list[Person]) -> Iterator[tuple[Any, ...]]:
    """A line a certificate for Excel; phones stay masked."""
    for p in people:
        phone = mask_phone(p.phone)
        for c in p.held:
            yield p.name, phone, c.number, c.body.name, c.issuer, c.valid_from, c.valid_until, c.word, "有" if c.photo else "无"
        if not p.held:
            yield p.name, phone, "", "", "", "", "", "没有证件", ""


@screen("admin/people", "327-18-1")
@desk("admin")
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """People with their certificates; columns to choose, Excel of the filter."""
    day = timezone.localdate()
    found = _found(request, day)
    if request.GET.get("format") == "xlsx":
        return exports.excel("人员", HEADS, _lines(_with_certificates(found, day)))
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    filters = _filters(day)
    chips = [(v, w, Person.objects.filter(filters[v]).distinct().count() if v else Person.objects.count()) for v, w in SHOW]
    return render(request, "admin/people.html", {
        "title": "人员", "page": page, "rows": _with_certificates(page, day), "chips_rows": chips, "columns_rows": COLUMNS,
        "cols": bulk.shown(request, COLUMNS, "name"),
    })


@never_cache
@desk("admin")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: certificates, offices, accounts."""
    return _person(request, pk)


@never_cache
@desk("admin")
@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """查看 the full phone number; that it was looked at is kept."""
    person = get_object_or_404(Person, pk=pk)
    return _person(request, pk, phone=actions.reveal(person, request.actor))


def _person(request: HttpRequest, pk: int, phone: str = "") -> HttpResponse:
    person = get_object_or_404(Person, pk=pk)
    rows = marked(Certificate.objects.filter(person=person).select_related("body", "person").order_by("-valid_until"), timezone.localdate())
    accounts = Account.objects.filter(person=person).order_by("username")
    offices = Headship.objects.filter(person=person).select_related("body").order_by("-valid_from")
    return render(request, "admin/person.html", {
        "title": person.name, "person": person, "rows": rows, "accounts": accounts, "offices": offices, "phone": phone,
        "leaves": ledger.history(person),
    })


def _crumbs(person: Person | None = None) -> tuple[tuple[str, str], ...]:
    found = (("人员", reverse("admin-people")),)
    return (*found, (person.name, reverse("admin-person", args=[person.pk]))) if person else found


@desk("admin")
@require_http_methods(SHOWN)
def add(request: HttpRequest) -> HttpResponse:
    """新增人员."""
    form = PersonForm(request.POST or None)
    return one_form(
        request, form, lambda: actions.save_person(form.save(commit=False), request.actor), title="新增人员", word="新增人员", done="已新增。",
        back=reverse("admin-people"), crumbs=_crumbs(),
    )


@desk("admin")
@require_http_methods(SHOWN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """修改人员资料. The phone is typed anew: the page never shows it unasked."""
    person = get_object_or_404(Person, pk=pk)
    old = person.phone
    form = PersonForm(request.POST or None, instance=person, initial={"phone": ""})
    form.fields["phone"].help_text = "留空则不变"

    def save() -> None:
        changed = form.save(commit=False)
        changed.phone = changed.phone or old
        actions.save_person(changed, request.actor)

    return one_form(
        request, form, save, title="修改人员资料", word="保存修改", done="已保存。", back=reverse("admin-person", args=[pk]), crumbs=_crumbs(person),
    )


@desk("admin")
@require_http_methods(SHOWN)
def add_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """登记执法证件."""
    return _certificate(
        request, Certificate(person=get_object_or_404(Person, pk=pk)), title="登记执法证件", word="登记证件", done="已登记。",
        sub="没有有效证件的人员不能参加现场检查（第十八条第一项）。",
    )


@desk("admin")
@require_http_methods(SHOWN)
def edit_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """修改执法证件: renewed term, corrected number, photo."""
    row = get_object_or_404(Certificate.objects.select_related("person"), pk=pk)
    return _certificate(request, row, title="修改执法证件", word="保存修改", done="已保存。")


def _certificate(request: HttpRequest, row: Certificate, **words: str) -> HttpResponse:
    form = CertificateForm(request.POST or None, request.FILES or None, instance=row)
    return one_form(
        request, form, lambda: actions.save_certificate(form.row(), request.actor), back=reverse("admin-person", args=[row.person_id]),
        crumbs=_crumbs(row.person), template="admin/certificate.html", **words,
    )


@desk("admin")
@require_http_methods(SHOWN)
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """暂扣."""
    row = get_object_or_404(Certificate.objects.select_related("person"), pk=pk)
    form = SuspendForm(request.POST or None, initial={"start": timezone.localdate()})

    def act() -> None:
        data = form.cleaned_data
        actions.suspend(row, data["start"], data["suspended_until"], data["why"], request.actor)

    return one_form(
        request, form, act, title="暂扣执法证件", word="暂扣证件", done="已登记暂扣。", back=reverse("admin-person", args=[row.person_id]),
        crumbs=_crumbs(row.person), sub=f"{row.person.name} · {row.number}。暂扣期间不能参加检查。",
    )


@desk("admin")
@require_http_methods(SHOWN)
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """注销."""
    row = get_object_or_404(Certificate.objects.select_related("person"), pk=pk)
    form = RevokeForm(request.POST or None, initial={"day": timezone.localdate()})
    return one_form(
        request, form, lambda: actions.revoke(row, form.cleaned_data["day"], form.cleaned_data["why"], request.actor), title="注销执法证件",
        word=f"注销 {row.number}", done="已注销。", back=reverse("admin-person", args=[row.person_id]), crumbs=_crumbs(row.person),
        sub=f"{row.person.name} · {row.number}。注销后不能恢复。",
    )


@desk("admin")
@require_http_methods(SHOWN)
def add_account(request: HttpRequest, pk: int) -> HttpResponse:
    """新增账号 for a person."""
    person = get_object_or_404(Person, pk=pk)
    form = AccountForm(request.POST or None)

    def act() -> None:
        actions.add_account(form.cleaned_data["username"], form.cleaned_data["password"], person, request.actor)

    return one_form(
        request, form, act, title="新增账号", word="新增账号", done="已新增，请接着设置岗位。", back=reverse("admin-person", args=[pk]),
        crumbs=_crumbs(person), sub="账号能办什么，由岗位决定。",
    )

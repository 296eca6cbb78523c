"""账号: accounts with their seats; unlock, disable, new password."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.parties import access, actions
from jiangcheng.parties.bodies import running
from jiangcheng.parties.models import Account, LoginEvent, Seat
from jiangcheng.parties.words import ROLES
from jiangcheng.web import bulk, exports
from jiangcheng.web.admin.forms import ResetForm, SeatForm, WhyForm
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.desk import desk, whole

SHOWN = ("GET", "HEAD", "POST")


def _filters(now, day) -> dict[str, Q]:
    current = Seat.objects.filter(running(day)).values("account")
    return {"locked": Q(locked_until__gt=now), "off": Q(is_active=False), "bare": ~Q(pk__in=current)}


SHOW = (("", "全部"), ("locked", "已锁定"), ("off", "已停用"), ("bare", "没有岗位"))


def marked(account: Account, now) -> Account:
    """The account with its mark: 启用, 停用 or 锁定."""
    if not account.is_active:
        account.tone, account.word = "wait", "停用"
    elif account.locked_until and account.locked_until > now:
        account.tone, account.word = "late", "锁定"
    else:
        account.tone, account.word = "ok", "启用"
    return account


COLUMNS = (("username", "账号"), ("name", "姓名"), ("seats", "岗位"), ("last", "最近登录"), ("state", "状态"))
HEADS = (("账号", 18), ("姓名", 16), ("岗位", 50), ("最近登录", 20), ("状态", 10))
BULK = (("unlock", "解锁"), ("off", "停用"), ("on", "启用"))


def _found(request: HttpRequest) -> QuerySet[Account]:
    """Accounts as the address filters them."""
    now, day = timezone.now(), timezone.localdate()
    found = Account.objects.select_related("person").prefetch_related("seats__body", "seats__enterprise").order_by("username")
    q = request.GET.get("q", "").strip()
    if q:
        found = found.filter(Q(username__icontains=q) | Q(person__name__icontains=q) | Q(seats__body__name__icontains=q)).distinct()
    show = _filters(now, day).get(request.GET.get("show", ""))
    if show is not None:
        found = found.filter(show)
    if request.GET.get("role") in dict(ROLES):
        found = found.filter(Q(seats__in=Seat.objects.filter(running(day), role=request.GET["role"]))).distinct()
    return found


def _with_seats(rows: Iterable[Account]) -> list[Account]:
    """The accounts with their mark, seats in words and last log-in."""
    now, day, found = timezone.now(), timezone.localdate(), list(rows)
    last = dict(LoginEvent.objects.filter(username__in=[a.username for a in found], ok=True).values_list("username").annotate(Max("at")))
    for account in found:
        marked(account, now)
        account.words = [access.seat_word(s) for s in account.seats.all() if s.valid_from <= day and (not s.valid_until or day <= s.valid_until)]
        account.last = last.get(account.username)
    return found


def _act_on(account: Account, verb: str, why: str, actor: Actor) -> None:
    """One row of 批量办理. Refused where there is nothing to do, so that the result tells."""
    if verb == "unlock":
        if not account.locked_until or account.locked_until <= timezone.now():
            raise Refused([Breach("这个账号没有锁定。")])
        actions.unlock(account, actor)
        return
    if account.is_active == (verb == "on"):
        raise Refused([Breach(f"这个账号已是{'启用' if account.is_active else '停用'}状态。")])
    actions.set_active(account, verb == "on", why, actor)


@desk("admin")
@require_http_methods(SHOWN)
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts with seats and last log-in; 解锁, 停用, 启用 for several at once; columns to choose, Excel of the filter."""
    results, why, wrong = None, request.POST.get("why", "").strip(), ""
    verb = request.POST.get("bulk", "")
    if request.method == "POST" and verb in dict(BULK):
        if verb != "unlock" and not why:
            wrong = "请写明原因，再点停用或启用。"
        else:
            rows = bulk.chosen(request, Account.objects.order_by("username"))
            results = bulk.each(rows, lambda account: account.username, lambda account: _act_on(account, verb, why, request.actor))
    found = _found(request)
    if request.GET.get("format") == "xlsx":
        return exports.excel("账号", HEADS, (
            (a.username, a.person.name if a.person else "", "；".join(a.words),
             timezone.localtime(a.last).replace(tzinfo=None) if a.last else "", a.word) for a in _with_seats(found)
        ))
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    filters = _filters(timezone.now(), timezone.localdate())
    chips = [(v, w, Account.objects.filter(filters[v]).count() if v else Account.objects.count()) for v, w in SHOW]
    return render(request, "admin/accounts.html", {
        "title": "账号", "page": page, "rows": _with_seats(page), "chips_rows": chips, "columns_rows": COLUMNS,
        "cols": bulk.shown(request, COLUMNS, "username"), "results": results, "actions": BULK, "why": why, "wrong": wrong,
        "picked": {whole(n) for n in request.POST.getlist("row")} if wrong else (),
    }, status=409 if wrong else 200)


@desk("admin")
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One account."""
    account = marked(get_object_or_404(Account.objects.select_related("person"), pk=pk), timezone.now())
    day = timezone.localdate()
    seats = list(Seat.objects.filter(account=account).select_related("body", "enterprise").order_by("-valid_from", "id"))
    for seat in seats:
        seat.where = seat.body or seat.enterprise
        seat.now = seat.valid_from <= day and (seat.valid_until is None or day <= seat.valid_until)
    return render(request, "admin/account.html", {
        "title": account.username, "account": account, "seat_rows": seats, "leaves": ledger.history(account),
        "own": account.pk == request.actor.account,
        "tries": LoginEvent.objects.filter(username=account.username).order_by("-at")[:5],
        "devices": access.sessions_of(account).count(),
    })


def _crumbs(account: Account) -> tuple[tuple[str, str], ...]:
    return (("账号", reverse("admin-accounts")), (account.username, reverse("admin-account", args=[account.pk])))


@desk("admin")
@require_http_methods(SHOWN)
def add_seat(request: HttpRequest, pk: int) -> HttpResponse:
    """设置岗位."""
    account = get_object_or_404(Account, pk=pk)
    form = SeatForm(request.POST or None, instance=Seat(account=account), initial={"valid_from": timezone.localdate()})
    return one_form(
        request, form, lambda: actions.add_seat(form.save(commit=False), request.actor), title="设置岗位", word="设置岗位", done="岗位已设置。",
        back=reverse("admin-account", args=[pk]), crumbs=_crumbs(account), sub="系统管理员不能兼任其他岗位，也不能给自己设置岗位。",
    )


@desk("admin")
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    """解锁."""
    account = get_object_or_404(Account, pk=pk)
    actions.unlock(account, request.actor)
    messages.success(request, f"{account.username} 已解锁。")
    return redirect("admin-account", pk)


@desk("admin")
@require_http_methods(SHOWN)
def active(request: HttpRequest, pk: int) -> HttpResponse:
    """停用 or 启用."""
    account = get_object_or_404(Account, pk=pk)
    word = "停用账号" if account.is_active else "启用账号"
    form = WhyForm(request.POST or None)
    return one_form(
        request, form, lambda: actions.set_active(account, not account.is_active, form.cleaned_data["why"], request.actor),
        title=f"{word} {account.username}", word=word, done=f"已{word[:2]}。", back=reverse("admin-account", args=[pk]), crumbs=_crumbs(account),
        sub="停用后立即退出全部登录；以往办理的记录不变。" if account.is_active else "",
    )


@desk("admin")
@require_http_methods(SHOWN)
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """重设密码."""
    account = get_object_or_404(Account, pk=pk)
    form = ResetForm(request.POST or None)
    return one_form(
        request, form, lambda: actions.reset_password(account, form.cleaned_data["password"], request.actor),
        title=f"重设密码 {account.username}", word="重设密码", done="密码已重设，全部登录已退出。", back=reverse("admin-account", args=[pk]),
        crumbs=_crumbs(account),
    )

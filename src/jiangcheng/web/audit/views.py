"""审计管理员: log-ins, who looked at personal data, what administrators did, state of the ledger. Reads, and changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jiangcheng.kernel import sequencer
from jiangcheng.kernel.models import Checkpoint, Leaf
from jiangcheng.law.screens import screen
from jiangcheng.parties import rotation, words
from jiangcheng.parties.models import LoginEvent
from jiangcheng.web.admin.words import ADMINISTRATION
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk

PER_PAGE = 50
DAYS = (("", "最近 30 日", 30), ("day", "最近 1 日", 1), ("year", "最近 1 年", 366))
SIGHTS = Q(act__in=("parties.reveal", "report.contact_opened", "report.contact_asked")) | Q(act__endswith="_exported") | Q(act__endswith=".export")
"""Acts by which somebody looked at personal data or took it away."""
ACTS = Q(act__in=ADMINISTRATION)


def _since(request: HttpRequest) -> datetime:
    days = next((n for slug, _, n in DAYS if slug == request.GET.get("span", "")), 30)
    return timezone.now() - timedelta(days=days)


@screen("audit/", "327-08-3", "HR-08-11")
@never_cache
@desk("audit")
@require_safe
def logins(request: HttpRequest) -> HttpResponse:
    """登录记录: every try, with way, result and network address."""
    q = request.GET.get("q", "").strip()
    found = LoginEvent.objects.filter(at__gt=_since(request)).order_by("-at", "-pk")
    if q:
        found = found.filter(Q(username__icontains=q) | Q(address__startswith=q))
    tests = {"": Q(), "bad": Q(ok=False), "second": Q(way="second"), "provider": Q(way="provider")}
    chips = [(slug, word, found.filter(tests[slug]).count())
             for slug, word in (("", "全部"), ("bad", "不符"), ("second", "二次验证"), ("provider", "统一身份认证"))]
    page = Paginator(found.filter(tests.get(request.GET.get("show", ""), Q())), PER_PAGE).get_page(request.GET.get("page"))
    ways = dict(words.LOGIN_WAYS)
    for row in page:
        row.way_word = ways.get(row.way, row.way)
    return render(request, "audit/logins.html", {"title": "登录记录", "page": page, "chips_rows": chips, "spans": DAYS})


def _leaves(request: HttpRequest, which: Q) -> QuerySet[Leaf]:
    found = Leaf.objects.filter(which, at__gt=_since(request)).order_by("-id")
    q = request.GET.get("q", "").strip()
    return found.filter(Q(actor_name__icontains=q) | Q(body_name__icontains=q)) if q else found


def _list(request: HttpRequest, which: Q, title: str, sub: str, none: str) -> HttpResponse:
    page = Paginator(_leaves(request, which), PER_PAGE).get_page(request.GET.get("page"))
    for leaf in page:
        leaf.word = ACT_WORDS.get(leaf.act, leaf.act)
    return render(request, "audit/leaves.html", {"title": title, "sub": sub, "none": none, "page": page, "spans": DAYS})


@screen("audit/sights/", "327-40-06", "327-08-2")
@never_cache
@desk("audit")
@require_safe
def sights(request: HttpRequest) -> HttpResponse:
    """查看记录: who looked at full numbers and contacts, or took lists with personal data away."""
    return _list(request, SIGHTS, "查看记录", "何人何时查看完整号码和联系方式、导出含个人信息的名单。", "这段时间没有人查看")


@screen("audit/acts/", "327-08-3", "327-08-2")
@never_cache
@desk("audit")
@require_safe
def acts(request: HttpRequest) -> HttpResponse:
    """管理操作: accounts, seats, parameters, keys, as they stand on the ledger."""
    return _list(request, ACTS, "管理操作", "单位、人员、账号、岗位、参数和密钥的每次改动，均有存证编号。", "这段时间没有管理操作")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


@screen("audit/ledger/", "327-08-2", "327-08-3")
@never_cache
@desk("audit")
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """存证状态: newest checkpoints, how many records, the keys with their terms."""
    status: dict[str, Any] = sequencer.status()
    uses = dict(words.KEY_USES)
    return render(request, "audit/ledger.html", {
        "title": "存证状态", "status": status, "stopped": bool(status["broken"]) or sequencer.stalled(),
        "checkpoints": [(c, _moment(c.at)) for c in Checkpoint.objects.order_by("-size")[:10]],
        "keys": [{**k, "use_word": uses[k["use"]]} for k in sorted(rotation.published(), key=lambda k: (not k["current"], k["use"]))],
    })


@screen("audit/ledger/checkpoint.json", "327-08-2")
@desk("audit")
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint as a file, to be kept by somebody outside."""
    last = Checkpoint.objects.order_by("-size").first()
    if last is None:
        raise Http404("checkpoint")
    answer = JsonResponse(sequencer.export_checkpoint(last), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="checkpoint-{last.pk}.json"'
    return answer

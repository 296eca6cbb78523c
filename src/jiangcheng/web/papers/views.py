"""查验文书: anybody may ask whether a paper is genuine; the paper itself goes to those who may read it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import structlog
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.queries import ARRIVED
from jiangcheng.inspection.visits.words import HIDDEN_FROM_OTHERS
from jiangcheng.kernel import ledger
from jiangcheng.kernel.models import Checkpoint, LeafIndex
from jiangcheng.law.screens import screen
from jiangcheng.papers import files, issue, numbers, queries
from jiangcheng.papers.models import Guess, Paper
from jiangcheng.parties import scope as scoping
from jiangcheng.parties.access import address_of
from jiangcheng.web.errors import quote_number
from jiangcheng.web.verify import bound

log = structlog.get_logger(__name__)
TRIES, MINUTES = 30, 10
"""Codes of papers that name nothing, by address: more than this within so many minutes are not looked at."""
TYPES = {"pdf": "application/pdf", "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}


def _tries(request: HttpRequest) -> tuple[str, bool]:
    where = f"paper/{address_of(request)}"[:45]
    since = timezone.now() - timedelta(minutes=MINUTES)
    return where, Guess.objects.filter(address=where, at__gt=since).count() < TRIES


@screen("p/", "327-21-1")
@never_cache
def check(request: HttpRequest) -> HttpResponse:
    """Type the 查验编号 that stands at the foot of a paper."""
    typed = (request.POST.get("code") or request.GET.get("code") or "").strip()
    if typed:
        typed = typed.split("/p/", 1)[-1].split("?")[0].strip("/")
        return redirect("paper-show", code=numbers.normal(typed) or "-")
    return render(request, "papers/check.html", {"title": "查验文书"})


def public(paper: Paper) -> bool:
    """May anybody learn that the paper exists? Not while it would betray a visit that has not arrived."""
    if paper.matter_kind != "visit":
        return True
    visit = Visit.objects.filter(number=paper.matter)
    return visit.filter(ARRIVED).exclude(state__in=HIDDEN_FROM_OTHERS).exists()


def readable(request: HttpRequest, paper: Paper) -> bool:
    """May this reader open the paper: by seat, or from the browser bound to its visit?"""
    if scoping.scope(request.actor, Paper.objects.filter(pk=paper.pk)).exists():
        return True
    if paper.kind not in queries.FOR_FIRM or paper.matter not in bound.numbers(request):
        return False
    visit = Visit.objects.filter(number=paper.matter).first()
    return visit is not None and bound.may_read(request, visit)


def _paper(request: HttpRequest, code: str) -> Paper | None:
    """The paper with this code if this reader may know of it."""
    paper = Paper.objects.select_related("body").filter(code=numbers.normal(code)).first()
    return paper if paper is not None and (public(paper) or readable(request, paper)) else None


@screen("p/<code>", "327-21-1")
@never_cache
@require_safe
def show(request: HttpRequest, code: str) -> HttpResponse:
    """That it was issued, by whom, when, and that it stands unaltered. Never what it says, never to whom."""
    where, allowed = _tries(request)
    found = _paper(request, code) if allowed else None
    if found is None:
        if allowed:
            Guess.objects.create(address=where)
        why = "没有这个编号的文书。请核对文书左下角的查验编号。" if allowed else f"查询次数较多，请 {MINUTES} 分钟后再试。"
        return render(request, "papers/none.html", {"title": "查无此文书", "code": code[:40], "why": why}, status=404 if allowed else 429)
    leaf = ledger.history(found).filter(act__startswith="papers.issue").first()
    context: dict[str, Any] = {
        "title": "查验文书", "found": queries.verify(found.code), "leaf": leaf, "proved": leaf and anchored(leaf.pk),
        "readable": readable(request, found), "paper": found,
    }
    return render(request, "papers/show.html", context)


def anchored(leaf: int) -> bool:
    """Is the leaf under a signed checkpoint already?"""
    index = LeafIndex.objects.filter(leaf=leaf).values_list("idx", flat=True).first()
    last = Checkpoint.objects.order_by("-size").values_list("size", flat=True).first()
    return index is not None and last is not None and index < last


@require_safe
def file(request: HttpRequest, code: str, form: str) -> HttpResponse:
    """The paper as issued, for those who may read it; its bytes are compared with the digest first."""
    paper = _paper(request, code)
    if paper is None or not readable(request, paper) or (form == "docx" and not paper.docx_sha256):
        raise Http404("paper")
    try:
        data = issue.content(paper, form)
    except files.Altered:
        number = quote_number()
        log.error("altered", number=number, paper=paper.number, form=form)
        return render(request, "papers/altered.html", {"title": "文书与存证不一致", "number": number, "paper": paper}, status=500)
    response = HttpResponse(data, content_type=TYPES[form])
    name = quote(f"{paper.get_kind_display()} {paper.number}.{form}")
    response["Content-Disposition"] = f"{'inline' if form == 'pdf' else 'attachment'}; filename*=UTF-8''{name}"
    response["Cache-Control"] = "private, no-store"
    return response

"""现场检查: one question a card, what colleagues answered meanwhile, photos; then the pages of the end and of orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone

from jiangcheng.inspection.items.words import METHODS
from jiangcheng.inspection.visits.actions import orders, record
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.words import VERDICTS
from jiangcheng.law.screens import screen
from jiangcheng.papers import files
from jiangcheng.papers.models import StoredFile
from jiangcheng.parties import scope as scoping
from jiangcheng.web.desk import desk
from jiangcheng.web.middleware import device_time
from jiangcheng.web.officer import acting, finish, followups
from jiangcheng.web.templatetags.text import hm

BEFORE = ("draft", "returned", "to_approve", "to_code", "to_enter", "arrived")
WRITTEN = ("inspecting", "broken_off")


@screen("officer/visits/<no>/record", "327-18-4", "327-19-1", "327-20-1")
@desk("officer")
def card(request: HttpRequest, number: str, n: int | None = None) -> HttpResponse:
    """The first open question, or question ``n``. 未发现问题 and 不适用 send themselves and go on."""
    visit = acting.visit_of(request, number)
    # A phone keeps the cards for the door before the visit starts; a person is led to the door first.
    keeping = bool(request.headers.get("X-Background"))
    if request.method != "POST" and not keeping:
        if visit.state in BEFORE:
            return redirect("visit-code" if visit.state in ("to_enter", "arrived") else "visit-detail", number=number)
        if visit.state not in WRITTEN:
            return redirect("visit-finish", number=number)
    lines = facts.lines(visit)
    if not lines:
        return render(request, "officer/record_empty.html", {"title": "现场检查", "visit": visit})
    if n is None:
        still = [x.n for x in lines if x.answer is None]
        if not still and request.method != "POST" and not keeping:
            return redirect("visit-finish", number=number)
        n = still[0] if still else 1
    if not 1 <= n <= len(lines):
        raise Http404("question")
    return acting.form(request, lambda: _answer(request, visit, lines[n - 1]), lambda: ("officer/record.html", _page(request, visit, n)))


def _answer(request: HttpRequest, visit: Visit, line: facts.Line) -> str:
    data, who = request.POST, acting.actor(request)
    verdict = data.get("answer") or data.get("verdict", "")
    photos = _photos(request, visit, line)
    unchanged = line.answer and not data.get("answer") and verdict == line.answer.verdict and data.get("text", "") == line.answer.text
    if not (unchanged and not photos):
        done = record.answer(
            who, visit, line.question, verdict, data.get("text", ""), data.get("how", ""), photos, device_time(request),
            data.get("method_law", ""),
        )
        if done.kept:
            messages.info(request, f"第 {line.n} 项保留 {done.over} {hm(done.over_at)} 的记录，比本机的晚。")
        elif done.over:
            messages.info(request, f"第 {line.n} 项原由 {done.over} 于 {hm(done.over_at)} 填写，已改为本次填写的内容。")
    return next_address(visit, line.n)


def _photos(request: HttpRequest, visit: Visit, line: facts.Line) -> list[StoredFile]:
    who, key = acting.actor(request), acting.key_of(request)
    return [
        record.add_photo(
            who, visit, upload, key=f"{key}-{i}" if key else "", taken_at=device_time(request) or timezone.now(),
            place=request.POST.get("place", "")[:40],
        )
        for i, upload in enumerate(request.FILES.getlist("photos"))
    ]


def next_address(visit: Visit, n: int) -> str:
    """The next open question after ``n``, from the start again, else the end."""
    still = [x.n for x in facts.lines(visit) if x.answer is None]
    after = [i for i in still if i > n] or still
    return acting.address("visit-question", visit, n=after[0]) if after else acting.address("visit-finish", visit)


def _cell(line: facts.Line) -> str:
    return "" if line.answer is None else "bad" if line.answer.verdict == "problem" else "done"


def _page(request: HttpRequest, visit: Visit, n: int) -> dict[str, Any]:
    lines = facts.lines(visit)
    line = lines[n - 1]
    posted = request.POST
    given = line.answer
    old = {a.question_id: a for a in orders.old_findings(visit)}
    signed = list(dict.fromkeys(visit.signatures.values_list("name", flat=True)))
    return {
        "title": "现场检查", "visit": visit, "line": line, "n": n, "total": len(lines), "cells": [_cell(x) for x in lines], "lines": lines,
        "methods": METHODS, "verdicts": VERDICTS, "key": acting.fresh_key(), "signed": "、".join(signed),
        "verdict": posted.get("answer") or posted.get("verdict") or (given.verdict if given else ""),
        "text": posted.get("text", given.text if given else ""),
        "method": posted.get("how") or (given.method if given else line.question.method),
        "method_law": posted.get("method_law", given.method_law if given else ""),
        "photos": shown_photos(visit, given.photos.order_by("id") if given else ()), "old": old.get(line.question.pk),
        "next": acting.address("visit-question", visit, n=n + 1) if n < len(lines) else acting.address("visit-finish", visit),
        "last": all(x.answer or x.n == n for x in lines), "on_it": acting.on_it(request, visit),
        "overtime": visit.started_at is not None and timezone.now() - visit.started_at > timedelta(minutes=visit.minutes),
        "recusals": acting.recusals(visit),
        "other": given.by.name if given and given.by_id != request.actor.person else "",
    }


def shown_photos(visit: Visit, found: Any) -> list[dict[str, str]]:
    """Photos as the upload part shows them."""
    return [
        {"url": acting.address("visit-file", visit, pk=p.pk), "words": f"{hm(p.taken_at or p.uploaded_at)} 已上传", "alt": f"照片 {p.name}"}
        for p in found
    ]


@desk("officer")
def answers(request: HttpRequest, number: str) -> HttpResponse:
    """What is answered, by whom: asked every few seconds by the phones of both officers."""
    visit = acting.visit_of(request, number)
    lines = facts.lines(visit)
    given = [x for x in lines if x.answer]
    others = sorted((x for x in given if x.answer.by_id != request.actor.person), key=lambda x: x.answer.at)
    words = f"{others[-1].answer.by.name} {hm(others[-1].answer.at)} 填写了第 {others[-1].n} 项" if others else ""
    return JsonResponse({
        "cells": [_cell(x) for x in lines], "others": words, "visit": visit.state, "open": [x.n for x in lines if x.answer is None],
        "signed": visit.signatures.count(),
    })


@desk("officer")
def stored(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A photo or file of the visit, as sent."""
    visit = acting.visit_of(request, number)
    found = scoping.visible_or_404(request.actor, StoredFile.objects.filter(matter=visit.number), pk=pk)
    response = HttpResponse(files.open_file(found), content_type=found.mime)
    response["Content-Disposition"] = f'inline; filename="{found.sha256[:12]}.{files.ENDINGS.get(found.mime, "bin")}"'
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


urlpatterns = [
    path("visits/<str:number>/record/", card, name="visit-record"),
    path("visits/<str:number>/record/state.json", answers, name="visit-answers"),
    path("visits/<str:number>/record/<int:n>/", card, name="visit-question"),
    path("visits/<str:number>/files/<int:pk>/", stored, name="visit-file"),
    *finish.urlpatterns,
    *followups.urlpatterns,
]

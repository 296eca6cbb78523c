"""统一格式 on three desks: the department's planner drafts, its head approves, the city judicial office files.

One page shows a version wherever it is opened; the flow says which buttons stand on it. A preview is set from generated
data with the mark 样张: it bears no number, no signature and no verify code, and is never stored.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.papers import formats
from jiangcheng.papers import render as papers
from jiangcheng.papers.models import Format
from jiangcheng.papers.render import letters
from jiangcheng.parties.models import Body
from jiangcheng.parties.scope import body_of, visible_or_404
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk
from jiangcheng.web.officer import acting
from jiangcheng.web.planner.papers import TYPES, sample

ACT_WORDS.update({"format.draft": "起草统一格式"})
SHELLS = {"planner": "base/desk.html", "head": "base/phone.html", "supervisor": "base/desk.html"}
DONE = {
    "submit": "已提交审核", "withdraw_draft": "已撤回", "return": "已退回修改", "approve": "已批准并报备案", "send_back": "已退回修改",
    "file": "已准予备案", "end": "已停止使用",
}
MAIN = ("submit", "approve", "file")
REASONED = ("return", "send_back", "end")


def _page(request: HttpRequest, pk: int, role: str, back: str) -> HttpResponse:
    row = visible_or_404(request.actor, Format.objects.select_related("body__judicial_office", "drafted_by"), pk=pk)

    def work() -> str:
        name = request.POST.get("step", "")
        if name not in DONE:
            acting.nothing(request, row)
        receipt = formats.step(name, row, request.actor, request.POST.get("opinion", "").strip()[:300])
        messages.success(request, f"{row}{DONE[name]}，存证编号 {receipt.number}")
        return request.path if role == "planner" else reverse(back)

    def page() -> tuple[str, dict[str, Any]]:
        row.refresh_from_db()
        steps = formats.FORMAT.open_steps(row, request.actor)
        main = next((s for s in steps if s.name in MAIN), None)
        known = formats.facts(row, request.actor)
        return "formats/format.html", {
            "title": str(row), "shell": SHELLS[role], "row": row, "back": reverse(back), "main": main, "key": acting.fresh_key(),
            "missing": formats.FORMAT.missing(main.name, known) if main else (), "others": [s for s in steps if s is not main],
            "reasoned": [s for s in steps if s.name in REASONED], "opinion": request.POST.get("opinion", ""),
            "process": ledger.history(row), "must": letters.letters()[row.kind]["must"],
        }

    return acting.form(request, work, page)


@screen("planner/papers/formats/<id>", "327-21-2")
@desk("planner")
def of_planner(request: HttpRequest, pk: int) -> HttpResponse:
    """One version on the planner's desk."""
    return _page(request, pk, "planner", "planner-papers")


@screen("head/formats/<id>", "327-21-2")
@desk("head")
def of_head(request: HttpRequest, pk: int) -> HttpResponse:
    """One version on the head's desk."""
    return _page(request, pk, "head", "head-home")


@screen("supervisor/formats/<id>", "327-21-2", "HR-21-1")
@desk("supervisor")
def of_supervisor(request: HttpRequest, pk: int) -> HttpResponse:
    """One version on the desk of the office that files it."""
    return _page(request, pk, "supervisor", "supervisor-formats")


@screen("supervisor/formats", "327-21-2", "HR-21-1")
@desk("supervisor")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """统一格式备案: what waits, and what was filed."""
    mine = Format.objects.filter(body__judicial_office=request.actor.body).select_related("body")
    return render(request, "formats/waiting.html", {
        "title": "统一格式备案", "waiting": formats.to_file(request.actor.body),
        "filed": mine.filter(state__in=("filed", "withdrawn")).order_by("-filed_at"),
    })


@screen("planner/papers/<kind>", "327-21-1", "327-21-2")
@desk("planner")
def kind(request: HttpRequest, kind: str) -> HttpResponse:
    """One letter: the wording in force, all versions, the template to begin with, and the upload of a new version."""
    if kind not in letters.letters():
        raise Http404("no letter")
    body, today = body_of(request.actor), calendar.today()

    def work() -> str:
        upload = request.FILES.get("file")
        day = _day(request.POST.get("effective_from", ""))
        lacking = [] if upload else [Breach("没有选择模板文件。", (Remedy("选择改好的 .docx 文件"),), "file", ("327-21-2",))]
        if day is None:
            lacking.append(Breach("没有填写施行日期。", (Remedy("填写施行日期"),), "effective_from", ("327-21-2",)))
        if lacking:
            raise Refused(lacking)
        row = formats.draft(body, kind, upload.read(letters.LARGEST + 1), request.POST.get("reason", ""), day, request.actor)
        messages.success(request, f"{row}已保存为草稿。")
        return reverse("planner-format", args=[row.pk])

    def page() -> tuple[str, dict[str, Any]]:
        return "formats/kind.html", {
            "title": papers.KINDS[kind], "kind": kind, "held": formats.in_force(body, kind, today), "may": formats.may_unify(body),
            "versions": formats.versions(body.pk, kind), "must": letters.letters()[kind]["must"], "key": acting.fresh_key(),
            "said": request.POST, "today": today, "department": _department(body),
        }

    return acting.form(request, work, page)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _department(body: Body) -> str:
    """The city department that may unify formats for a body."""
    return next((one.name for one in formats.departments(body) if formats.may_unify(one)), "")


@desk("planner")
@require_safe
def start(request: HttpRequest, kind: str) -> HttpResponse:
    """The wording in force as DOCX with tags, to be changed in an office suite."""
    if kind not in letters.letters():
        raise Http404("no letter")
    held = formats.in_force(body_of(request.actor), kind, calendar.today())
    return _download(formats.template(held) if held else letters.start(kind), f"{papers.KINDS[kind]}（模板）.docx", "docx")


@desk("planner", "head", "supervisor")
@require_safe
def file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The template of a version as DOCX, or the letter it makes of generated data as PDF, marked 样张."""
    if form not in TYPES:
        raise Http404("no such form")
    row = visible_or_404(request.actor, Format.objects.all(), pk=pk)
    template = formats.template(row)
    name = f"{row}（{'模板' if form == 'docx' else '样张'}）.{form}"
    if form == "docx":
        return _download(template, name, form)
    return _download(papers.pdf(row.kind, sample(row.kind), layout=template), name, form)


def _download(data: bytes, name: str, form: str) -> HttpResponse:
    response = HttpResponse(data, content_type=TYPES[form])
    response["Content-Disposition"] = content_disposition_header(form == "docx", name)
    response["Cache-Control"] = "no-store"
    return response

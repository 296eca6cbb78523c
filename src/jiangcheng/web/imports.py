"""导入: the four steps on one address for every kind; the desks differ in what they may import. Used by admin and planner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiangcheng.law.rule import Refused
from jiangcheng.parties import words
from jiangcheng.parties.imports import background, machine, undo
from jiangcheng.parties.imports.kinds import KIND_WORDS, KINDS, NEW, UPDATE, Kind, of
from jiangcheng.parties.models import Import
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.sheets import Unreadable
from jiangcheng.web import context, exports
from jiangcheng.web.errors import refused_response

TONES = {"new": "ok", "update": "info", "same": "wait", "bad": "late"}
PHASES = {"": 3, background.CHECKING: 3, background.STORING: 4, background.STOPPED: 4}
context.ACT_WORDS.update(words.IMPORT_ACTS)


@dataclass(frozen=True)
class Desk:
    """A desk's imports: the kinds it uploads from the list of imports, where else it uploads, where to go when all is stored."""

    name: str
    kinds: tuple[str, ...]
    elsewhere: Callable[[], list[tuple[str, str, str]]]
    back: Callable[[Import], tuple[str, str]]

    def address(self, view: str, *args: Any) -> str:
        """Address of one of the desk's pages about imports, e.g. ``import-bad``."""
        return reverse(f"{self.name}-{view}", args=args)


class UploadForm(forms.Form):
    """A table to import, within what its kind can take."""

    file = forms.FileField(label="Excel 或 CSV 文件")

    def __init__(self, kind: Kind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.most = kind.most_bytes
        limit = f"不超过 {kind.most_bytes // 1024 // 1024} MB、{kind.most_rows:,} 行"
        self.fields["file"].help_text = f".xlsx 或 .csv，{limit}"
        self.fields["file"].widget.attrs["accept"] = ".xlsx,.csv"

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > self.most:
            raise forms.ValidationError(f"文件超过 {self.most // 1024 // 1024} MB，请分成几个文件。")
        return file


def upload(request: HttpRequest, desk: Desk, kind: Kind, target: str, back: str) -> HttpResponse:
    """上传: keep the file and go to its page; a long one is checked in the background."""
    form = UploadForm(kind, request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "；".join(e for found in form.errors.values() for e in found))
        return redirect(back)
    file = form.cleaned_data["file"]
    try:
        made = machine.keep(kind.slug, request.actor.body, target, file.name, file.read(), request.actor)
    except Refused as refused:
        return refused_response(request, refused)
    if background.is_long(made) and machine.run_of(made).found is None:
        background.ask(made, background.CHECKING, request.actor)
    return redirect(desk.address("import", made.pk))


def listing(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What was uploaded, newest first; a card for each kind to begin with. A POST uploads."""
    if request.method == "POST":
        kind = _kind(desk, request.POST.get("kind", ""))
        return upload(request, desk, kind, "", desk.address("imports"))
    found = scope(request.actor, Import.objects.defer("content", "fixes")).select_related("run").order_by("-uploaded_at")
    cards = [(KINDS[slug], UploadForm(KINDS[slug], prefix=None, auto_id=f"id_{slug}_%s")) for slug in desk.kinds]
    return render(request, "imports/list.html", {
        "title": "导入", "page_obj": Paginator(found, 20).get_page(request.GET.get("page")), "cards": cards, "here": desk.name,
        "elsewhere": desk.elsewhere(), "import_url": f"{desk.name}-import", "template_url": f"{desk.name}-imports-template",
    })


def _kind(desk: Desk, slug: str) -> Kind:
    if slug not in desk.kinds:
        raise Http404("no such kind")
    return KINDS[slug]


def template(request: HttpRequest, desk: Desk, slug: str) -> HttpResponse:
    """下载模板 of a kind."""
    kind = _kind(desk, slug)
    asked = Import(kind=slug, body_id=request.actor.body)
    return exports.workbook(f"{kind.noun}导入模板", machine.blank(kind, asked))


def found(request: HttpRequest, pk: int) -> Import:
    """The upload, if the person may know of it."""
    return visible_or_404(request.actor, Import.objects.select_related("body"), pk=pk)


def detail(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """上传 → 预览 → 校验 → 入库. A POST mends cells (fields named after their address), stores, or takes back."""
    one = found(request, pk)
    if request.method != "POST":
        return render(request, "imports/one.html", page(one, desk))
    acts = {"fix": _fix, "store": _store, "undo": _undo, "again": _again}
    act = acts.get(request.POST.get("step", ""), _store)
    try:
        return act(request, desk, one)
    except Unreadable:
        return redirect(desk.address("import", pk))
    except Refused as refused:
        return refused_response(request, refused, "imports/one.html", page(one, desk) | {"why": request.POST.get("why", "")})


def page(one: Import, desk: Desk) -> dict[str, Any]:
    """All that the page of an upload shows."""
    kind, run, (back, back_word) = of(one), machine.run_of(one), desk.back(one)
    shown = {
        "title": kind.title, "upload": one, "run": run, "kind": kind, "back": back, "back_word": back_word, "here": desk.address("import", one.pk),
        "bad_url": desk.address("import-bad", one.pk), "list_url": desk.address("imports"), "current": 2, "may_undo": undo.can(one),
        "template_url": desk.address("imports-template", kind.slug) if kind.slug in desk.kinds else "",
        "running": run.phase in (background.CHECKING, background.STORING), "storing": run.phase == background.STORING,
        "stopped": run.phase == background.STOPPED, "undo_days": undo.DAYS,
    }
    if one.undone_at:
        return {**shown, "steps": _steps("已上传", "", "", "已撤销"), "current": 5, "tiles": _tiles(one.stored), "over": True}
    if run.phase == background.CHECKING:
        return {**shown, "steps": _steps("已上传", "正在读取", f"已处理 {run.seen:,} 行", "尚未开始"), "current": 3}
    try:
        seen = background.found(one)
    except Unreadable as wrong:
        return {**shown, "unreadable": wrong.bad, "steps": _steps(one.name, "读不出表格", "", "")}
    if one.stored_at and seen is None:
        return {**shown, "steps": _steps("已上传", "", "", "已完成"), "current": 5, "tiles": _tiles(one.stored), "over": True,
                "lacking": one.stored.get("bad", 0)}  # fmt: skip
    if seen is None:
        return {**shown, "steps": _steps("已上传", "", "", "尚未开始"), "unchecked": True}
    return {**shown, **_seen(one, run, kind, seen)}


def _steps(*notes: str) -> list[tuple[str, str]]:
    return list(zip(("上传", "预览", "校验", "入库"), notes, strict=True))


def _tiles(counts: dict[str, int]) -> list[tuple[str, str, str, str]]:
    return [(KIND_WORDS[k], f"{counts.get(k, 0):,}", "行", TONES[k]) for k in KIND_WORDS]


def _seen(one: Import, run: Any, kind: Kind, seen: machine.Preview) -> dict[str, Any]:
    lacking = seen.counts["bad"]
    said = f"有 {lacking:,} 行需要修改" if lacking else "全部可以入库" if seen.many else "没有内容"
    stored = "已完成" if one.stored_at else f"已处理 {run.done:,} 行" if run.phase else "尚未开始"
    heads = kind.heads
    return {
        "found": seen, "many": seen.many, "lacking": lacking, "current": 5 if one.stored_at else PHASES[run.phase],
        "steps": _steps(f"{seen.many:,} 行，表头已识别", f"表头在第 {seen.head_row} 行", said, stored),
        "tiles": _tiles(one.stored if one.stored_at else seen.counts), "sheet": seen.sheet,
        "updates": [(n, heads.get(name, name), before, after) for n, name, before, after in seen.updates[: machine.MOST_SHOWN]],
        "bad": seen.bad, "first": seen.first, "label": heads.get(kind.label, "名称"), "columns": [
            (letters, heads[name]) for name, letters in sorted(seen.letters.items(), key=lambda x: (len(x[1]), x[1]))
        ],
    }


# ---- steps ----
def _fix(request: HttpRequest, desk: Desk, one: Import) -> HttpResponse:
    """Texts typed for bad cells, where they differ from what stands there."""
    typed = {k.removeprefix("fix-"): v.replace("\r\n", "\n") for k, v in request.POST.items() if k.startswith("fix-")}
    seen = background.found(one)
    now = {b.cell: b.value for b in seen.bad} if seen else {}
    machine.fix(one, request.actor, {cell: text for cell, text in typed.items() if cell in now and text != now[cell]})
    if background.is_long(one):
        background.ask(one, background.CHECKING, request.actor)
    return redirect(desk.address("import", one.pk))


def _again(request: HttpRequest, desk: Desk, one: Import) -> HttpResponse:
    """重新校验 of a long file, after something else has changed."""
    of(one).may(request.actor, one)
    machine.must_be_open(one)
    background.ask(one, background.CHECKING, request.actor)
    return redirect(desk.address("import", one.pk))


def _store(request: HttpRequest, desk: Desk, one: Import) -> HttpResponse:
    seen = background.found(one)
    if seen is None and not one.stored_at:
        return redirect(desk.address("import", one.pk))
    here = desk.address("import", one.pk)
    if not background.step(one, request.actor, seen.many if seen else 0):
        return redirect(here)
    one.refresh_from_db()
    said = "，".join(f"{word} {one.stored[kind]} 行" for kind, word in KIND_WORDS.items())
    messages.success(request, f"已入库：{said}。")
    return redirect(here if one.stored["bad"] or not one.stored[NEW] + one.stored[UPDATE] else desk.back(one)[0])


def _undo(request: HttpRequest, desk: Desk, one: Import) -> HttpResponse:
    """撤销导入 with a reason."""
    rows = undo.undo(one, request.actor, request.POST.get("why", ""))
    messages.success(request, f"已撤销这次导入，{rows:,} 项恢复到导入以前。")
    return redirect(desk.address("import", one.pk))


def bad(request: HttpRequest, desk: Desk, pk: int) -> HttpResponse:
    """仅下载有误行."""
    try:
        return exports.workbook("有误的行", machine.bad_lines(found(request, pk)))
    except Unreadable:
        return redirect(desk.address("import", pk))

"""提交整改: each point of an order with what proves it, and 申请延期. Shared by both kinds of pages of the enterprise."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.inspection.visits.actions import enterprise
from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers import files
from jiangcheng.papers.models import StoredFile
from jiangcheng.web.errors import refused_response
from jiangcheng.web.verify import bound, firm


def order_of(visit: Visit, number: str) -> Order:
    """The visit's order with this number, else Http404."""
    try:
        return visit.orders.select_related("visit__body", "visit__enterprise", "paper").get(number=number)
    except Order.DoesNotExist as gone:
        raise Http404("order") from gone


def page(request: HttpRequest, order: Order, urls: firm.Addresses, more: dict[str, Any]) -> dict[str, Any]:
    """Context of the page; what was typed stays."""
    given = [request.POST.get(f"point-{i}", "") for i in range(len(order.points))]
    limit = calendar.limit(order.due)
    return {
        "title": "提交整改", "order": order, "visit": order.visit, "limit": limit, "urls": urls, "here": urls.order(order.number),
        "points": list(enumerate(zip(order.points, given, strict=True))), "open": order.state in firm.OPEN_ORDER,
        "text": request.POST.get("text", ""), "reason": request.POST.get("reason", ""), "key": request.POST.get("key") or secrets.token_hex(8),
        "sent": list(order.submission_files.order_by("id")), "accept": "image/jpeg,image/png,image/webp,application/pdf",
        "process": ledger.history(order), "photo_limit": files.JPEG.limit // files.MB, "pdf_limit": files.PDF.limit // files.MB, **more,
    }


def _text(request: HttpRequest, order: Order) -> str:
    """What was done, point by point, then the words on the whole."""
    parts = []
    for i in range(len(order.points)):
        said = request.POST.get(f"point-{i}", "").strip()
        if said:
            parts.append(f"第 {i + 1} 项：{said}" if len(order.points) > 1 else said)
    return "\n".join([*parts, request.POST.get("text", "").strip()]).strip()


def _every_point(request: HttpRequest, order: Order) -> None:
    """Each point has its words; all that lack them are named at once."""
    empty = [i + 1 for i in range(len(order.points)) if not request.POST.get(f"point-{i}", "").strip()]
    if order.points and empty:
        raise Refused([Breach(
            f"第 {n} 项没有写明怎样整改的。", (Remedy(f"填写第 {n} 项", f"#point-{n - 1}"),), f"point-{n - 1}", ("327-20-5",)) for n in empty])


def _uploads(request: HttpRequest, order: Order) -> list[tuple[str, Any]]:
    """Files sent, each with its place on the page. Too many or far too big ones are named before any is read."""
    names = [f"proof-{i}" for i in range(len(order.points))] + ["proof"]
    found = [(f"{name}/{n}", upload) for name in names for n, upload in enumerate(request.FILES.getlist(name))]
    broken = [
        Breach(f"“{upload.name}”大小为 {upload.size / files.MB:.0f} MB，照片不超过 {files.JPEG.limit // files.MB} MB，"
               f"PDF 不超过 {files.PDF.limit // files.MB} MB。", (Remedy("压缩后重新选择"),), "proof-0", ("327-20-5",))
        for _, upload in found if upload.size > files.PDF.limit
    ]
    if len(found) > enterprise.MOST_FILES:
        way = Remedy("选最能说明问题的，或者把照片合成一份 PDF")
        broken.insert(0, Breach(f"一次最多提交 {enterprise.MOST_FILES} 个文件，选了 {len(found)} 个。", (way,), "proof-0", ("327-20-5",)))
    if broken:
        raise Refused(broken)
    return found


def _kept(actor: Actor, order: Order, key: str, uploads: list[tuple[str, Any]]) -> list[StoredFile]:
    """The files, kept; all that cannot be kept are named at once."""
    kept: list[StoredFile] = []
    broken: list[Breach] = []
    for place, upload in uploads:
        try:
            kept.append(enterprise.add_file(actor, order, upload, key=f"{key}/{place}" if key else ""))
        except Refused as refused:
            broken.extend(refused.breaches)
    if broken:
        raise Refused(broken)
    return kept


def _submit(request: HttpRequest, order: Order, actor: Actor) -> str:
    _every_point(request, order)
    uploads = _uploads(request, order)
    with transaction.atomic():
        kept = _kept(actor, order, request.POST.get("key", "")[:32], uploads)
        enterprise.submit(actor, order, _text(request, order), kept)
    return "整改情况已提交，检查单位会核对或者安排复查。"


def _ask(request: HttpRequest, order: Order, actor: Actor) -> str:
    enterprise.ask_more_time(actor, order, request.POST.get("reason", ""))
    return "延期申请已提交，检查单位决定前原期限不变。"


def handle(request: HttpRequest, order: Order, actor: Actor, urls: firm.Addresses, template: str, **more: Any) -> HttpResponse:
    """GET draws the page; POST submits the correction or asks for more time."""
    if request.method != "POST":
        return render(request, template, page(request, order, urls, more))
    act = _ask if request.POST.get("step") == "more_time" else _submit
    try:
        said = act(request, order, actor)
    except Refused as refused:
        order.refresh_from_db()
        return refused_response(request, bound.plain(refused), template, page(request, order, urls, more))
    messages.success(request, said)
    return redirect(urls.order(order.number))

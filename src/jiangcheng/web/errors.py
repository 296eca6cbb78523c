"""Answers that are not the page asked for: 409 with every breach, 403, 404, 500 with a number to quote."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, Resolver404, get_resolver, resolve, reverse
from django.utils.http import urlencode

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy

log = structlog.get_logger(__name__)
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: the number is read out over the telephone


OWN_PAGES = {
    "visit-detail": ("head-visit", "supervisor-visit", "enterprise-visit"),
    "officer-order": ("enterprise-order", "head-office"), "officer-followups": ("head-office",), "officer-visits": ("head-office",),
    "planner-items": ("head-items",), "planner-item": ("head-item",), "planner-plan": ("head-plan",),
}
"""Pages of other desks that show the same thing, looked through in this order."""


def quote_number() -> str:
    """A number to quote, e.g. ``7F3K2``; it stands on the page and in the log, nowhere else."""
    return "".join(secrets.choice(LETTERS) for _ in range(5))


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def wants_json(request: HttpRequest) -> bool:
    """Whether the sender asks for JSON and not for a page (outbox, programs)."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def remedy_url(remedy: Remedy) -> str:
    """Address of the page that does it. ``to`` is a URL name, or itself an address or anchor; "" when there is none.

    Arguments that the address has no place for become its query; an argument ``_anchor`` its fragment.
    """
    if not remedy.to or remedy.to.startswith(("/", "#", "tel:")):
        return remedy.to
    args = dict(remedy.args)
    anchor = args.pop("_anchor", "")
    try:
        address = reverse(remedy.to, kwargs=args)
    except NoReverseMatch:
        try:
            address = reverse(remedy.to) + ("?" + urlencode(args) if args else "")
        except NoReverseMatch:
            return ""
    return f"{address}#{anchor}" if anchor else address


def _open_to(address: str, actor: Actor) -> bool:
    """May a person in this seat open the page? Pages without a desk are open to everybody."""
    try:
        roles = getattr(resolve(address.partition("#")[0].partition("?")[0]).func, "roles", ())
    except Resolver404:
        return True
    return not roles or actor.has(*roles)


def own_remedy(remedy: Remedy, actor: Actor) -> Remedy:
    """A remedy as this person can use it: its page, where the desk is not theirs the own desk's page for the same thing,
    otherwise the words alone."""
    address = remedy_url(remedy)
    if not address.startswith("/") or _open_to(address, actor):
        return Remedy(remedy.text, address)
    for name in OWN_PAGES.get(remedy.to, ()):
        taken = signature_of(name)
        other = remedy_url(Remedy(remedy.text, name, tuple(a for a in remedy.args if a[0] in taken)))
        if other and _open_to(other, actor):
            return Remedy(remedy.text, other)
    return Remedy(remedy.text)


def signature_of(name: str) -> set[str]:
    """Names of the arguments that the address of a page takes."""
    found = get_resolver().reverse_dict.getlist(name)
    return {argument for possibilities, *_ in found for _, arguments in possibilities for argument in arguments}


def for_actor(breaches: Iterable[Breach], actor: Actor) -> list[Breach]:
    """Breaches whose ways out are open to the person who reads them."""
    return [replace(b, remedies=tuple(own_remedy(r, actor) for r in b.remedies)) for b in breaches]


def breach_json(breach: Breach) -> dict[str, Any]:
    """One breach for programs and for the page's scripts."""
    return {
        "sentence": breach.sentence,
        "ids": list(breach.ids),
        "article": breach.article,
        "field": breach.field,
        "remedies": [{"text": r.text, "url": remedy_url(r)} for r in breach.remedies],
    }


def refused_response(
    request: HttpRequest, refused: Refused, template: str | None = None, context: dict[str, Any] | None = None
) -> HttpResponse:
    """409 with all breaches, hardest first: JSON, a part for htmx (goes to ``#refusal``), or a page.

    ``template`` and ``context`` draw the page that was sent again, its form filled: the base layouts put the refusal
    on top when ``refused`` is in the context. Without them stands a page of its own with the way back.
    """
    refused = Refused(for_actor(refused.breaches, request.actor))
    number = quote_number()
    log.info("refused", number=number, path=request.path, breaches=[b.sentence for b in refused.breaches])
    if wants_json(request):
        return JsonResponse({"breaches": [breach_json(b) for b in refused.breaches], "number": number}, status=409)
    values = {**(context or {}), "refused": refused, "number": number, "back": _back(request)}
    if is_part(request):
        response = render(request, "parts/refusal.html", {**values, "breaches": refused.breaches}, status=409)
        response["HX-Retarget"], response["HX-Reswap"] = "#refusal", "innerHTML"
        return response
    return render(request, template or "base/refused.html", values, status=409)


def _back(request: HttpRequest) -> str:
    """The page the form stood on, when the browser says so and it is ours."""
    referer = request.headers.get("Referer", "")
    own = request.build_absolute_uri("/")
    return "/" + referer.removeprefix(own) if referer.startswith(own) else "/"


def login_address(request: HttpRequest) -> str:
    """Where to log in, and from there back to the page asked for, or to the page whose form was sent."""
    wanted = request.get_full_path() if request.method in ("GET", "HEAD") else _back(request)
    return resolve_url(settings.LOGIN_URL) + "?" + urlencode({"next": wanted})


def log_in_again(request: HttpRequest, sentence: str) -> HttpResponse:
    """The way to the log-in: a redirect for people, 401 with the address for scripts, which ask in place."""
    if wants_json(request) or is_part(request):
        return JsonResponse({"login": login_address(request), "sentence": sentence}, status=401)
    return redirect(login_address(request))


def _state_page(request: HttpRequest, status: int, **words: Any) -> HttpResponse:
    number = quote_number()
    if wants_json(request) or is_part(request):
        return JsonResponse({"sentence": words["what"], "number": number}, status=status)
    log.info("answer", status=status, number=number, path=request.path)
    return render(request, "base/state.html", {"status": status, "number": number, "back": _back(request), **words}, status=status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404. Also what a person sees who may not know that a record exists."""
    return _state_page(request, 404, what="没有找到这个页面", kept="没有改动任何内容。", todo="请检查地址，或从首页、待办重新进入。")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person is known, the act is not theirs."""
    return _state_page(
        request, 403, what="您的岗位不能办理这一步", kept="没有改动任何内容。",
        todo="请由有权限的人员办理；认为应当有权限的，联系本单位系统管理员。",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 because the page is older than the log-in (``CSRF_FAILURE_VIEW``)."""
    log.info("csrf", reason=reason, path=request.path)
    return _state_page(
        request, 403, what="页面停留过久，本次提交没有生效", kept="填写的内容保留在本机。", todo="返回上一页，刷新后再提交一次。",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """413 when more was sent than is taken at once, 400 when it could not be read."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        much, limit = "过大", f"文字不超过 {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024} MB"
        if isinstance(exception, TooManyFilesSent):
            much, limit = "过多", f"文件不超过 {settings.DATA_UPLOAD_MAX_NUMBER_FILES} 个"
        elif isinstance(exception, TooManyFieldsSent):
            much, limit = "过多", f"内容不超过 {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} 项"
        return _state_page(
            request, 413, what=f"提交的内容{much}，没有收下", kept="填写的文字保留在本机，本次没有保存；选好的文件须重新选择。",
            todo=f"一次提交的{limit}；较多的分几次提交，或者改用 Excel 导入。",
        )
    return _state_page(
        request, 400, what="提交的内容无法识别", kept="填写的文字保留在本机，本次没有保存。", todo="返回上一页，刷新后再提交一次。",
    )


def broken(request: HttpRequest) -> HttpResponse:
    """500. Drawn without database and session, because one of them may be the reason."""
    number = quote_number()
    log.error("broken", number=number, path=request.path, exc_info=True)
    if wants_json(request) or is_part(request):
        return JsonResponse({"sentence": "服务器没有完成这一步。", "number": number}, status=500)
    return HttpResponse(render_to_string("base/broken.html", {"number": number}), status=500)

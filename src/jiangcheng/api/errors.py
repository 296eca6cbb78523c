"""Answers that are not what was asked for, always JSON: 400, 401, 403, 404, 409 with every breach, 422 with fields, 429."""

from __future__ import annotations

from typing import Any

import structlog
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel

from jiangcheng.api.gate import TooMany
from jiangcheng.kernel.answers import breach_json, quote_number
from jiangcheng.law.rule import Refused

log = structlog.get_logger(__name__)
UNREADABLE = "提交的内容无法识别，应为 JSON。"


class Wrong(BaseModel):
    """A sentence and a number to quote."""

    sentence: str
    number: str = ""


class Way(BaseModel):
    """A way out: words, and the page that does it."""

    text: str
    url: str


class BreachOut(BaseModel):
    """One thing that is wrong: ids of duties and house rules, the article, the field, the ways out."""

    sentence: str
    ids: list[str]
    article: str
    field: str
    remedies: list[Way]


class RefusedOut(BaseModel):
    """409: everything that stands against the act."""

    breaches: list[BreachOut]
    number: str


class FieldOut(BaseModel):
    """What is wrong with one field of the request."""

    place: str
    field: str
    sentence: str
    kind: str


class FieldsOut(BaseModel):
    """422: fields that could not be taken."""

    sentence: str
    fields: list[FieldOut]


def _json(said: dict[str, Any], status: int) -> JsonResponse:
    answer = JsonResponse(said, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "private, no-store"
    return answer


def refused(request: HttpRequest, exc: Refused) -> HttpResponse:
    """409 with every breach."""
    number = quote_number()
    log.info("refused", number=number, path=request.path, breaches=[b.sentence for b in exc.breaches])
    return _json({"breaches": [breach_json(b) for b in exc.breaches], "number": number}, 409)


def unfit(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    """422 with the fields. What was sent is not repeated."""
    fields = [_field(one) for one in exc.errors]
    return _json({"sentence": "有内容不符合要求，没有办理。", "fields": fields}, 422)


def _field(one: dict[str, Any]) -> dict[str, str]:
    place, *path = [str(part) for part in one.get("loc", ())] or [""]
    names = [part for part in path if part != "said"]
    return {"place": place, "field": ".".join(names)[:200], "sentence": str(one.get("msg", ""))[:300], "kind": str(one.get("type", ""))}


def gone(request: HttpRequest, exc: Http404) -> HttpResponse:
    """404: it does not exist, or may not be known."""
    return _json({"sentence": "没有找到。", "number": quote_number()}, 404)


def told(request: HttpRequest, exc: HttpError) -> HttpResponse:
    """401, 403 and 400 in a sentence."""
    words = UNREADABLE if exc.status_code == 400 else exc.message
    answer = _json({"sentence": words, "number": quote_number()}, exc.status_code)
    if exc.status_code == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="jiangcheng"'
    return answer


def too_many(request: HttpRequest, exc: TooMany) -> HttpResponse:
    """429 with the seconds to wait."""
    answer = _json({"sentence": f"请求次数较多，请 {exc.seconds} 秒后再试。", "number": ""}, 429)
    answer["Retry-After"] = str(exc.seconds)
    return answer


def install(api: NinjaAPI) -> None:
    """Put the answers on the interface."""
    for kind, handler in ((Refused, refused), (ValidationError, unfit), (Http404, gone), (HttpError, told), (TooMany, too_many)):
        api.add_exception_handler(kind, handler)


ANSWERS: dict[int, Any] = {401: Wrong, 403: Wrong, 404: Wrong, 409: RefusedOut, 415: Wrong, 422: FieldsOut, 429: Wrong}
READS: dict[int, Any] = {401: Wrong, 403: Wrong, 404: Wrong, 422: FieldsOut, 429: Wrong}
"""Answers of operations that act, and of those that read, for the OpenAPI file."""

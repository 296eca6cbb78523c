"""An operation that acts: done once for its key, answered with the receipt after the commit."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from ninja import Header
from pydantic import BaseModel, Field

from jiangcheng.inspection.visits import idempotency
from jiangcheng.kernel.ledger import Receipt

Key = Annotated[str, Header(
    alias="Idempotency-Key", max_length=60, pattern="^[!-~]*$", description="同一操作重复发送时使用同一个值，只办理一次")]


class ReceiptOut(BaseModel):
    """存证回执: number of the leaf and the signed promise, to be kept."""

    number: str
    promise: str


class DoneOut(BaseModel):
    """What an act did: the record as it stands now, and the receipt where the act has one of its own."""

    number: str
    state: str
    word: str
    receipt: ReceiptOut | None = None
    made: dict[str, Any] = Field(default_factory=dict, description="这一步产生的编号，如文书、文件")


def receipt(found: Any) -> dict[str, str] | None:
    """A receipt as it is answered; None for anything else."""
    return {"number": found.number, "promise": found.promise} if isinstance(found, Receipt) else None


def once(request: HttpRequest, key: str, work: Callable[[], dict[str, Any]], status: int = 200) -> HttpResponse:
    """Do ``work`` once for the key of the caller; a repeated send gets the first answer, marked ``Idempotent-Replay``.

    The same key with another body or address is refused (409).
    """
    body = b"" if request.content_type.startswith("multipart/") else request.body
    where = f"{hashlib.sha256(body).hexdigest()[:16]} {request.method} {request.path}"

    def fn() -> idempotency.Sent:
        return idempotency.Sent(status, body=json.dumps(work(), cls=DjangoJSONEncoder, ensure_ascii=False))

    sent = idempotency.once(f"api/{key}" if key else "", request.actor.account, where, fn)
    answer = HttpResponse(sent.body, status=sent.status, content_type="application/json")
    answer["Cache-Control"] = "private, no-store"
    if sent.again:
        answer["Idempotent-Replay"] = "true"
    return answer

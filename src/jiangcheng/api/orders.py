"""Orders to stop or to correct: lists, one order, correction, more time, follow-up, fulfilled."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Body, File, Path, Router
from ninja.files import UploadedFile
from pydantic import BaseModel

from jiangcheng.api import acts, base
from jiangcheng.api import visit_words as w
from jiangcheng.api.errors import ANSWERS, READS
from jiangcheng.api.gate import FORM, STAFF, Gate, security
from jiangcheng.api.visit_acts import count_upload
from jiangcheng.inspection.visits import words
from jiangcheng.inspection.visits.actions import enterprise, orders
from jiangcheng.inspection.visits.models import Order
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.papers.models import StoredFile
from jiangcheng.parties.scope import scope, visible_or_404

router = Router(tags=["整改"])
Name = Annotated[str, Path(max_length=44)]


def find(request: HttpRequest, kwargs: dict[str, Any]) -> Order:
    """The order that the address names, if the caller may know of it."""
    found = Order.objects.select_related("visit__body", "visit__enterprise", "visit__site", "paper")
    return visible_or_404(request.actor, found, number=kwargs["number"])


READER, ONE = Gate(*STAFF, "enterprise"), Gate(*STAFF, "enterprise", find=find)
FIRM_FILE = Gate("enterprise", find=find, takes=FORM)
FIRM, OFFICER, DECIDES = Gate("enterprise", find=find), Gate("officer", find=find), Gate("officer", "head", find=find)


class PointOut(BaseModel):
    """One thing that the order asks."""

    fact: str = ""
    broken: str = ""
    ground: str = ""
    todo: str = ""


class OrderOut(BaseModel):
    """An order with its term."""

    number: str
    visit: str
    body: int
    enterprise: str
    uscc: str
    kind: str
    state: str
    word: str
    points: list[PointOut]
    due: base.date
    round: int
    paper: str | None
    submitted_at: base.datetime | None
    submission: str
    extension_asked: str
    corrected_at: base.datetime | None


class OrdersOut(base.Listed):
    """A page of orders."""

    rows: list[OrderOut]


def order_out(o: Order) -> dict[str, Any]:
    """One order."""
    v = o.visit
    return {
        "number": o.number, "visit": v.number, "body": v.body_id, "enterprise": v.enterprise.name, "uscc": v.enterprise.uscc, "kind": o.kind,
        "state": o.state, "word": o.state_word, "points": o.points, "due": o.due, "round": o.round, "paper": o.paper.code if o.paper else None,
        "submitted_at": base.local(o.submitted_at), "submission": o.submission, "extension_asked": o.extension_asked,
        "corrected_at": base.local(o.corrected_at),
    }


@router.get("/orders", auth=READER, url_name="api-orders", response={200: OrdersOut, **READS}, operation_id="orders", summary="责令事项",
            openapi_extra=security(READER))
def listing(
    request: HttpRequest, state: Literal[tuple(words.ORDER_STATES)] | None = None, page: base.PageNumber = 1, limit: base.Limit = 20,
) -> dict[str, Any]:
    """Orders of visits that the caller may know of, by term."""
    found = scope(request.actor, Order.objects.select_related("visit__body", "visit__enterprise", "paper")).order_by("due", "id")
    return base.listed(found.filter(state=state) if state else found, page, limit, order_out)


@router.get("/orders/{number}", auth=ONE, url_name="api-order", response={200: OrderOut, **READS}, operation_id="order", summary="一项责令事项",
            openapi_extra=security(ONE))
def one(request: HttpRequest, number: Name) -> dict[str, Any]:
    """One order."""
    return order_out(request.found)


def _done(request: HttpRequest, found: Any, **made: Any) -> dict[str, Any]:
    o = Order.objects.get(pk=request.found.pk)
    return {"number": o.number, "state": o.state, "word": o.state_word, "receipt": acts.receipt(found), "made": made}


@router.post("/orders/{number}/files", auth=FIRM_FILE, url_name="api-order-files", response={201: acts.DoneOut, **ANSWERS},
             operation_id="order_file", summary="上传整改材料", openapi_extra=security(FIRM))
def upload(request: HttpRequest, number: Name, file: Annotated[UploadedFile, File()], key: acts.Key = "") -> HttpResponse:
    """A photo or document that proves the correction."""
    count_upload(request.actor)
    return acts.once(request, key, lambda: _done(request, None, file=enterprise.add_file(request.actor, request.found, file, key=key).pk), 201)


@router.post("/orders/{number}/answer", auth=FIRM, url_name="api-order-answer", response={200: acts.DoneOut, **ANSWERS},
             operation_id="order_answer", summary="提交整改", openapi_extra=security(FIRM))
def answer(request: HttpRequest, number: Name, said: Annotated[w.SubmissionIn, Body()], key: acts.Key = "") -> HttpResponse:
    """What was done, and what proves it."""
    found = list(StoredFile.objects.filter(pk__in=said.files, matter=request.found.visit.number, purpose="correction"))
    if len(found) != len(set(said.files)):
        raise Refused([Breach("有材料不属于本次整改。", (Remedy("重新上传材料"),), "files", ("327-20-5",))])
    return acts.once(request, key, lambda: _done(request, enterprise.submit(request.actor, request.found, said.text, found)))


@router.post("/orders/{number}/more-time", auth=FIRM, url_name="api-order-more-time", response={200: acts.DoneOut, **ANSWERS},
             operation_id="order_more_time", summary="申请延期", openapi_extra=security(FIRM))
def more_time(request: HttpRequest, number: Name, said: Annotated[w.ReasonIn, Body()], key: acts.Key = "") -> HttpResponse:
    """申请延期 with the reason."""
    return acts.once(request, key, lambda: _done(request, enterprise.ask_more_time(request.actor, request.found, said.reason)))


@router.post("/orders/{number}/extend", auth=DECIDES, url_name="api-order-extend", response={200: acts.DoneOut, **ANSWERS},
             operation_id="order_extend", summary="同意延期", openapi_extra=security(DECIDES))
def extend(request: HttpRequest, number: Name, said: Annotated[w.DueIn, Body()], key: acts.Key = "") -> HttpResponse:
    """A later term, in writing."""
    return acts.once(request, key, lambda: _done(request, orders.extend(request.actor, request.found, said.due, said.reason)))


@router.post("/orders/{number}/done", auth=OFFICER, url_name="api-order-done", response={200: acts.DoneOut, **ANSWERS},
             operation_id="order_done", summary="整改到位", openapi_extra=security(OFFICER))
def fulfilled(request: HttpRequest, number: Name, said: Annotated[w.OpinionIn, Body()], key: acts.Key = "") -> HttpResponse:
    """整改到位 on the material submitted."""
    return acts.once(request, key, lambda: _done(request, orders.done(request.actor, request.found, said.opinion)))


@router.post("/orders/{number}/followup", auth=OFFICER, url_name="api-order-followup", response={201: acts.DoneOut, **ANSWERS},
             operation_id="order_followup", summary="安排复查", openapi_extra=security(OFFICER))
def followup(request: HttpRequest, number: Name, key: acts.Key = "") -> HttpResponse:
    """A follow-up visit in draft; ``made.visit`` is its number."""
    return acts.once(request, key, lambda: _done(request, None, visit=orders.draft_followup(request.actor, request.found).number), 201)

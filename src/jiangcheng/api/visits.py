"""Visits: lists, one visit, its code for those who may show it."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Path, Router
from pydantic import BaseModel

from jiangcheng.api import base
from jiangcheng.api.errors import READS
from jiangcheng.api.gate import STAFF, Gate, security
from jiangcheng.inspection.visits import queries, seats, words
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.answers import breach_json
from jiangcheng.papers import codes
from jiangcheng.parties.scope import scope, visible_or_404

router = Router(tags=["检查"])
INTERNAL = ("officer", "head", "supervisor")
"""Roles that read the scheme itself: reasons, risk, steps, whom to draw."""
State = Literal[tuple(words.STATES)]


def find_visit(request: HttpRequest, kwargs: dict[str, Any]) -> Visit:
    """The visit that the address names, if the caller may know of it."""
    found = Visit.objects.select_related("body__judicial_office", "enterprise", "site", "row__plan", "order__visit", "draw")
    return visible_or_404(request.actor, found, number=kwargs["number"])


READER = Gate(*STAFF, "enterprise")
ONE = Gate(*STAFF, "enterprise", find=find_visit)
CODE = Gate("officer", find=find_visit)


class VisitOut(BaseModel):
    """A visit as a list shows it."""

    number: str
    kind: str
    manner: str
    state: str
    word: str
    body: int
    body_name: str
    enterprise: str
    uscc: str
    site: str
    window_start: base.datetime | None
    window_end: base.datetime | None
    arrived_at: base.datetime | None
    started_at: base.datetime | None
    ended_at: base.datetime | None
    told_at: base.datetime | None
    closed_at: base.datetime | None
    outcomes: list[str]
    demo: bool


class VisitsOut(base.Listed):
    """A page of visits."""

    rows: list[VisitOut]


class OfficerOut(BaseModel):
    """An officer on a visit."""

    seat: int
    person: int
    name: str
    certificate: str
    role: str
    declared: bool
    shown_at: base.datetime | None


class VisitItemOut(BaseModel):
    """An item version that the visit checks."""

    item: int
    n: int
    name: str


class AskedOut(BaseModel):
    """A check question with the finding on it."""

    question: int
    text: str
    verdict: str
    method: str
    finding: str
    photos: int


class StepOut(BaseModel):
    """A step that state and person allow now."""

    step: str
    word: str


class SchemeOut(BaseModel):
    """The scheme, for the body's officers and head and the judicial office."""

    purpose: str
    chosen: str
    pick_reason: str
    minutes: int
    steps: str
    why_onsite: str
    risk: str
    helpers: str
    merge: str
    merge_note: str
    row: int | None
    order: str | None
    draw: str | None
    drafted_by: int
    approved_at: base.datetime | None




class CodeOut(BaseModel):
    """State and window of the code; what it says is shown by its officers alone."""

    state: str
    window_start: base.datetime
    window_end: base.datetime


class VisitFull(VisitOut):
    """Everything about a visit that the caller may know."""

    officers: list[OfficerOut]
    items: list[VisitItemOut]
    questions: list[AskedOut]
    statement: str
    receiver: str
    guidance: str
    steps: list[StepOut]
    next_step: str
    missing: list[dict[str, Any]]
    not_counted: str
    code: CodeOut | None
    orders: list[str]
    papers: list[str]
    scheme: SchemeOut | None


class ShownCode(BaseModel):
    """What the officer's device shows at the door; ``address`` carries the part that changes every 30 seconds."""

    state: str
    token: str
    short: str
    address: str
    window_start: base.datetime
    window_end: base.datetime


def visit_out(v: Visit, actor: Actor) -> dict[str, Any]:
    """One visit as a list shows it; the result only once it was told, where an enterprise reads."""
    firm = actor.has("enterprise")
    times = ("window_start", "window_end", "arrived_at", "started_at", "ended_at", "told_at", "closed_at")
    return {n: base.local(getattr(v, n)) for n in times} | {
        "number": v.number, "kind": v.kind, "manner": v.manner, "state": v.state,
        "word": words.ENTERPRISE_STATES.get(v.state, v.state_word) if firm else v.state_word, "body": v.body_id, "body_name": v.body.name,
        "enterprise": v.enterprise.name, "uscc": v.enterprise.uscc, "site": v.site.address, "demo": v.demo,
        "outcomes": [] if firm and v.told_at is None else v.outcome_list,
    }


@router.get("/visits", auth=READER, url_name="api-visits", response={200: VisitsOut, **READS}, operation_id="visits", summary="检查",
            openapi_extra=security(READER))
def visits(
    request: HttpRequest, state: State | None = None, since: base.Day | None = None, until: base.Day | None = None, body: base.Id | None = None,
    uscc: Annotated[str, base.Field(max_length=18)] = "", mine: bool = False, page: base.PageNumber = 1, limit: base.Limit = 20,
) -> dict[str, Any]:
    """Visits that the caller may know of, the newest first; ``mine``: those the person is on or drafted."""
    found = queries.my_visits(request.actor) if mine else scope(request.actor, Visit.objects.all())
    if state:
        found = found.filter(state=state)
    if since:
        found = found.filter(window_start__date__gte=since)
    if until:
        found = found.filter(window_start__date__lte=until)
    if body:
        found = found.filter(body=body)
    if uscc:
        found = found.filter(enterprise__uscc=uscc)
    found = found.select_related("body", "enterprise", "site").order_by("-id")
    return base.listed(found, page, limit, lambda v: visit_out(v, request.actor))


@router.get("/visits/{number}", auth=ONE, url_name="api-visit", response={200: VisitFull, **READS}, operation_id="visit", summary="一次检查",
            openapi_extra=security(ONE))
def visit(request: HttpRequest, number: Annotated[str, Path(max_length=40)]) -> dict[str, Any]:
    """One visit: people, items, findings, next step with what it still lacks, orders, papers."""
    actor = request.actor
    page = queries.visit_page(actor, number)
    if page is None:
        raise Http404("visit")
    v, firm = page.visit, actor.has("enterprise")
    acting = seats.on_visit(actor, v) or seats.head_of_body(actor, v)
    told = not firm or v.told_at is not None or record_facts.firm_signed(v)
    return visit_out(v, actor) | {
        "officers": [_officer(s) for s in page.people],
        "items": [{"item": i.item_id, "n": i.n, "name": i.name} for i in page.items],
        "questions": [_asked(x, told) for x in record_facts.lines(v)], "statement": v.statement, "receiver": v.receiver,
        "guidance": v.guidance if told else "", "steps": [{"step": s.name, "word": s.word} for s in page.steps],
        "next_step": page.next_step if acting else "", "missing": [breach_json(b) for b in page.missing] if acting else [],
        "not_counted": page.not_counted,
        "code": {"state": page.code_state, "window_start": base.local(page.code.window_start),
                 "window_end": base.local(page.code.window_end)} if page.code else None,
        "orders": list(scope(actor, page.orders).values_list("number", flat=True)) if told else [],
        "papers": list(page.papers.values_list("code", flat=True)),
        "scheme": _scheme(v) if actor.has(*INTERNAL) else None,
    }


def _officer(s: Any) -> dict[str, Any]:
    return {
        "seat": s.pk, "person": s.person_id, "name": s.person.name, "certificate": s.certificate.number, "role": s.role,
        "declared": s.recusal_declared_at is not None, "shown_at": base.local(s.shown_at),
    }


def _asked(line: Any, told: bool) -> dict[str, Any]:
    a = line.answer if told else None
    return {
        "question": line.question.pk, "text": line.question.text, "verdict": a.verdict if a else "", "method": a.method if a else "",
        "finding": a.text if a else "", "photos": a.photos.count() if a else 0,
    }


def _scheme(v: Visit) -> dict[str, Any]:
    plain = ("purpose", "chosen", "pick_reason", "minutes", "steps", "why_onsite", "risk", "helpers", "merge", "merge_note")
    return {n: getattr(v, n) for n in plain} | {
        "row": v.row_id, "order": v.order.number if v.order else None, "draw": v.draw.number if v.draw else None,
        "drafted_by": v.drafted_by_id, "approved_at": base.local(v.approved_at),
    }


@router.get("/visits/{number}/code", auth=CODE, url_name="api-visit-code", response={200: ShownCode, **READS}, operation_id="visit_code",
            summary="亮码", openapi_extra=security(CODE))
def code(request: HttpRequest, number: Annotated[str, Path(max_length=40)]) -> dict[str, Any]:
    """The code as it is shown at the door, for the officers on the visit."""
    found = codes.current(number)
    if found is None or not queries.may_show_code(request.actor, request.found):
        raise Http404("code")
    now = timezone.now()
    return {
        "state": codes.state_now(found, now), "token": found.token, "short": found.short, "address": codes.address(found, now),
        "window_start": base.local(found.window_start), "window_end": base.local(found.window_end),
    }


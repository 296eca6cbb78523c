"""Annual daily plans and their rows: reading, writing rows, submitting, publishing."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Body as Sent
from ninja import Path, Router
from pydantic import BaseModel

from jiangcheng.api import acts, base
from jiangcheng.api.errors import ANSWERS, READS
from jiangcheng.api.gate import EVERYBODY, Gate, security
from jiangcheng.inspection.plans import actions
from jiangcheng.inspection.plans.models import Plan, PlanRow
from jiangcheng.parties.scope import scope, visible_or_404

router = Router(tags=["年度检查计划"])
CONTENTS = ("item_name", "basis", "body_name", "subjects", "contents", "manner", "frequency", "proportion", "necessity", "find", "quarters")


def _plan(request: HttpRequest, kwargs: dict[str, Any]) -> Plan:
    pk = kwargs.get("pk", "")
    found = Plan.objects.select_related("body").filter(body=request.actor.body)
    return visible_or_404(request.actor, found, pk=int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 16 else 0)


PLANNER = Gate("planner", find=_plan)


class PlanOut(BaseModel):
    """A version of a body's plan of a year."""

    id: int
    body: int
    body_name: str
    year: int
    n: int
    state: str
    word: str
    reason: str
    late: bool
    submitted_at: base.datetime | None
    filed_at: base.datetime | None
    published_at: base.datetime | None
    demo: bool


class PlansOut(base.Listed):
    """A page of plans."""

    rows: list[PlanOut]


class RowOut(BaseModel):
    """A row of a plan: the nine contents as written, and what could be read from them."""

    id: int
    n: int
    item: int | None
    item_name: str
    basis: str
    body_name: str
    subjects: str
    contents: str
    manner: str
    frequency: str
    proportion: str
    necessity: str
    find: str
    quarters: str
    times: int | None
    period: str
    withdrawn_at: base.datetime | None
    withdrawn_why: str


class RowsOut(base.Listed):
    """A page of rows."""

    rows: list[RowOut]


class RowIn(base.Said):
    """Contents of a row; what is left out stays as it is."""

    item_name: base.Words | None = None
    basis: base.Long | None = None
    body_name: base.Short | None = None
    subjects: base.Words | None = None
    contents: base.Long | None = None
    manner: base.Short | None = None
    frequency: base.Short | None = None
    proportion: base.Short | None = None
    necessity: base.Long | None = None
    find: base.Short | None = None
    quarters: base.Short | None = None

    def values(self) -> dict[str, str]:
        """What was said."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


def plan_out(p: Plan) -> dict[str, Any]:
    """One plan."""
    return {
        "id": p.pk, "body": p.body_id, "body_name": p.body.name, "year": p.year, "n": p.n, "state": p.state, "word": p.state_word,
        "reason": p.reason, "late": p.late, "submitted_at": base.local(p.submitted_at), "filed_at": base.local(p.filed_at),
        "published_at": base.local(p.published_at), "demo": p.demo,
    }


def row_out(r: PlanRow) -> dict[str, Any]:
    """One row."""
    return {n: getattr(r, n) for n in ("id", "n", *CONTENTS, "times", "period", "withdrawn_why")} | {
        "item": r.item_id, "withdrawn_at": base.local(r.withdrawn_at),
    }


@router.get("/plans", auth=EVERYBODY, url_name="api-plans", response={200: PlansOut, **READS}, operation_id="plans", summary="年度计划",
            openapi_extra=security(EVERYBODY))
def plans(
    request: HttpRequest, year: Annotated[int, base.Field(ge=2000, le=2100)] | None = None, body: base.Id | None = None,
    page: base.PageNumber = 1, limit: base.Limit = 20,
) -> dict[str, Any]:
    """Published plans; of one's own body and of bodies one supervises also those before."""
    found = scope(request.actor, Plan.objects.select_related("body").order_by("-year", "body", "-n"))
    if year:
        found = found.filter(year=year)
    return base.listed(found.filter(body=body) if body else found, page, limit, plan_out)


@router.get("/plans/{pk}", auth=EVERYBODY, url_name="api-plan", response={200: PlanOut, **READS}, operation_id="plan", summary="一份年度计划",
            openapi_extra=security(EVERYBODY))
def plan(request: HttpRequest, pk: Annotated[base.Id, Path()]) -> dict[str, Any]:
    """One plan."""
    return plan_out(visible_or_404(request.actor, Plan.objects.select_related("body"), pk=pk))


@router.get("/plans/{pk}/rows", auth=EVERYBODY, url_name="api-plan-rows", response={200: RowsOut, **READS}, operation_id="plan_rows",
            summary="计划的行", openapi_extra=security(EVERYBODY))
def rows(request: HttpRequest, pk: Annotated[base.Id, Path()], page: base.PageNumber = 1, limit: base.Limit = 50) -> dict[str, Any]:
    """Rows of a plan by number."""
    row = visible_or_404(request.actor, Plan.objects.all(), pk=pk)
    return base.listed(scope(request.actor, PlanRow.objects.filter(plan=row)).order_by("n"), page, limit, row_out)


def _done(request: HttpRequest, found: Any, **made: Any) -> dict[str, Any]:
    p = Plan.objects.get(pk=request.found.pk)
    return {"number": str(p.pk), "state": p.state, "word": p.state_word, "receipt": acts.receipt(found), "made": made}


@router.post("/plans/{pk}/rows", auth=PLANNER, url_name="api-plan-rows", response={201: acts.DoneOut, **ANSWERS}, operation_id="plan_row_add",
             summary="新增一行", openapi_extra=security(PLANNER))
def add_row(request: HttpRequest, pk: Annotated[base.Id, Path()], said: Annotated[RowIn, Sent()], key: acts.Key = "") -> HttpResponse:
    """A new row of an open plan; blank contents stay blank."""
    return acts.once(request, key, lambda: _done(request, None, row=actions.add_row(request.found, request.actor, said.values()).pk), 201)


@router.post("/plans/{pk}/rows/{row}", auth=PLANNER, url_name="api-plan-row", response={200: acts.DoneOut, **ANSWERS},
             operation_id="plan_row_save", summary="修改一行", openapi_extra=security(PLANNER))
def save_row(
    request: HttpRequest, pk: Annotated[base.Id, Path()], row: Annotated[base.Id, Path()], said: Annotated[RowIn, Sent()], key: acts.Key = "",
) -> HttpResponse:
    """Contents of a row of an open plan."""
    found = visible_or_404(request.actor, PlanRow.objects.select_related("plan__body").filter(plan=request.found), pk=row)
    return acts.once(request, key, lambda: _done(request, actions.save_row(found, request.actor, said.values())))


@router.post("/plans/{pk}/submit", auth=PLANNER, url_name="api-plan-submit", response={200: acts.DoneOut, **ANSWERS},
             operation_id="plan_submit", summary="提交备案", openapi_extra=security(PLANNER))
def submit(request: HttpRequest, pk: Annotated[base.Id, Path()], key: acts.Key = "") -> HttpResponse:
    """提交备案 with both offices; refused with every problem of every row."""
    return acts.once(request, key, lambda: _done(request, actions.submit(request.found, request.actor)))


@router.post("/plans/{pk}/withdraw", auth=PLANNER, url_name="api-plan-withdraw", response={200: acts.DoneOut, **ANSWERS},
             operation_id="plan_withdraw", summary="撤回", openapi_extra=security(PLANNER))
def withdraw(request: HttpRequest, pk: Annotated[base.Id, Path()], key: acts.Key = "") -> HttpResponse:
    """撤回 until an office acts."""
    return acts.once(request, key, lambda: _done(request, actions.withdraw(request.found, request.actor)))


@router.post("/plans/{pk}/publish", auth=PLANNER, url_name="api-plan-publish", response={200: acts.DoneOut, **ANSWERS},
             operation_id="plan_publish", summary="公示", openapi_extra=security(PLANNER))
def publish(request: HttpRequest, pk: Annotated[base.Id, Path()], key: acts.Key = "") -> HttpResponse:
    """公示 a filed plan."""
    return acts.once(request, key, lambda: _done(request, actions.publish(request.found, request.actor)))

"""Inspection items: the published list, one item, its versions by day."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Router
from pydantic import BaseModel

from jiangcheng.api import base
from jiangcheng.api.errors import READS
from jiangcheng.api.gate import EVERYBODY, security
from jiangcheng.inspection.items import queries
from jiangcheng.inspection.items.models import Item, ItemVersion, Question
from jiangcheng.kernel import calendar
from jiangcheng.parties.scope import scope, visible_or_404

router = Router(tags=["检查事项"])
PLAIN = (
    "n", "name", "state", "field", "basis", "basis_level", "lowest_level", "subjects", "content", "manner", "standard", "standard_issuer",
    "standard_version", "standard_from", "standard_none", "cap_note", "effective_from", "ended_on",
)


class QuestionOut(BaseModel):
    """A check question of a version."""

    id: int
    n: int
    text: str
    basis: str
    method: str


class VersionOut(BaseModel):
    """A version of an item."""

    item: int
    code: str
    body: int
    n: int
    name: str
    state: str
    word: str
    field: str
    basis: str
    basis_level: str
    lowest_level: str
    subjects: str
    content: str
    manner: str
    standard: str
    standard_issuer: str
    standard_version: str
    standard_from: base.date | None
    standard_none: bool
    cap_note: str
    effective_from: base.date | None
    ended_on: base.date | None
    published_at: base.datetime | None


class VersionFull(VersionOut):
    """A version with its check questions."""

    questions: list[QuestionOut]


class ItemsOut(base.Listed):
    """A page of versions in force on a day."""

    day: base.date
    rows: list[VersionOut]


class VersionsOut(BaseModel):
    """All versions of an item, newest first."""

    rows: list[VersionFull]


def version_out(v: ItemVersion) -> dict[str, Any]:
    """One version."""
    return {n: getattr(v, n) for n in PLAIN} | {
        "item": v.item_id, "code": v.item.code, "body": v.item.body_id, "word": v.state_word, "published_at": base.local(v.published_at),
    }


def full_out(v: ItemVersion) -> dict[str, Any]:
    """One version with its questions."""
    found = Question.objects.filter(version=v).order_by("n")
    return version_out(v) | {"questions": [{"id": q.pk, "n": q.n, "text": q.text, "basis": q.basis, "method": q.method} for q in found]}


@router.get("/items", auth=EVERYBODY, url_name="api-items", response={200: ItemsOut, **READS}, operation_id="items", summary="某日有效的检查事项",
            openapi_extra=security(EVERYBODY))
def items(
    request: HttpRequest, day: base.Day | None = None, body: base.Id | None = None, q: base.Query = "", page: base.PageNumber = 1,
    limit: base.Limit = 20,
) -> dict[str, Any]:
    """Versions in force on ``day`` (today), of one body where it is given; ``q``: words in name, code, basis, subjects."""
    on = day or calendar.today()
    found = scope(request.actor, queries.versions_in_force(on)).order_by("item__body", "item__code", "id")
    if body:
        found = found.filter(item__body=body)
    return {"day": on, **base.listed(queries.search(found, q) if q else found, page, limit, version_out)}


@router.get("/items/{pk}", auth=EVERYBODY, url_name="api-item", response={200: VersionFull, **READS}, operation_id="item",
            summary="一个事项在某日有效的版本", openapi_extra=security(EVERYBODY))
def item(request: HttpRequest, pk: Annotated[base.Id, Path()], day: base.Day | None = None) -> dict[str, Any]:
    """The version in force on ``day`` (today); 404 where none was."""
    row = visible_or_404(request.actor, Item.objects.all(), pk=pk)
    found = queries.in_force(row, day or calendar.today())
    if found is None:
        raise Http404("version")
    return full_out(found)


@router.get("/items/{pk}/versions", auth=EVERYBODY, url_name="api-item-versions", response={200: VersionsOut, **READS},
            operation_id="item_versions", summary="一个事项的全部版本", openapi_extra=security(EVERYBODY))
def versions(request: HttpRequest, pk: Annotated[base.Id, Path()]) -> dict[str, Any]:
    """All versions that may be seen, newest first."""
    row = visible_or_404(request.actor, Item.objects.all(), pk=pk)
    found = scope(request.actor, ItemVersion.objects.filter(item=row)).select_related("item").order_by("-n")
    return {"rows": [full_out(v) for v in found]}

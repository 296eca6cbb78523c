"""Divisions, bodies, enterprises and places in one's scope, and who one is."""

# No postponed annotations: the operations' signatures are read when they are declared.
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel

from jiangcheng.api import base
from jiangcheng.api.errors import READS
from jiangcheng.api.gate import EVERYBODY, PEOPLE, STAFF, Gate, security
from jiangcheng.parties.models import Body, Division, Enterprise, Site
from jiangcheng.parties.scope import scope, visible_or_404

router = Router(tags=["单位与区划"])
LOGGED_IN, OF_PEOPLE = Gate(*PEOPLE), Gate(*STAFF, "enterprise")


class MeOut(BaseModel):
    """Who the caller is, and as whom it acts."""

    name: str
    account: int | None
    person: int | None
    roles: list[str]
    body: int | None
    body_name: str
    enterprise: int | None
    key: str | None
    may_act: bool


class DivisionOut(BaseModel):
    """An administrative division or functional zone."""

    code: str
    name: str
    level: int
    kind: str
    parent: str | None
    path: str
    demo: bool


class DivisionsOut(base.Listed):
    """A page of divisions."""

    rows: list[DivisionOut]


class BodyOut(BaseModel):
    """An enforcement body, judicial office or superior department: public facts."""

    id: int
    name: str
    short: str
    uscc: str
    kind: str
    kind_word: str
    level: str
    division: str
    enforces: bool
    judicial: bool
    basis: str
    principal: int | None
    superior: int | None
    superior_name: str
    judicial_office: int | None
    address: str
    complaint_phone: str
    demo: bool


class BodiesOut(base.Listed):
    """A page of bodies."""

    rows: list[BodyOut]


class SiteOut(BaseModel):
    """A place of an enterprise."""

    id: int
    name: str
    address: str
    division: str
    active: bool


class EnterpriseOut(BaseModel):
    """A subject of inspection, without the names and telephone numbers of its people."""

    id: int
    uscc: str
    name: str
    applies: str
    division: str | None
    address: str
    industry: str
    status: str
    demo: bool


class EnterprisesOut(base.Listed):
    """A page of enterprises."""

    rows: list[EnterpriseOut]


class EnterpriseWithSites(EnterpriseOut):
    """An enterprise with the places that the caller may know of."""

    sites: list[SiteOut]


@router.get("/me", auth=LOGGED_IN, url_name="api-me", response={200: MeOut, **READS}, operation_id="me", summary="当前身份",
            openapi_extra=security(LOGGED_IN))
def me(request: HttpRequest) -> dict[str, Any]:
    """Who the caller is, in which seat, and whether its key may act."""
    a, key = request.actor, request.api_key
    return {
        "name": a.name, "account": a.account, "person": a.person, "roles": sorted(a.roles), "body": a.body, "body_name": a.body_name,
        "enterprise": a.enterprise, "key": key.name if key else None, "may_act": key.acts if key else True,
    }


def _division(row: Division) -> dict[str, Any]:
    return {"code": row.code, "name": row.name, "level": row.level, "kind": row.kind, "parent": row.parent_id, "path": row.path, "demo": row.demo}


@router.get("/divisions", auth=EVERYBODY, url_name="api-divisions", response={200: DivisionsOut, **READS}, operation_id="divisions",
            summary="行政区划", openapi_extra=security(EVERYBODY))
def divisions(
    request: HttpRequest, parent: Annotated[str, Query(max_length=16)] = "", page: base.PageNumber = 1, limit: base.Limit = 50,
) -> dict[str, Any]:
    """Divisions by path; those below ``parent`` alone where it is given."""
    found = scope(request.actor, Division.objects.order_by("path"))
    return base.listed(found.filter(parent=parent) if parent else found, page, limit, _division)


def body_out(row: Body) -> dict[str, Any]:
    """The public facts of a body."""
    names = ("id", "name", "short", "uscc", "kind", "level", "enforces", "judicial", "basis", "superior_name", "address", "complaint_phone", "demo")
    return {n: getattr(row, n) for n in names} | {
        "kind_word": row.get_kind_display(), "division": row.division_id, "principal": row.principal_id, "superior": row.superior_id,
        "judicial_office": row.judicial_office_id,
    }


@router.get("/bodies", auth=EVERYBODY, url_name="api-bodies", response={200: BodiesOut, **READS}, operation_id="bodies", summary="执法主体",
            openapi_extra=security(EVERYBODY))
def bodies(
    request: HttpRequest, q: base.Query = "", division: Annotated[str, Query(max_length=16)] = "", page: base.PageNumber = 1,
    limit: base.Limit = 20,
) -> dict[str, Any]:
    """Bodies by name; ``division`` is the code of their territory."""
    found = scope(request.actor, Body.objects.order_by("name", "id"))
    if q:
        found = found.filter(name__icontains=q)
    return base.listed(found.filter(division=division) if division else found, page, limit, body_out)


@router.get("/bodies/{pk}", auth=EVERYBODY, url_name="api-body", response={200: BodyOut, **READS}, operation_id="body", summary="一个执法主体",
            openapi_extra=security(EVERYBODY))
def body(request: HttpRequest, pk: Annotated[base.Id, Path()]) -> dict[str, Any]:
    """One body."""
    return body_out(visible_or_404(request.actor, Body.objects.all(), pk=pk))


def _enterprise(row: Enterprise) -> dict[str, Any]:
    names = ("id", "uscc", "name", "applies", "address", "industry", "status", "demo")
    return {n: getattr(row, n) for n in names} | {"division": row.division_id}


@router.get("/enterprises", auth=OF_PEOPLE, url_name="api-enterprises", response={200: EnterprisesOut, **READS}, operation_id="enterprises",
            summary="企业", openapi_extra=security(OF_PEOPLE))
def enterprises(request: HttpRequest, q: base.Query = "", page: base.PageNumber = 1, limit: base.Limit = 20) -> dict[str, Any]:
    """Enterprises of one's territory by part of the name, pinyin initials or beginning of the credit code."""
    found = scope(request.actor, Enterprise.objects.order_by("name", "id"))
    if q:
        found = found.filter(name__icontains=q) | found.filter(uscc__istartswith=q) | found.filter(initials__icontains=q.lower())
    return base.listed(found, page, limit, _enterprise)


@router.get("/enterprises/{pk}", auth=OF_PEOPLE, url_name="api-enterprise", response={200: EnterpriseWithSites, **READS},
            operation_id="enterprise", summary="一个企业和它的场所", openapi_extra=security(OF_PEOPLE))
def enterprise(request: HttpRequest, pk: Annotated[base.Id, Path()]) -> dict[str, Any]:
    """One enterprise and those of its places that lie in one's territory."""
    row = visible_or_404(request.actor, Enterprise.objects.all(), pk=pk)
    sites = scope(request.actor, Site.objects.filter(enterprise=row)).order_by("id")
    return _enterprise(row) | {"sites": [
        {"id": s.pk, "name": s.name, "address": s.address, "division": s.division_id, "active": s.active} for s in sites
    ]}

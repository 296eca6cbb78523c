"""条文与落实: every duty with what enforces it, as the law table of the pages shows it."""

# No postponed annotations: the operations' signatures are read when they are declared.
from functools import lru_cache
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel

from jiangcheng.api import base
from jiangcheng.api.errors import READS
from jiangcheng.api.gate import EVERYBODY, security
from jiangcheng.law import registry, report, status

router = Router(tags=["条文与落实"])


class DutyOut(BaseModel):
    """A duty: its clause, what it asks, how far it is carried out and by what."""

    id: str
    article: str
    source: str
    law: str
    mode: str
    wording: str
    status: str
    enforced_by: list[str]
    tests: list[str]
    screens: list[str]


class DutiesOut(base.Listed):
    """A page of duties."""

    rows: list[DutyOut]


class RuleOut(BaseModel):
    """A house rule: what it settles, its value, the alternatives."""

    id: str
    relates_to: list[str]
    topic: str
    wording: str
    unit: str
    value: Any
    others: list[Any]
    status: str


class RulesOut(base.Listed):
    """A page of house rules."""

    rows: list[RuleOut]


@lru_cache(maxsize=2)
def _table(stamp: float) -> dict[str, Any]:
    return report.as_json(status.standings())


def table() -> dict[str, Any]:
    """The whole table; computed once for each proof file, since the digests read the whole source."""
    return _table(status.PROOF.stat().st_mtime if status.PROOF.is_file() else 0.0)


@router.get("/law/duties", auth=EVERYBODY, url_name="api-duties", response={200: DutiesOut, **READS}, operation_id="duties", summary="条文与落实",
            openapi_extra=security(EVERYBODY))
def duties(
    request: HttpRequest, law: Literal[registry.DECREE, registry.FUND] | None = None, state: Literal[status.STATUSES] | None = None,
    page: base.PageNumber = 1, limit: base.Limit = 50,
) -> dict[str, Any]:
    """Duties by article; ``state``: how far they are carried out."""
    rows = (d | {"law": d["register"]} for d in table()["duties"] if (not law or d["register"] == law) and (not state or d["status"] == state))
    return base.listed_rows(rows, page, limit)


@router.get("/law/house-rules", auth=EVERYBODY, url_name="api-house-rules", response={200: RulesOut, **READS}, operation_id="house_rules",
            summary="平台约定", openapi_extra=security(EVERYBODY))
def house_rules(request: HttpRequest, page: base.PageNumber = 1, limit: base.Limit = 50) -> dict[str, Any]:
    """What the text leaves open, with our default and the alternatives."""
    return base.listed_rows(table()["house_rules"], page, limit)

"""What every router shares: checked texts, numbers and days, pages of a list, the model of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.utils import timezone
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

MOST_ROWS = 100
MOST_PAGES = 10_000


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))


class Said(BaseModel):
    """What a program sends: known fields only, no character NUL (no database keeps it)."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=False)

    @model_validator(mode="before")
    @classmethod
    def _no_nul(cls, data: Any) -> Any:
        if _holds_nul(data):
            raise ValueError("control character NUL")
        return data


def _near(day: date) -> date:
    if not 2000 <= day.year <= 2100:
        raise ValueError("between 2000-01-01 and 2100-12-31")
    return day


def _near_time(at: datetime) -> datetime:
    _near(at.date())
    return at


Id = Annotated[int, Field(ge=1, le=2**53 - 1)]
Day = Annotated[date, AfterValidator(_near)]
Moment = Annotated[AwareDatetime, AfterValidator(_near_time)]
Short = Annotated[str, Field(max_length=120)]
Words = Annotated[str, Field(max_length=1000)]
Long = Annotated[str, Field(max_length=8000)]
Query = Annotated[str, Field(max_length=60)]
Number = Annotated[str, Field(min_length=1, max_length=80)]
PageNumber = Annotated[int, Field(ge=1, le=MOST_PAGES)]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS)]


class Listed(BaseModel):
    """A page of a list: how many there are in all, which page, at most how many rows a page."""

    count: int
    page: int
    limit: int


def listed(found: QuerySet, page: int, limit: int, show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
    """One page of a queryset that is ordered already."""
    start = (page - 1) * limit
    return {"count": found.order_by().count(), "page": page, "limit": limit, "rows": [show(row) for row in found[start : start + limit]]}


def listed_rows(rows: Iterable[dict[str, Any]], page: int, limit: int) -> dict[str, Any]:
    """One page of rows that are in memory."""
    every = list(rows)
    return {"count": len(every), "page": page, "limit": limit, "rows": every[(page - 1) * limit : page * limit]}


def local(at: datetime | None) -> datetime | None:
    """A moment in the city's own time, for an answer."""
    return timezone.localtime(at) if at else None

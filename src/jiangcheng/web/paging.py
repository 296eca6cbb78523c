"""Pages of a list that may be very long. What is said of its length is true, and is not counted to the end unasked.

Up to ``MOST`` rows are counted exactly: 共 1,243 条. Beyond it the page says 共 10,000 条以上, lets the first 10,000 be leafed
through, and offers 查准确数 (``?count=all``), which counts and opens all pages. Nothing is estimated.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

MOST = 10_000
"""Rows that are counted without being asked to: some milliseconds on either engine."""
EXACT = "count"
"""The word in the address by which a reader asks for the exact number."""


def counted(found: Any, most: int = MOST) -> tuple[int, bool]:
    """How many rows, at most ``most``; and whether there are more."""
    n = found.order_by().values("pk")[: most + 1].count() if isinstance(found, QuerySet) else len(found)
    return min(n, most), n > most


class Long(Paginator):
    """A paginator that stops counting at ``MOST``. ``more`` says that it did."""

    def __init__(self, found: Any, per_page: int, *, exact: bool = False) -> None:
        super().__init__(found, per_page)
        self.exact = exact

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return (super().count, False) if self.exact else counted(self.object_list)

    @property
    def count(self) -> int:
        """Rows that can be leafed through."""
        return self._counted[0]

    @property
    def more(self) -> bool:
        """Are there rows beyond those counted?"""
        return self._counted[1]


def page(request: HttpRequest, found: Any, per_page: int, name: str = "page") -> Page:
    """The page that the address asks for; the last one where it asks for more than there are."""
    return Long(found, per_page, exact=request.GET.get(EXACT) == "all").get_page(request.GET.get(name))

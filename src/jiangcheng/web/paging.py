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

MOST, SEARCHED = 10_000, 2_000
"""Rows that are counted without being asked to, some milliseconds on either engine; and those of a search, which looks into each."""
EXACT = "count"
"""The word in the address by which a reader asks for the exact number."""


def counted(found: Any, most: int = MOST) -> tuple[int, bool]:
    """How many rows, at most ``most``; and whether there are more."""
    if not isinstance(found, QuerySet):
        return min(len(found), most), len(found) > most
    n = (found if found.query.combinator else found.order_by().values("pk"))[: most + 1].count()
    return min(n, most), n > most


class Long(Paginator):
    """A paginator that stops counting at ``MOST``, or at ``SEARCHED`` where each row is asked for words. ``more`` says that it did."""

    def __init__(self, found: Any, per_page: int, *, exact: bool = False, searched: bool = False) -> None:
        super().__init__(found, per_page)
        self.exact, self.most = exact, SEARCHED if searched else MOST

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return (super().count, False) if self.exact else counted(self.object_list, self.most)

    @property
    def count(self) -> int:
        """Rows that can be leafed through."""
        return self._counted[0]

    @property
    def more(self) -> bool:
        """Are there rows beyond those counted?"""
        return self._counted[1]


def page(request: HttpRequest, found: Any, per_page: int, name: str = "page", *, searched: bool | None = None) -> Page:
    """The page that the address asks for; the last one where it asks for more than there are. ``searched`` where words were asked
    for (by default the ``q`` of the address)."""
    asked = bool(request.GET.get("q", "").strip()) if searched is None else searched
    return Long(found, per_page, exact=request.GET.get(EXACT) == "all", searched=asked).get_page(request.GET.get(name))

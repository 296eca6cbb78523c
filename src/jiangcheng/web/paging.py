"""Pages of long lists: rows are counted to a limit, because to count a million for every page takes longer than to show it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator

MOST, SEARCHED = 10_000, 2_000
"""Rows that are counted, and those of a search, in which each row is asked; what lies beyond is reached by narrowing the filter."""


class Pages(Paginator):
    """Django's paginator with a count that ends. ``searched``: the rows are asked for words. ``capped``: there are more."""

    def __init__(self, rows: Any, per_page: int, *, searched: bool = False) -> None:
        super().__init__(rows, per_page)
        self.most = SEARCHED if searched else MOST

    @cached_property
    def counted(self) -> int:
        """Rows counted, one beyond the limit at the most."""
        rows = self.object_list
        return (rows if rows.query.combinator else rows.order_by())[: self.most + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self.counted, self.most)

    @property
    def capped(self) -> bool:
        return self.counted > self.most

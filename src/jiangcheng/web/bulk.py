"""Lists that a person works through: several rows at once, each with its own result; the columns that a reader chose."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest

from jiangcheng.law.rule import Breach, Refused
from jiangcheng.web.desk import whole

Row = TypeVar("Row")
Result = tuple[str, tuple[Breach, ...] | None]
NOTHING_CHOSEN = "没有勾选要办理的行，什么都没有改动。"


def chosen(request: HttpRequest, rows: QuerySet) -> list:
    """The rows of a list whose box was ticked, in the order of the list; ids that are not in the list are left out."""
    ids = [pk for text in request.POST.getlist("row") if (pk := whole(text)) is not None]
    return list(rows.filter(pk__in=ids))


def each(rows: Iterable[Row], label: Callable[[Row], str], act: Callable[[Row], object]) -> list[Result]:
    """Act on one row after the other; a refusal of one does not stop the others. For ``{% bulk_result %}``."""
    found: list[Result] = []
    for row in rows:
        word = label(row)
        try:
            act(row)
        except Refused as refused:
            found.append((word, refused.breaches))
        else:
            found.append((word, None))
    return found


def shown(request: HttpRequest, columns: Sequence[tuple[str, str]], fixed: str = "") -> set[str]:
    """Keys of the columns to show: those in the address as ``col``, always the fixed ones; nothing chosen means all."""
    known = {key for key, _ in columns}
    asked = known.intersection(request.GET.getlist("col"))
    return asked | set(fixed.split()) if asked else known

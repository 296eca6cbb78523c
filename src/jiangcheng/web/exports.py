"""Lists as files: Excel for staff, CSV and JSON for everybody. Cells stay text, so that none becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.http import content_disposition_header

from jiangcheng.inspection.items import sheets


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """Bytes to be saved under a (Chinese) name."""
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def excel(name: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A list as .xlsx; heads with the width of their column."""
    return attachment(sheets.export(heads, rows, title=name), f"{name}.xlsx", sheets.XLSX)


def workbook(name: str, content: bytes) -> HttpResponse:
    """A workbook made elsewhere."""
    return attachment(content, f"{name}.xlsx", sheets.XLSX)


def open_csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Open data as CSV in UTF-8 with byte order mark, as spreadsheets in China expect it."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([sheets.safe_csv(v) for v in row] for row in rows)
    return attachment(("\ufeff" + out.getvalue()).encode(), f"{name}.csv", "text/csv; charset=utf-8")


def open_json(rows: list[dict[str, Any]], **about: Any) -> JsonResponse:
    """Open data as JSON: what it is about, and the rows."""
    return JsonResponse({**about, "count": len(rows), "rows": rows}, json_dumps_params={"ensure_ascii": False, "indent": 1})


OPEN_KINDS = ("csv", "json", "xlsx")


def open_data(kind: str, name: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], **about: Any) -> HttpResponse:
    """The same open data as CSV, JSON or Excel; ``kind`` is one of ``OPEN_KINDS``."""
    if kind == "csv":
        return open_csv(name, heads, rows)
    if kind == "xlsx":
        return excel(name, [(head, 24) for head in heads], rows)
    return open_json([dict(zip(heads, row, strict=True)) for row in rows], **about)

"""Lists as files: Excel for staff, CSV and JSON for everybody. Cells stay text, so that none becomes a formula.

What holds personal data bears who took it out and when, in the file and on each printed page, and stands on the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from jiangcheng import sheets
from jiangcheng.kernel import ledger


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """Bytes to be saved under a (Chinese) name."""
    response = HttpResponse(content, content_type=kind)
    stem, dot, end = name.rpartition(".")
    response["Content-Disposition"] = content_disposition_header(True, f"{sheets.safe(stem) or '导出'}{dot}{end}")
    return response


def excel(name: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A list as .xlsx; heads with the width of their column."""
    return attachment(sheets.export(heads, rows, title=name), f"{name}.xlsx", sheets.XLSX)


def personal(request: HttpRequest, name: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A list with personal data as .xlsx: with the name of who exported it as watermark, and logged with the filter used."""
    listed, who, at = list(rows), request.actor, timezone.localtime()
    where = "，".join(filter(None, (who.body_name, who.name)))
    extra = {"list": name, "rows": len(listed), "filter": request.GET.urlencode()[:500]}
    with ledger.act("exports.personal", who, extra=extra) as act:
        pass
    mark = f"{where} 于 {at:%Y-%m-%d %H:%M} 导出，含个人信息，不得外传（存证编号 {act.receipt.number}）"
    response = attachment(sheets.export(heads, listed, title=name, mark=mark), f"{name}.xlsx", sheets.XLSX)
    response["Cache-Control"] = "no-store"
    return response


def workbook(name: str, content: bytes) -> HttpResponse:
    """A workbook made elsewhere."""
    return attachment(content, f"{name}.xlsx", sheets.XLSX)


def open_csv(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Open data as CSV in UTF-8 with byte order mark, as spreadsheets in China expect it."""
    return attachment(("\ufeff" + sheets.csv_text(heads, rows)).encode(), f"{name}.csv", "text/csv; charset=utf-8")


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

"""Lists as files: Excel for staff, CSV and JSON for everybody. Cells stay text, so that none becomes a formula.

What holds personal data bears who took it out and when, in the file and on each printed page, and stands on the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header

from jiangcheng import sheets
from jiangcheng.kernel import breaks, ledger
from jiangcheng.law.rule import enforces
from jiangcheng.oversight import access
from jiangcheng.parties.access import address_of
from jiangcheng.sheets import writing

writing.guarded = lambda: not breaks.broken("cell")


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """Bytes to be saved under a (Chinese) name."""
    response = HttpResponse(content, content_type=kind)
    stem, dot, end = name.rpartition(".")
    response["Content-Disposition"] = content_disposition_header(True, f"{sheets.safe(stem) or '导出'}{dot}{end}")
    return response


def excel(name: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A list as .xlsx; heads with the width of their column."""
    return attachment(sheets.export(heads, rows, title=name), f"{name}.xlsx", sheets.XLSX)


@enforces("327-40-06")
def personal(request: HttpRequest, name: str, heads: Sequence[tuple[str, int]], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A list with personal data or trade secrets as .xlsx: on the ledger and the log of access with the filter used, and with who
    took it out in the file and on every printed page."""
    listed, who, asked = list(rows), request.actor, request.GET.urlencode()
    extra = {"list": name, "rows": len(listed), "filter": asked[:500]}
    with ledger.act("exports.personal", who, duties=("327-40-06",), extra=extra) as act:
        pass
    access.note(who, "export", f"导出{name}", asked[:100], records=len(listed), address=address_of(request))
    mark = f"{access.watermark(who)}（存证编号 {act.receipt.number}）"
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

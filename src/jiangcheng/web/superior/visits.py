"""本系统检查: one inspection of a body below, and 撤销检查 with a reason."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from jiangcheng.law.screens import screen
from jiangcheng.web import oversight
from jiangcheng.web.desk import desk


@screen("superior/visits/<no>", "327-06-1", "327-08-2")
@desk("superior")
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """调阅 from the arrival on; 撤销检查 by the superior department."""
    return oversight.page(request, number, "superior/visit.html")

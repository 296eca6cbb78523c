"""接口说明: a page for people who write programs, drawn from the same file that programs read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiangcheng.api import app
from jiangcheng.parties import limits

METHODS = ("get", "post")


def _groups() -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {tag: [] for tag in app.TAGS}
    for path, found in app.schema()["paths"].items():
        for method in METHODS:
            if (one := found.get(method)) is not None:
                groups[one["tags"][0]].append({
                    "method": method.upper(), "path": path, "word": one["summary"], "open": {} in one["security"],
                })
    return [{"tag": tag, "n": n, "rows": rows} for n, (tag, rows) in enumerate(groups.items(), 1)]


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What there is, how to be known, what the answers mean, how often one may ask."""
    return render(request, "public/api.html", {
        "title": "接口说明", "groups": _groups(), "base": settings.PUBLIC_ADDRESS, "count": sum(len(g["rows"]) for g in _groups()),
        "limits": {name: limits.number(part) for name, part in (("key", "api"), ("address", "api-address"), ("upload", "upload"))},
    })

"""The interface put together: routers, answers, the OpenAPI file."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from jiangcheng import __version__
from jiangcheng.api import errors, gate, items, law, ledger, orders, papers, parties, plans, visit_acts, visits

PREFIX = "/api/"
ABOUT = "武汉市行政检查平台的程序接口：与页面办理同样的事项，执行同样的规则，看到同样的范围。"
TAGS = ("单位与区划", "检查事项", "年度检查计划", "检查", "办理检查", "整改", "文书与查验", "存证", "条文与落实")


def build() -> NinjaAPI:
    """The interface with all routers."""
    api = NinjaAPI(title="江城 Jiangcheng", version=__version__, description=ABOUT, docs_url=None, openapi_url=None, urls_namespace="api")
    errors.install(api)
    for module in (parties, items, plans, visits, visit_acts, orders, papers, ledger, law):
        api.add_router("", module.router)
    return api


API = build()
PATTERNS = list({str(p.pattern): p for p in API.urls[0] if p.name != "api-root"}.values())
"""One pattern an address; its view answers every method."""


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The OpenAPI 3.1 file as data: paths, answers, ways to be known."""
    found = dict(API.get_openapi_schema(path_prefix=PREFIX))
    found["tags"] = [{"name": name} for name in TAGS]
    found["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    found.setdefault("components", {})["securitySchemes"] = gate.SCHEMES
    found["servers"] = [{"url": "/"}]
    return found


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """``/api/openapi.json``."""
    answer = JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})
    answer["Access-Control-Allow-Origin"] = "*"
    answer["Cache-Control"] = "public, max-age=300"
    return answer

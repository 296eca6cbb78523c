"""导入 on the administrator's desk: bodies, officers with their certificates, enterprises, sites."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from jiangcheng.law.screens import screen
from jiangcheng.parties.imports import bodies, enterprises, officers, sites
from jiangcheng.parties.models import Import
from jiangcheng.web import imports
from jiangcheng.web.desk import desk

BACK = {bodies.Bodies.slug: ("admin-bodies", "看单位"), officers.Officers.slug: ("admin-people", "看人员")}


def _back(upload: Import) -> tuple[str, str]:
    name, word = BACK.get(upload.kind, ("admin-imports", "回到导入"))
    return reverse(name), word


DESK = imports.Desk(
    "admin", (bodies.Bodies.slug, officers.Officers.slug, enterprises.Enterprises.slug, sites.Sites.slug), list, _back,
)


@screen("admin/imports", "327-03-1", "327-18-1", "327-04-1")
@desk("admin")
def listing(request: HttpRequest) -> HttpResponse:
    """What was uploaded, newest first, and a card for each kind to begin with."""
    return imports.listing(request, DESK)


@desk("admin")
@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """下载模板."""
    return imports.template(request, DESK, kind)


@screen("admin/imports/<id>", "327-03-1", "327-18-1", "327-04-1")
@desk("admin")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """上传 → 预览 → 校验 → 入库."""
    return imports.detail(request, DESK, pk)


@desk("admin")
@require_safe
def bad(request: HttpRequest, pk: int) -> HttpResponse:
    """仅下载有误行."""
    return imports.bad(request, DESK, pk)

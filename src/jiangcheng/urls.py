"""All addresses, by desk."""

from __future__ import annotations

from django.urls import include, path

from jiangcheng.web import formats, help_pages, search, todo

urlpatterns = [
    path("", include("jiangcheng.web.base_views")),
    path("home/", todo.home, name="home"),
    path("todo/", todo.home, name="todo"),
    path("search/", search.results, name="search"),
    path("help/", help_pages.index, name="help"),
    path("help/<slug:desk>/", help_pages.article, name="help-article"),
    path("", include("jiangcheng.web.accounts.urls")),
    path("officer/", include("jiangcheng.web.officer.urls")),
    path("head/", include("jiangcheng.web.head.urls")),
    path("planner/", include("jiangcheng.web.planner.urls")),
    path("supervisor/", include("jiangcheng.web.supervisor.urls")),
    path("superior/", include("jiangcheng.web.superior.urls")),
    path("enterprise/", include("jiangcheng.web.enterprise.urls")),
    path("leader/", include("jiangcheng.web.leader.urls")),
    path("admin/", include("jiangcheng.web.admin.urls")),
    path("formats/<int:pk>.<slug:form>", formats.file, name="format-file"),
    path("v/", include("jiangcheng.web.verify.urls")),
    path("p/", include("jiangcheng.web.papers.urls")),
    path("", include("jiangcheng.web.public.urls")),
]

handler400 = "jiangcheng.web.errors.bad_request"
handler403 = "jiangcheng.web.errors.forbidden"
handler404 = "jiangcheng.web.errors.not_found"
handler500 = "jiangcheng.web.errors.broken"

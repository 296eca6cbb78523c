"""All addresses, by desk."""

from __future__ import annotations

from django.urls import include, path

from jiangcheng.web import help_pages, search, todo


def _inc(name):
    # while the desks are being built
    import importlib
    try:
        importlib.import_module(name)
    except ImportError:
        return None
    return include(name)


_all = [
    path("", include("jiangcheng.web.base_views")),
    path("home/", todo.home, name="home"),
    path("todo/", todo.home, name="todo"),
    path("search/", search.results, name="search"),
    path("help/", help_pages.index, name="help"),
    path("help/<slug:desk>/", help_pages.article, name="help-article"),
    ("", _inc("jiangcheng.web.accounts.urls")),
    ("officer/", _inc("jiangcheng.web.officer.urls")),
    ("head/", _inc("jiangcheng.web.head.urls")),
    ("planner/", _inc("jiangcheng.web.planner.urls")),
    ("supervisor/", _inc("jiangcheng.web.supervisor.urls")),
    ("superior/", _inc("jiangcheng.web.superior.urls")),
    ("enterprise/", _inc("jiangcheng.web.enterprise.urls")),
    ("leader/", _inc("jiangcheng.web.leader.urls")),
    ("admin/", _inc("jiangcheng.web.admin.urls")),
    ("v/", _inc("jiangcheng.web.verify.urls")),
    ("p/", _inc("jiangcheng.web.papers.urls")),
    ("", _inc("jiangcheng.web.public.urls")),
]

urlpatterns = [path(*p) if isinstance(p, tuple) else p for p in _all if not (isinstance(p, tuple) and p[1] is None)]

handler403 = "jiangcheng.web.errors.forbidden"
handler404 = "jiangcheng.web.errors.not_found"
handler500 = "jiangcheng.web.errors.broken"

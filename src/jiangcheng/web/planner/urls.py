"""Addresses of the planner's desk."""

from django.urls import path

from jiangcheng.web import formats
from jiangcheng.web.planner import caps, home, imports, items, papers, plans, rows

urlpatterns = [
    path("", home.home, name="planner-home"),
    path("items/", items.listing, name="planner-items"),
    path("items/new/", items.new, name="planner-item-new"),
    path("items/template/", items.template, name="planner-items-template"),
    path("items/<int:pk>/", items.detail, name="planner-item"),
    path("items/<int:pk>/edit/", items.edit, name="planner-item-edit"),
    path("items/<int:pk>/act/", items.act, name="planner-item-act"),
    path("caps/", caps.page, name="planner-caps"),
    path("papers/", papers.listing, name="planner-papers"),
    path("papers/<slug:kind>.<slug:form>", papers.file, name="planner-paper-sample"),
    path("papers/<slug:kind>/", formats.kind, name="planner-paper"),
    path("papers/<slug:kind>/template/", formats.start, name="planner-paper-start"),
    path("papers/formats/<int:pk>/", formats.of_planner, name="planner-format"),
    path("library/", home.library, name="planner-library"),
    path("library/<int:pk>/copy/", home.copy, name="planner-library-copy"),
    path("plans/", plans.years, name="planner-plans"),
    path("plans/<int:year>/", plans.plan_page, name="planner-plan"),
    path("plans/<int:year>/act/", plans.act, name="planner-plan-act"),
    path("plans/<int:year>/table/", plans.table, name="planner-plan-table"),
    path("plans/<int:year>/diff/", rows.diff, name="planner-plan-diff"),
    path("plans/<int:year>/rows/new/", rows.new, name="planner-row-new"),
    path("plans/<int:year>/rows/<int:n>/", rows.edit, name="planner-row"),
    path("imports/", imports.listing, name="planner-imports"),
    path("imports/<int:pk>/", imports.detail, name="planner-import"),
    path("imports/<int:pk>/bad/", imports.bad, name="planner-import-bad"),
]

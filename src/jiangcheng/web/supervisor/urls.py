"""Addresses of the judicial supervisor's desk."""

from django.urls import path

from jiangcheng.web import formats
from jiangcheng.web.supervisor import filings, reports, visits

urlpatterns = [
    path("", filings.home, name="supervisor-home"),
    path("filings/", filings.listing, name="supervisor-filings"),
    path("filings/<int:pk>/", filings.detail, name="supervisor-filing"),
    path("filings/<int:pk>/table/", filings.table, name="supervisor-filing-table"),
    path("late/", filings.late, name="supervisor-late"),
    path("formats/", formats.waiting, name="supervisor-formats"),
    path("formats/<int:pk>/", formats.of_supervisor, name="supervisor-format"),
    path("reports/", reports.listing, name="supervisor-reports"),
    *visits.urlpatterns,
]

"""Addresses of the judicial supervisor's desk."""

from django.urls import path

from jiangcheng.web.supervisor import filings, reports, visits, watching

urlpatterns = [
    path("", filings.home, name="supervisor-home"),
    path("filings/", filings.listing, name="supervisor-filings"),
    path("filings/<int:pk>/", filings.detail, name="supervisor-filing"),
    path("filings/<int:pk>/table/", filings.table, name="supervisor-filing-table"),
    path("late/", filings.late, name="supervisor-late"),
    path("reports/", reports.listing, name="supervisor-reports"),
    *visits.urlpatterns,
    *watching.urlpatterns,
]

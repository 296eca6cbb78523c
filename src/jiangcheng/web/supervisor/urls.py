"""Addresses of the judicial supervisor's desk. The parts over visits and the ledger are added beside these."""

from django.urls import path

from jiangcheng.web.supervisor import filings

urlpatterns = [
    path("", filings.home, name="supervisor-home"),
    path("filings/", filings.listing, name="supervisor-filings"),
    path("filings/<int:pk>/", filings.detail, name="supervisor-filing"),
    path("filings/<int:pk>/table/", filings.table, name="supervisor-filing-table"),
    path("late/", filings.late, name="supervisor-late"),
]

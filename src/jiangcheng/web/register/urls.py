"""Addresses of the registers that several desks share."""

from django.urls import path

from jiangcheng.web.register import exceptions, outside, ties

urlpatterns = [
    path("outside/", outside.listing, name="outside"),
    path("outside/new/", outside.new, name="outside-new"),
    path("outside/<int:pk>/", outside.one, name="outside-one"),
    path("ties/", ties.page, name="ties"),
    path("ties/<int:pk>/evidence/", ties.evidence, name="tie-evidence"),
    path("exceptions/", exceptions.listing, name="exceptions"),
    path("exceptions/new/", exceptions.new, name="exception-new"),
    path("exceptions/<int:pk>/", exceptions.one, name="exception"),
]

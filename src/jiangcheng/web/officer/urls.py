"""Addresses of the officer's desk."""

from django.urls import path

from jiangcheng.web.officer import door, record, schemes, visits

urlpatterns = [
    path("", visits.home, name="officer-home"),
    path("me/", visits.me, name="officer-me"),
    path("schemes/new/", schemes.new, name="officer-scheme-new"),
    path("schemes/<str:number>/", schemes.edit, name="visit-scheme"),
    path("visits/", visits.listing, name="officer-visits"),
    path("visits/<str:number>/", visits.detail, name="visit-detail"),
    path("visits/<str:number>/act/", visits.act, name="visit-act"),
    path("visits/<str:number>/reschedule/", visits.reschedule, name="visit-reschedule"),
    *door.urlpatterns,
    *record.urlpatterns,
]

"""Addresses behind an inspection code."""

from django.urls import path

from jiangcheng.web.verify import door, report, visit

urlpatterns = [
    path("", door.start, name="verify-start"),
    path("keys.json", door.keys, name="verify-keys"),
    path("<str:value>.json", door.machine, name="verify-json"),
    path("<str:value>/", door.show, name="verify"),
    path("<str:value>/confirm/", door.confirm, name="verify-confirm"),
    path("<str:value>/photos/<int:pk>/", door.photo, name="verify-photo"),
    path("<str:value>/report/", report.send, name="verify-report"),
    path("<str:value>/visit/", visit.show, name="verify-visit"),
    path("<str:value>/open/", visit.open_by_number, name="verify-open"),
    path("<str:value>/answer/", visit.answer, name="verify-answer"),
    path("<str:value>/orders/<str:number>/", visit.order, name="verify-order"),
    path("<str:value>/receipts/<str:leaf>/", visit.receipt, name="verify-receipt"),
    path("<str:value>", door.show, name="verify-bare"),
]

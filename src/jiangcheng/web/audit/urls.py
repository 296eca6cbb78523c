"""Addresses of the audit administrator's desk, below ``audit/``. Every one is read only."""

from django.urls import path

from jiangcheng.web.audit import views

urlpatterns = [
    path("", views.logins, name="audit-home"),
    path("sights/", views.sights, name="audit-sights"),
    path("acts/", views.acts, name="audit-acts"),
    path("ledger/", views.ledger, name="audit-ledger"),
    path("ledger/checkpoint.json", views.checkpoint, name="audit-checkpoint"),
]

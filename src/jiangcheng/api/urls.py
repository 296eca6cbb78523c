"""Addresses of the interface, below ``api/``."""

from django.urls import path

from jiangcheng.api import app, guide

urlpatterns = [
    path("", guide.page, name="api-guide"),
    path("openapi.json", app.openapi, name="api-openapi"),
    *app.PATTERNS,
]

"""Addresses for the tests of log-in and of the administrator's desk."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("", lambda request: HttpResponse("home"), name="home"),
    path("planner/", lambda request: HttpResponse(request.actor.name), name="planner-desk"),
    path("", include("jiangcheng.web.base_views")),
    path("", include("jiangcheng.web.accounts.urls")),
    path("admin/", include("jiangcheng.web.admin.urls")),
]

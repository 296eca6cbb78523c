"""Addresses by which papers are verified and read."""

from django.urls import path, re_path

from jiangcheng.web.papers import views

urlpatterns = [
    path("", views.check, name="paper-check"),
    re_path(r"^(?P<code>[^/]+)/(?P<form>pdf|docx)$", views.file, name="paper-file"),
    path("<str:code>", views.show, name="paper-show"),
    path("<str:code>/", views.show, name="paper-show-slash"),
]

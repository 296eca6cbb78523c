"""Addresses of the leader's desk."""

from django.urls import path

from jiangcheng.web.leader import views

urlpatterns = [
    path("", views.home, name="leader-home"),
    path("<slug:slug>/", views.rows, name="leader-rows"),
]

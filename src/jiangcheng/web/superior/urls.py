"""Addresses of the superior department's desk."""

from django.urls import path

from jiangcheng.web.superior import views

urlpatterns = [
    path("", views.home, name="superior-home"),
    path("visits/", views.visits, name="superior-visits"),
    path("filings/<int:pk>/", views.filing, name="superior-filing"),
]

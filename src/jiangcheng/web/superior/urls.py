"""Addresses of the superior department's desk."""

from django.urls import path

from jiangcheng.web.superior import views, visits

urlpatterns = [
    path("", views.home, name="superior-home"),
    path("visits/", views.visits, name="superior-visits"),
    path("visits/<str:number>/", visits.detail, name="superior-visit"),
    path("filings/<int:pk>/", views.filing, name="superior-filing"),
]

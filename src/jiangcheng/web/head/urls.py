"""Addresses of the head's desk."""

from django.urls import path

from jiangcheng.web import formats
from jiangcheng.web.head import items, views

urlpatterns = [
    path("", views.home, name="head-home"),
    path("items/", items.listing, name="head-items"),
    path("items/<int:pk>/", items.item, name="head-item"),
    path("visits/<str:number>/", views.visit, name="head-visit"),
    path("visits/<str:number>/replace/", views.replace, name="head-replace"),
    path("recusals/<int:pk>/", views.recusal, name="head-recusal"),
    path("delegation/", views.delegation, name="head-delegation"),
    path("delegation/<int:pk>/end/", views.end_delegation, name="head-delegation-end"),
    path("plans/<int:year>/", views.plan, name="head-plan"),
    path("formats/<int:pk>/", formats.of_head, name="head-format"),
    path("office/", views.office, name="head-office"),
]

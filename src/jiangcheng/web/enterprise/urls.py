"""Addresses of the enterprise's desk."""

from django.urls import path

from jiangcheng.web.enterprise import views

urlpatterns = [
    path("", views.home, name="enterprise-home"),
    path("visits/", views.visits, name="enterprise-visits"),
    path("visits/<str:number>/", views.visit, name="enterprise-visit"),
    path("visits/<str:number>/answer/", views.answer, name="enterprise-answer"),
    path("visits/<str:number>/receipts/<str:leaf>/", views.receipt, name="enterprise-receipt"),
    path("orders/", views.orders, name="enterprise-orders"),
    path("orders/<str:number>/", views.order, name="enterprise-order"),
    path("papers/", views.papers, name="enterprise-papers"),
    path("papers/bundle/", views.bundle, name="enterprise-bundle"),
    path("sites/", views.sites, name="enterprise-sites"),
    path("account/", views.account, name="enterprise-account"),
    path("account/add/", views.add_person, name="enterprise-person-add"),
]

"""Addresses of what holds for the whole city."""

from django.urls import path

from jiangcheng.web.city import views

urlpatterns = [
    path("", views.home, name="city-home"),
    path("parameters/", views.parameters, name="city-parameters"),
    path("parameters/<str:name>/", views.parameter, name="city-parameter"),
    path("changes/<int:pk>/", views.change, name="city-change"),
]

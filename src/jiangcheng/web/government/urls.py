"""Addresses of the government's desk, and of what it tells other bodies to do."""

from django.urls import path

from jiangcheng.web.government import views

urlpatterns = [
    path("government/", views.home, name="government-home"),
    path("government/figures/<slug:slug>/", views.rows, name="government-rows"),
    path("government/approvals/", views.approvals, name="government-approvals"),
    path("government/instructions/", views.instructions, name="government-instructions"),
    path("government/instructions/<int:pk>/", views.instruction, name="government-instruction"),
    path("instructions/", views.received, name="instructions"),
    path("instructions/<int:pk>/", views.received_one, name="instruction"),
]

"""Addresses of log-in and account, at the root."""

from django.urls import path

from jiangcheng.web.accounts import subjects, views

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("logout/", views.log_out, name="logout"),
    path("sessions/", views.sessions, name="sessions"),
    path("seat/", views.seat, name="seat"),
    path("password/", views.password, name="password"),
    path("claim/", views.claim, name="claim"),
    path("subjects/", subjects.subjects, name="subjects"),
    path("subjects/<int:pk>/", subjects.decide, name="subject"),
]

"""Addresses of log-in and account, at the root."""

from django.urls import path

from jiangcheng.web.accounts import keys, provider, second, security, subjects, views

urlpatterns = [
    path("login/", views.log_in, name="login"),
    path("login/second/", second.ask, name="login-second"),
    path("login/second/passkey/", second.passkey, name="login-passkey"),
    path("login/provider/", provider.start, name="provider-start"),
    path("login/provider/back/", provider.back, name="provider-back"),
    path("logout/", views.log_out, name="logout"),
    path("logged-out/", views.logged_out, name="logged-out"),
    path("account/", security.home, name="account-security"),
    path("account/app/", security.app, name="account-app"),
    path("account/passkey/", security.passkey, name="account-passkey"),
    path("account/change/", security.change, name="account-change"),
    path("account/bind/", provider.bind, name="account-bind"),
    path("sessions/", views.sessions, name="sessions"),
    path("seat/", views.seat, name="seat"),
    path("keys/", keys.keys, name="api-keys"),
    path("password/", views.password, name="password"),
    path("claim/", views.claim, name="claim"),
    path("subjects/", subjects.subjects, name="subjects"),
    path("subjects/<int:pk>/", subjects.decide, name="subject"),
]

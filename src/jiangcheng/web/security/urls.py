"""Addresses of the security administrator's desk, below ``security/``."""

from django.urls import path

from jiangcheng.web.security import accounts, home, keys

urlpatterns = [
    path("", home.home, name="security-home"),
    path("keys/", keys.keys, name="security-keys"),
    path("keys/<int:pk>/", keys.decide, name="security-rotation"),
    path("accounts/<int:pk>/second/", accounts.reset_second, name="security-second"),
    path("accounts/<int:pk>/sessions/", accounts.end_sessions, name="security-sessions"),
    path("accounts/<int:pk>/identity/", accounts.bind, name="security-identity"),
]

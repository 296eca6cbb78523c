"""Cookies, hosts, forms of other sites."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_cookies(world):
    client = Client()
    client.post(reverse("login"), {"username": "officer1", "password": "Jiangcheng-2026"})
    session = client.cookies[settings.SESSION_COOKIE_NAME]
    assert session["httponly"] and session["samesite"] == "Lax" and int(session["max-age"]) <= 12 * 3600


def test_another_host_is_not_answered(world, settings):
    settings.ALLOWED_HOSTS = ["city.example"]
    assert Client().get("/", headers={"Host": "evil.example"}).status_code == 400
    assert Client().get("/api/bodies", headers={"Host": "evil.example"}).status_code == 400
    assert Client().get("/api/bodies", headers={"Host": "city.example"}).status_code == 200
    settings.ALLOWED_HOSTS = ["*"]  # the switch of this control
    assert Client().get("/api/bodies", headers={"Host": "evil.example"}).status_code == 200


def test_a_form_of_another_site_is_refused(world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.accounts["officer1"])
    assert client.post(reverse("sessions"), {"all": "1"}).status_code == 403

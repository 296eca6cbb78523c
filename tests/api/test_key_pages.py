"""接口密钥: one's own page and the administrator's; the token is shown once."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from jiangcheng.parties.models import ApiKey
from tests.api.client import Program, key_for
from tests.world import PASSWORD

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r"jc_[0-9a-f]{8}_[\w-]{43}")


def until(days: int = 30) -> str:
    return (timezone.localdate() + dt.timedelta(days=days)).isoformat()


def made(world, client, **more):
    said = {"name": "办案系统", "seat": world.seats["officer1"][0].pk, "acts": "act", "valid_until": until(), "password": PASSWORD}
    return client.post(reverse("api-keys"), said | more)


@pytest.mark.duty("HR-08-5", "allowed")
def test_a_key_is_shown_once_and_works(world):
    client = world.client("officer1")
    answer = made(world, client)
    token = TOKEN.search(answer.content.decode())[0]
    assert answer.status_code == 201 and "no-store" in answer["Cache-Control"]
    assert Program(token).get("me").json()["may_act"]
    page = client.get(reverse("api-keys")).content.decode()
    assert token not in page and ApiKey.objects.get().prefix in page


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"name": ""}, {"seat": "0"}, {"acts": ""}, {"valid_until": "x"}])
def test_what_does_not_fit_makes_no_key(world, wrong):
    assert made(world, world.client("officer1"), **wrong).status_code == 422
    assert not ApiKey.objects.exists()


def test_another_seat_or_too_long_a_term_makes_no_key(world):
    assert made(world, world.client("officer1"), seat=world.seats["head"][0].pk).status_code == 422
    answer = made(world, world.client("officer1"), valid_until=until(400))
    assert answer.status_code == 409 and "有效期应当在" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_the_owner_revokes_and_nobody_else(world):
    token = key_for(world, "officer1")
    row = ApiKey.objects.get()
    assert world.client("head").post(reverse("api-keys"), {"revoke": row.pk}).status_code == 404
    assert Program(token).get("me").status_code == 200
    assert world.client("officer1").post(reverse("api-keys"), {"revoke": row.pk}, follow=True).status_code == 200
    assert Program(token).get("me").status_code == 401


def test_the_administrator_revokes_any_and_makes_reading_ones(world):
    token, client = key_for(world, "officer1"), world.client("admin")
    assert "officer1" in client.get(reverse("admin-keys")).content.decode()
    client.post(reverse("admin-keys"), {"revoke": ApiKey.objects.get().pk})
    assert Program(token).get("me").status_code == 401
    said = {"name": "汇聚系统", "body": world.city_body.pk, "role": "superior", "valid_until": until()}
    answer = client.post(reverse("admin-key-new"), said)
    assert answer.status_code == 201
    assert Program(TOKEN.search(answer.content.decode())[0]).get("me").json()["may_act"] is False
    assert client.post(reverse("admin-key-new"), said | {"role": "head"}).status_code == 422
    assert client.post(reverse("admin-keys"), {"revoke": "x"}).status_code == 404
    assert "不使用密钥" in world.client("admin").get(reverse("api-keys")).content.decode()

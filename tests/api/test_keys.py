"""Keys: made by a person for an own seat or by the administrator for a system that reads; term, revocation, limits."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.parties import api_keys, limits
from jiangcheng.parties.models import Account, ApiKey, Seat
from tests.api.client import Program, key_for, program
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db


def test_a_key_acts_as_its_person_and_only_its_digest_is_kept(world):
    token = key_for(world, "officer1")
    row = ApiKey.objects.get()
    assert token not in {str(value) for value in vars(row).values()}
    assert row.digest == api_keys.digest(token)
    me = Program(token).get("me").json()
    assert (me["name"], me["roles"], me["body"], me["may_act"]) == ("李强（演示）", ["officer"], world.body.pk, True)


@pytest.mark.parametrize("token", ["", "x", "jc_", "jc__", "jc_00000000_x", "jc_\u0660\u0660_x", "Bearer", "jc_a_b_c"])
def test_what_is_no_key_opens_nothing(world, token):
    answer = Client().get("/api/me", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")})
    assert answer.status_code == 401 and "密钥无效" in answer.json()["sentence"]
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_another_secret_with_the_same_beginning_opens_nothing(world):
    token = key_for(world, "officer1")
    assert Program(token[:-1] + ("A" if token[-1] != "A" else "B")).get("me").status_code == 401


def ended(row, world):
    with ledger.act("test", SYSTEM):
        row.valid_until = timezone.localdate() - dt.timedelta(days=1)
        row.save()


def revoked(row, world):
    api_keys.revoke(world.actor("admin"), row, "离岗")


def seat_over(row, world):
    with ledger.act("test", SYSTEM):
        seat = Seat.objects.get(pk=row.seat_id)
        seat.valid_until = timezone.localdate() - dt.timedelta(days=1)
        seat.save()


def account_off(row, world):
    Account.objects.filter(pk=row.account_id).update(is_active=False)


@pytest.mark.parametrize("end", [ended, revoked, seat_over, account_off])
@pytest.mark.duty("HR-08-5", "refused")
def test_a_key_that_no_longer_holds_opens_nothing(world, end):
    token = key_for(world, "officer1")
    end(ApiKey.objects.get(), world)
    assert Program(token).get("me").status_code == 401


def test_a_reading_key_reads_and_changes_nothing(world):
    stage = Stage(world)
    caller = program(world, "officer1", acts=False)
    assert caller.get("visits").status_code == 200
    answer = caller.post("visits", {"row": stage.row.pk, "site": world.site.pk})
    assert answer.status_code == 403 and "只能读取" in answer.json()["sentence"]


def test_a_system_reads_what_its_role_reads(world):
    stage = Stage(world)
    visit = stage.coded()
    until = timezone.localdate() + dt.timedelta(days=10)
    key, token = api_keys.make_for_system(world.actor("admin"), world.city_body, "superior", "市级汇聚系统", until)
    caller = Program(token)
    assert caller.get("me").json() | {"key": "市级汇聚系统", "may_act": False, "person": None} == caller.get("me").json()
    assert caller.get(f"visits/{visit.number}").status_code == 404
    stage.confirm(visit)
    assert caller.get(f"visits/{visit.number}").status_code == 200
    assert caller.post(f"visits/{visit.number}/revoke", {"reason": "x"}).status_code == 403
    assert Leaf.objects.filter(act="parties.api_key", subject_id=str(key.pk)).exists()


@pytest.mark.duty("HR-08-5", "refused")
def test_who_may_make_which_key(world):
    until = timezone.localdate() + dt.timedelta(days=10)
    with pytest.raises(Refused, match="本人的岗位"):
        api_keys.make_own(world.actor("admin"), world.seats["head"][0], "x", until, acts=True)
    with pytest.raises(Refused, match="系统管理员岗位"):
        api_keys.make_own(world.actor("admin"), world.seats["admin"][0], "x", until, acts=True)
    with pytest.raises(Refused, match="由系统管理员"):
        api_keys.make_for_system(world.actor("head"), world.body, "planner", "x", until)
    for role in ("officer", "head", "supervisor", "admin"):
        with pytest.raises(Refused, match="不能给系统"):
            api_keys.make_for_system(world.actor("admin"), world.body, role, "x", until)
    with pytest.raises(Refused) as found:
        api_keys.make_own(world.actor("officer1"), world.seats["officer1"][0], " ", timezone.localdate() + dt.timedelta(days=400), acts=True)
    assert [b.field for b in found.value.breaches] == ["name", "valid_until"]
    row, _ = api_keys.make_own(world.actor("officer1"), world.seats["officer1"][0], "x", until, acts=True)
    with pytest.raises(Refused, match="撤销本人"):
        api_keys.revoke(world.actor("head"), row, "")


@pytest.mark.duty("HR-08-5", "refused")
def test_more_requests_than_the_minute_allows_wait(world, monkeypatch):
    monkeypatch.setattr(limits, "number", lambda part: {"api": 3, "api-address": 2}[part] if part.startswith("api") else 60)
    caller, stranger = Program(key_for(world, "officer1")), Program()
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    assert [caller.get("me").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert [stranger.get("bodies").status_code for _ in range(3)] == [200, 200, 429]
    answer = caller.get("me")
    assert answer["Retry-After"] == "50" and "50 秒后再试" in answer.json()["sentence"]
    assert [Program("jc_00000000_no").get("me").status_code for _ in range(2)] == [429, 429]
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_070.0)
    assert caller.get("me").status_code == 200


def test_numbers_are_dated_and_a_city_may_choose_others(world):
    assert limits.number("login") == 5 and limits.number("api") == 600
    assert limits.wait("search", "a", 6000.0) == 0
    assert limits.sweep(6300.0) == 1


def test_a_session_needs_the_token_of_its_forms(world):
    stage = Stage(world)
    visit = stage.ready()
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.accounts["officer1"])
    assert client.get("/api/me").json()["name"] == "李强（演示）"
    answer = client.post(f"/api/visits/{visit.number}/submit", "{}", content_type="application/json")
    assert answer.status_code == 403 and "会话校验" in answer.json()["sentence"]
    token = client.get("/session/token/").json()["token"]
    sent = client.post(f"/api/visits/{visit.number}/submit", "{}", content_type="application/json", headers={"X-CSRFToken": token})
    assert sent.status_code == 200, sent.content

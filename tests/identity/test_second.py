"""The second step: code app, recovery codes, who must, lock, reset. And sessions that end."""

from __future__ import annotations

import datetime as dt
import re
import time

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Leaf, Setting
from jiangcheng.law.rule import Refused
from jiangcheng.parties import actions, sealing, second
from jiangcheng.parties.identity import Passkey, RecoveryCode, SecondStep
from jiangcheng.parties.models import LoginEvent, OpenSession
from tests.world import PASSWORD


@pytest.fixture(autouse=True)
def fresh():
    yield
    parameters.forget()


def must(*roles):
    """Switch the second step on for some seats."""
    value = {r: r in roles for r in ("admin", "security", "audit", "head", "supervisor")}
    import json

    with ledger.act("test.rule", SYSTEM):
        Setting(name="HR-08-11", value=json.dumps(value), valid_from=timezone.localdate(), decided_by="x", decided_at=timezone.now(),
                ground="x").save()


def enrol(world, key="head", at=-60):
    """An app set up, its first code used a minute ago; the app, and the recovery codes."""
    account = world.accounts[key]
    app = pyotp.TOTP(second.begin_app(account))
    codes = second.confirm_app(account, app.at(time.time() + at), world.actor(key), now=time.time() + at)
    return app, codes


def password(client, key="head", **more):
    return client.post("/login/", {"username": key, "password": PASSWORD, **more})


@pytest.mark.duty("HR-08-11", "allowed")
def test_password_then_code_then_in(world):
    app, codes = enrol(world)
    client = Client()
    assert password(client, next="/head/office/").url == "/login/second/"
    assert client.get("/head/").url.startswith("/login/") and not OpenSession.objects.exists()  # the password alone opens nothing
    page = client.get("/login/second/").content.decode()
    assert "二次验证" in page and 'autocomplete="one-time-code"' in page
    assert client.post("/login/second/", {"code": f" {app.now()[:3]} {app.now()[3:]}"}).url == "/head/office/"
    assert client.get("/head/").status_code == 200
    assert LoginEvent.objects.filter(username="head", way="second", ok=True).count() == 1
    assert len(codes) == 10


@pytest.mark.duty("HR-08-11", "refused")
def test_wrong_codes_are_counted_apart_from_passwords_and_lock_longer_each_time(world):
    app, _ = enrol(world)
    client = Client()
    for left in (4, 3, 2, 1):
        password(client)  # a right password in between sets nothing back
        page = client.post("/login/second/", {"code": "000000"})
        assert page.status_code == 403 and f"还可试 {left} 次" in page.content.decode()
    page = client.post("/login/second/", {"code": "000000"})
    assert page.status_code == 429 and "15 分钟后" in page.content.decode()
    right = client.post("/login/second/", {"code": app.now()})
    assert right.status_code == 429 and client.get("/head/").url.startswith("/login/")
    account = world.accounts["head"]
    for _ in range(5):
        SecondStep.objects.filter(account=account).update(locked_until=None)
        second.check(account, "000000")
    assert dt.timedelta(minutes=29) < second.locked_for(account) <= dt.timedelta(minutes=30)
    SecondStep.objects.filter(account=account).update(locked_until=None)
    assert second.check(account, app.now()) and second.tries_left(account) == 5


def test_a_code_is_good_once_and_old_ones_are_not(world):
    app, _ = enrol(world)
    account, now = world.accounts["head"], time.time()
    code = app.at(now)
    assert second.check(account, code, now) and not second.check(account, code, now)
    assert not second.check(account, app.at(now - 90), now) and not second.check(account, app.at(now + 90), now)
    assert second.check(account, app.at(now + 30), now)
    assert not second.check(account, app.at(now), now + 1)  # nor one of an earlier half-minute


def test_a_recovery_code_is_good_once(world):
    _, codes = enrol(world)
    client = Client()
    password(client)
    assert client.post("/login/second/", {"code": codes[3].lower()}).status_code == 302
    again = Client()
    password(again)
    assert again.post("/login/second/", {"code": codes[3]}).status_code == 403
    assert second.codes_left(world.accounts["head"]) == 9
    assert not RecoveryCode.objects.filter(digest__in=codes).exists()


def test_a_recovery_code_of_another_account_is_no_good(world):
    _, codes = enrol(world)
    enrol(world, "planner")
    assert not second.check(world.accounts["planner"], codes[0])


def test_the_password_holds_for_five_minutes(world):
    app, _ = enrol(world)
    client = Client()
    password(client)
    session = client.session
    session["second_pending"] = session["second_pending"] | {"at": int(time.time()) - 301}
    session.save()
    assert client.post("/login/second/", {"code": app.now()}).url == "/login/"
    assert Client().get("/login/second/").url == "/login/"


def test_setting_up_on_the_page_ends_other_sessions_and_shows_the_codes_once(world):
    here, there = world.client("head"), world.client("head")
    page = here.get("/account/app/").content.decode()
    assert "<svg" in page
    secret = re.search(r"<code class=\"break\">([A-Z2-7 ]+)</code>", page)[1].replace(" ", "")
    wrong = here.post("/account/app/", {"code": "000000"})
    assert wrong.status_code == 409 and "不符" in wrong.content.decode() and not second.enrolled(world.accounts["head"])
    assert here.post("/account/app/", {"code": pyotp.TOTP(secret).now()}).url == "/account/"
    shown = here.get("/account/").content.decode()
    codes = re.findall(r"<li><code>([A-Z0-9]{5}-[A-Z0-9]{5})</code>", shown)
    assert len(codes) == 10 and codes[0] not in here.get("/account/").content.decode()
    assert there.get("/account/").url.startswith("/login/")
    assert Leaf.objects.filter(act="parties.second_app", actor=world.head.pk).exists()
    kept = SecondStep.objects.get().secret
    assert secret not in kept and sealing.unseal(kept) == secret


def test_taking_it_away_asks_for_the_password(world):
    enrol(world)
    client = world.client("head")
    assert "当前密码不符" in client.post("/account/change/", {"what": "app", "password": "falsch"}).content.decode()
    assert second.enrolled(world.accounts["head"])
    old = set(RecoveryCode.objects.values_list("digest", flat=True))
    assert client.post("/account/change/", {"what": "codes", "password": PASSWORD}).url == "/account/"
    assert old.isdisjoint(RecoveryCode.objects.values_list("digest", flat=True))
    assert client.post("/account/change/", {"what": "app", "password": PASSWORD}).url == "/account/"
    assert not second.enrolled(world.accounts["head"]) and not RecoveryCode.objects.exists()
    assert client.get("/account/change/", {"what": "anything"}).url == "/account/"


@pytest.mark.duty("HR-08-11", "refused")
def test_a_seat_that_must_gives_no_right_before_it_is_set_up(world):
    must("head")
    client = Client()
    assert password(client).url == "/account/"
    assert "还差 1 项" in client.get("/account/").content.decode()
    for page in ("/head/", "/head/office/", "/search/?q=武汉"):
        assert client.get(page).status_code in (302, 403), page
    assert client.get("/head/").url == "/account/"
    secret = second.begin_app(world.accounts["head"])
    assert client.post("/account/app/", {"code": pyotp.TOTP(secret).now()}).url == "/account/"
    assert client.get("/head/").status_code == 200
    with pytest.raises(Refused, match="不能停用最后一种"):
        second.drop_app(world.accounts["head"], world.actor("head"))
    assert password(Client(), "planner").url == "/planner/"


@pytest.mark.duty("HR-08-11", "allowed")
def test_off_by_default_and_shown_as_unsafe(world):
    assert not any(second.required([r]) for r in ("admin", "security", "audit", "head", "supervisor"))
    assert "没有岗位须二次验证" in world.client("admin").get("/admin/").content.decode()
    assert "都不强制" in world.client("admin").get("/security/").content.decode()


def test_the_rule_is_decided_on_the_page_with_its_ground(world):
    client = world.client("admin")
    data = {f"part_{r}": "true" if r == "head" else "false" for r in ("admin", "security", "audit", "head", "supervisor")}
    answer = client.post("/admin/parameters/HR-08-11/", data | {"valid_from": timezone.localdate().isoformat(), "ground": "纪要1号"})
    assert answer.status_code == 302, answer.content.decode()
    assert second.required(["head"]) and not second.required(["planner"]) and not second.required(["admin"])
    assert "单位负责人 是" in client.get("/admin/parameters/?q=HR-08-11").content.decode()


def test_only_another_security_administrator_resets(world):
    enrol(world)
    account = world.accounts["head"]
    for who in ("planner", "head", "supervisor"):
        with pytest.raises(Refused, match="权限"):
            second.reset(account, "手机遗失", world.actor(who))
    enrol(world, "admin")
    with pytest.raises(Refused, match="不能为自己"):
        second.reset(world.accounts["admin"], "手机遗失", world.actor("admin"))
    lost = world.client("head")
    client = world.client("admin")
    assert "重置二次验证" in client.get(f"/admin/accounts/{account.pk}/").content.decode()
    assert client.post(f"/security/accounts/{account.pk}/second/", {"why": "手机遗失"}).status_code == 302
    assert not second.enrolled(account) and not Passkey.objects.exists() and lost.get("/head/").url.startswith("/login/")
    assert Leaf.objects.get(act="parties.second_reset").opinion == "手机遗失"


def test_a_secret_sealed_with_another_key_opens_nothing(world, tmp_path, monkeypatch):
    app, _ = enrol(world)
    monkeypatch.setenv("JIANGCHENG_VAR", str(tmp_path))
    assert not second.check(world.accounts["head"], app.now())
    with pytest.raises(sealing.Broken):
        sealing.unseal(SecondStep.objects.get().secret)


# Sessions


@pytest.mark.duty("HR-08-12", "refused")
def test_a_session_ends_after_the_whole_time_however_busy(world):
    client = world.client("planner")
    client.get("/planner/")
    session = client.session
    session["first_request"] -= 12 * 3600 + 1
    session.save()
    assert client.get("/planner/").url.startswith("/login/")


@pytest.mark.duty("HR-08-12", "allowed")
def test_a_busy_session_goes_on_and_a_new_log_in_begins_anew(world):
    client = world.client("planner")
    client.get("/planner/")
    session = client.session
    session["first_request"] -= 11 * 3600
    session.save()
    assert client.get("/planner/").status_code == 200
    client.force_login(world.accounts["planner"])
    client.get("/planner/")
    assert time.time() - client.session["first_request"] < 60


def test_the_security_administrator_ends_all_sessions_of_an_account(world):
    there = [world.client("planner"), world.client("planner")]
    assert actions.end_sessions(world.accounts["planner"], "手机遗失", world.actor("admin")) == 2
    assert all(c.get("/planner/").url.startswith("/login/") for c in there)
    with pytest.raises(Refused, match="权限"):
        actions.end_sessions(world.accounts["planner"], "x", world.actor("head"))

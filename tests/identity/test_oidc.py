"""Log-in through a real provider in a process of its own: who is bound gets in, everybody and everything else is refused in words."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.parties import oidc, second
from jiangcheng.parties.identity import Identity
from jiangcheng.parties.models import LoginEvent
from tests.identity.provider import CLIENT, SECRET
from tests.world import PASSWORD

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def provider():
    """Address of a running provider."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    back = "http://testserver/login/provider/back/"
    process = subprocess.Popen([sys.executable, "-m", "tests.identity.provider", str(port), back], cwd=ROOT)
    base = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{base}/jwks", timeout=1).close()
            break
        except OSError:
            assert process.poll() is None
            time.sleep(0.1)
    yield base
    process.kill()
    process.wait()


@pytest.fixture
def at(provider, settings, world):
    """The platform set to the provider, and an account bound to a1."""
    settings.OIDC_ISSUER, settings.OIDC_CLIENT, settings.OIDC_SECRET = provider, CLIENT, SECRET
    settings.PUBLIC_ADDRESS = "http://testserver"
    oidc._kept.clear()
    control(provider, user="a1", fault="")
    oidc.bind(world.accounts["head"], provider, "a1", world.actor("admin"))
    yield provider
    oidc._kept.clear()


def control(provider, **values):
    return httpx.get(f"{provider}/control", params=values).json()


def through(client, query=""):
    """The way to the provider and back: the address with which the browser returns."""
    start = client.get("/login/provider/" + query)
    assert start.status_code == 302, start.content.decode()
    asked = parse_qs(urlsplit(start.url).query)
    assert asked["code_challenge_method"] == ["S256"] and asked["state"] and asked["nonce"] and asked["response_type"] == ["code"]
    there = httpx.get(start.url, follow_redirects=False)
    assert there.status_code == 302, there.text
    return there.headers["Location"].removeprefix("http://testserver")


def log_in(client, query=""):
    return client.get(through(client, query))


def test_the_bound_account_is_logged_in(at, world):
    client = Client()
    assert "用统一身份认证登录" in client.get("/login/").content.decode()
    answer = log_in(client)
    assert answer.status_code == 302 and answer.url == "/head/"
    assert client.get("/head/").status_code == 200
    assert LoginEvent.objects.filter(username="head", ok=True, way="provider").exists()
    assert Identity.objects.get().used_at is not None


def test_an_identity_that_is_not_bound_is_refused_in_words_though_the_name_is_the_same(at, world):
    control(at, user="b2")
    client = Client()
    page = log_in(client)
    said = page.content.decode()
    assert page.status_code == 403 and "尚未绑定江城账号" in said and "b2" in said and "安全管理员" in said
    assert client.get("/head/").url.startswith("/login/")
    assert LoginEvent.objects.filter(username="统一身份 b2", ok=False).exists()


@pytest.mark.parametrize("fault", ["nonce", "issuer", "audience", "expired", "none", "hmac", "key", "changed", "hash", "subject"])
def test_a_token_that_is_wrong_in_one_way_logs_nobody_in(at, world, fault):
    client = Client()
    address = through(client)
    control(at, fault=fault)
    page = client.get(address)
    assert page.status_code == 403 and "没有登录" in page.content.decode()
    assert client.get("/head/").url.startswith("/login/")
    assert log_in(client).status_code == 302  # nothing but that token was wrong


def test_a_description_of_another_issuer_is_not_followed(at, world):
    control(at, fault="discovery")
    page = Client().get("/login/provider/")
    assert page.status_code == 502 and "配置与登记的不一致" in page.content.decode()


def test_a_code_and_a_state_are_good_once_and_in_one_browser(at, world):
    client, thief = Client(), Client()
    address = through(client)
    through(thief)
    stolen = thief.get(address)  # another browser's state
    assert stolen.status_code == 403 and "不符" in stolen.content.decode()
    assert client.get(address).status_code == 302
    again = client.get(address)
    assert again.status_code == 403 and "已经用过" in again.content.decode()
    # the provider itself refuses the code a second time: the state is fresh, the code is not
    client2 = Client()
    fresh = parse_qs(urlsplit(through(client2)).query)["state"][0]
    used = parse_qs(urlsplit(address).query)["code"][0]
    replay = client2.get("/login/provider/back/", {"code": used, "state": fresh})
    assert replay.status_code == 403 and "没有放行" in replay.content.decode()


def test_a_code_of_another_verifier_is_refused_by_the_provider(at, world):
    client = Client()
    address = through(client)
    session = client.session
    session[oidc.WAITING] = session[oidc.WAITING] | {"verifier": "x" * 64}
    session.save()
    assert client.get(address).status_code == 403 and client.get("/head/").url.startswith("/login/")


def test_a_provider_that_does_not_answer_leaves_the_password(at, world, settings):
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    page = Client().get("/login/provider/")
    assert page.status_code == 502 and "改用账号密码" in page.content.decode()


def test_without_a_provider_the_way_is_closed(world, settings):
    settings.OIDC_ISSUER = ""
    assert Client().get("/login/provider/").status_code == 404 and Client().get("/login/provider/back/").status_code == 404
    assert "统一身份认证" not in Client().get("/login/").content.decode()


def test_logging_out_shows_the_way_out_at_the_provider(at, world):
    client = Client()
    log_in(client)
    assert client.post("/logout/").url == "/logged-out/"
    page = client.get("/logged-out/").content.decode()
    link = page.split('href="' + at)[1].split('"')[0].replace("&amp;", "&")
    ended = httpx.get(at + link).json()
    assert ended["ended"] and ended["back"] == "http://testserver/login/"
    assert client.get("/head/").url.startswith("/login/")
    with_password = world.client("planner")
    assert with_password.post("/logout/").url == "/login/"


def test_the_owner_binds_with_both_log_ins_and_the_password(at, world):
    control(at, user="b2")
    client = world.client("planner")
    answer = log_in(client, "?bind=1")
    assert answer.url == "/account/bind/"
    assert not Identity.objects.filter(subject="b2").exists()  # nothing is bound by coming back alone
    assert "b2" in client.get("/account/bind/").content.decode()
    assert "当前密码不符" in client.post("/account/bind/", {"password": "falsch"}).content.decode()
    assert client.post("/account/bind/", {"password": PASSWORD}).url == "/account/"
    assert log_in(Client()).url == "/planner/"
    assert Leaf.objects.filter(act="parties.identity_bound").count() == 2
    row = Identity.objects.get(subject="b2")
    page = client.get("/account/").content.decode()
    assert "已绑定" in page and f"pk={row.pk}" in page
    assert client.post("/account/change/", {"what": "identity", "pk": row.pk, "password": PASSWORD}).url == "/account/"
    assert log_in(Client()).status_code == 403


def test_one_identity_one_account(at, world):
    for account, subject in (("planner", "a1"), ("head", "c3")):
        with pytest.raises(Refused, match="已绑定"):
            oidc.bind(world.accounts[account], at, subject, world.actor("admin"))
    with pytest.raises(Refused, match="权限"):
        oidc.bind(world.accounts["planner"], at, "c3", world.actor("head"))
    with pytest.raises(Refused, match="没有可以解除"):
        oidc.unbind(world.accounts["head"], Identity.objects.get().pk, world.actor("planner"))


def test_a_closed_account_is_not_opened_by_the_provider(at, world):
    world.accounts["head"].is_active = False
    world.accounts["head"].save()
    assert log_in(Client()).status_code == 403


def test_the_second_step_is_asked_for_after_the_provider_too(at, world):
    account = world.accounts["head"]
    secret = second.begin_app(account)
    import pyotp

    second.confirm_app(account, pyotp.TOTP(secret).at(time.time() - 30), world.actor("head"))
    client = Client()
    assert log_in(client).url == "/login/second/"
    assert client.get("/head/").url.startswith("/login/")
    assert client.post("/login/second/", {"code": pyotp.TOTP(secret).now()}).url == "/head/"
    assert client.post("/logout/").url == "/logged-out/"  # the provider's token was kept through the second step

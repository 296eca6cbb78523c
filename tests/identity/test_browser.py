"""In Chromium with a virtual authenticator: a passkey is made, asked for after the password, and a copied or foreign one is no good."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from jiangcheng.parties.identity import Passkey
from jiangcheng.parties.models import LoginEvent
from tests.web_base.test_browser import violations
from tests.world import PASSWORD

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
pytestmark = [
    pytest.mark.browser, pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium"),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"])
        yield chromium
        chromium.close()


@pytest.fixture
def desk(browser, live_server, world, settings):
    """A page at the name ``localhost``, with an authenticator that says yes."""
    settings.DEBUG = True
    address = live_server.url.replace("127.0.0.1", "localhost")
    settings.PUBLIC_ADDRESS = address
    place = browser.new_context(base_url=address, viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = place.new_page()
    page.set_default_timeout(8000)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.link = place.new_cdp_session(page)
    page.link.send("WebAuthn.enable")
    page.device = authenticator(page)
    yield page
    place.close()
    assert wrong == []


def authenticator(page):
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
               "automaticPresenceSimulation": True}
    return page.link.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def log_in(page, key="head"):
    page.goto("/login/")
    page.fill("input[name=username]", key)
    page.fill("input[name=password]", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_load_state()


def enrol(page):
    log_in(page)
    page.goto("/account/")
    page.fill("#key-name", "办公电脑")
    page.get_by_role("button", name="添加通行密钥").click()
    page.get_by_role("heading", name="恢复码").first.wait_for()


def test_a_passkey_is_made_and_asked_for_after_the_password(desk, world):
    enrol(desk)
    row = Passkey.objects.get()
    assert row.name == "办公电脑" and row.account_id == world.accounts["head"].pk
    assert desk.locator(".code-list code").count() == 10
    desk.context.clear_cookies()
    log_in(desk)
    assert desk.url.endswith("/login/second/")
    desk.get_by_role("button", name="使用通行密钥").click()
    desk.wait_for_url("**/head/")
    row.refresh_from_db()
    assert row.used_at is not None and row.signs > 0
    assert LoginEvent.objects.filter(username="head", way="second", ok=True).count() == 1


def test_without_the_key_nobody_gets_in(desk, world):
    enrol(desk)
    desk.context.clear_cookies()
    desk.link.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": desk.device})
    authenticator(desk)  # another device
    log_in(desk)
    desk.get_by_role("button", name="使用通行密钥").click()
    desk.get_by_role("alert").wait_for()
    assert "没有完成" in desk.get_by_role("alert").inner_text() or "不符" in desk.get_by_role("alert").inner_text()
    desk.goto("/head/")
    assert "/login/" in desk.url


def test_a_copied_key_is_noticed_by_its_count(desk, world):
    enrol(desk)
    Passkey.objects.update(signs=1000)  # the other copy signed meanwhile
    desk.context.clear_cookies()
    log_in(desk)
    desk.get_by_role("button", name="使用通行密钥").click()
    desk.get_by_role("alert").wait_for()
    assert "不符" in desk.get_by_role("alert").inner_text()
    assert LoginEvent.objects.filter(username="head", way="second", ok=False).count() == 1


def test_the_same_device_is_not_added_twice(desk, world):
    enrol(desk)
    desk.get_by_role("button", name="添加通行密钥").click()
    desk.get_by_role("alert").wait_for()
    assert "已经登记" in desk.get_by_role("alert").inner_text() and Passkey.objects.count() == 1


def test_an_answer_for_another_challenge_or_site_is_refused(desk, world, settings):
    enrol(desk)
    desk.context.clear_cookies()
    log_in(desk)
    settings.PUBLIC_ADDRESS = "https://elsewhere.example"  # what the server believes to be is not where the browser is
    desk.evaluate("document.querySelector('[data-passkey]').hidden")
    desk.get_by_role("button", name="使用通行密钥").click()
    desk.get_by_role("alert").wait_for()
    assert "/login/second/" in desk.url


def test_the_pages_are_accessible(desk, world):
    enrol(desk)
    assert violations(desk) == []
    for address in ("/account/app/", "/account/change/?what=codes"):
        desk.goto(address)
        assert violations(desk) == [], address
    desk.context.clear_cookies()
    log_in(desk)
    assert violations(desk) == []
    desk.context.clear_cookies()
    log_in(desk, "admin")
    for width in (390, 1280):
        desk.set_viewport_size({"width": width, "height": 844})
        for address in ("/security/", "/security/keys/", "/audit/", "/audit/sights/", "/audit/acts/", "/audit/ledger/"):
            desk.goto(address)
            assert violations(desk) == [], address
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), address

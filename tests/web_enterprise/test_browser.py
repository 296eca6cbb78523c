"""The enterprise's phone in a real browser: scan, confirm, the notice opens by itself; also without script and in big type."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from jiangcheng.inspection.visits.actions import door
from tests.journeys.conftest import CHROMIUM, PHONE
from tests.visits.stage import Stage
from tests.web_enterprise import scene
from tests.world import World

pytestmark = pytest.mark.browser
AXE = (Path(__file__).resolve().parents[1] / "web_base/vendor/axe.min.js").read_text()
RULES = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})"


@pytest.fixture
def opened(monkeypatch):
    """``opened(…)`` gives a page of a phone of its own."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=CHROMIUM)

        def phone(**values) -> Page:
            context = browser.new_context(viewport=PHONE, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai", **values)
            context.set_default_timeout(20000)
            return context.new_page()

        yield phone
        browser.close()


def fits(page: Page) -> None:
    """No horizontal scrolling, and nothing that axe finds."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
    page.evaluate(AXE)
    found = page.evaluate(RULES)["violations"]
    known = [v for v in found if not all("message-" in n["html"] for n in v["nodes"])]
    assert not known, (page.url, [(v["id"], v["nodes"][0]["html"]) for v in known])


@pytest.mark.django_db(transaction=True)
def test_door_on_the_enterprises_phone(live_server, opened):
    stage = Stage(World())
    visit = stage.coded()
    page, taps = opened(), 0
    page.goto(live_server.url + "/v/")
    fits(page)
    page.goto(live_server.url + scene.page(visit).rstrip("/") + "?r=" + scene.live(visit)["r"])
    assert page.get_by_role("heading", name="此码有效").is_visible()
    fits(page)
    first = page.locator("[data-clock]").inner_text()
    for row in page.locator("input[value=yes]").all():
        row.check(force=True)
        taps += 1
    expect(page.locator("[data-clock]")).not_to_have_text(first)
    page.get_by_role("button", name="确认人员到场").click()
    taps += 1
    page.wait_for_url("**/visit/")
    assert taps <= 4 and stage.fresh(visit).state == "arrived"
    fits(page)
    assert page.locator("#notice").count() == 0
    door.show_certificate(stage.lead, stage.fresh(visit))
    door.issue_notice(stage.lead, stage.fresh(visit))
    page.wait_for_selector("#notice")
    assert page.get_by_role("link", name="签收", exact=True).is_visible()
    door.start(stage.lead, stage.fresh(visit))
    visit = scene.answered(stage, stage.fresh(visit))
    page.goto(live_server.url + scene.page(visit, "verify-answer"))
    fits(page)
    page.fill("#receive [name=name]", "孙兰")
    page.locator("#receive [data-pad] svg").scroll_into_view_if_needed()
    box = page.locator("#receive [data-pad] svg").bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 90, steps=8)
    page.mouse.up()
    page.get_by_role("button", name="签收", exact=True).click()
    page.wait_for_url("**/visit/")
    assert page.get_by_text("当场签收").first.is_visible()


@pytest.mark.django_db(transaction=True)
def test_without_script_and_in_big_type(live_server, opened):
    stage = Stage(World())
    visit = stage.coded()
    page = opened(java_script_enabled=False)
    page.goto(live_server.url + scene.page(visit) + "?r=" + scene.live(visit)["r"])
    page.get_by_role("button", name="确认人员到场").click()
    page.wait_for_url("**/visit/")
    assert page.get_by_role("heading", name="检查人员已到场").is_visible()
    big = opened()
    big.context.add_cookies([{"name": "jc_big", "value": "1", "url": live_server.url}])
    for address in ("/v/", "/v/2222222222/", scene.page(visit), scene.page(visit, "verify-visit"), scene.page(visit, "verify-report"), "/p/"):
        big.goto(live_server.url + address)
        fits(big)

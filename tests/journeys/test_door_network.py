"""Troubles at the door, first: no network at the officers, none at the enterprise, phones without power (UX §4)."""

from __future__ import annotations

import io
import re
import subprocess
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import expect

from tests.journeys.people import Door, Human, local_now, log_in, photograph, visit_address

pytestmark = pytest.mark.browser


def keep_pages(door: Door, who: Human) -> None:
    """The visit's page was opened at the office: the phone has kept what the door needs."""
    door.go(who)
    page = who.page
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    if not page.locator("a[data-keep]").count():
        page.reload()
    wanted = [visit_address(door.story, part) for part in ("code/", "offline/", "certificates/", "record/", "record/1/", "not-done/")]
    page.reload()
    page.wait_for_function(
        """async (paths) => { const kept = await caches.open('jc-pages-1');
        for (const path of paths) if (!await kept.match(encodeURI(path))) return false; return true; }""", arg=wanted,
    )


@pytest.mark.duty("HR-17-4", "327-17-4", "allowed")
def test_without_network_the_visit_begins_on_the_phone_and_is_made_good_later(at_door: Door) -> None:
    door = at_door
    door.begin()
    a, supervisor = door.who("officer1"), door.who("supervisor", phone=False)
    a.context.grant_permissions(["geolocation"])
    a.context.set_geolocation({"latitude": 30.6021, "longitude": 114.2812})
    keep_pages(door, a)
    door.go(a, "code/")
    a.context.set_offline(True)
    expect(a.page.locator("[data-offline-state]")).to_have_text("离线：已保存在本机")
    a.page.locator("details summary", has_text="其他情况").click()
    a.tap("无网络登记")
    a.tap(a.page.locator("label.choice", has_text="地下室"))
    a.page.set_input_files("[name=photo]", photograph())
    a.picture("officer-offline")
    a.tap("登记到场")
    expect(a.page.get_by_role("heading", name="已在本机登记到场")).to_be_visible()
    expect(a.page.locator("[data-offline-count]")).to_have_text("1 项待上传")
    a.picture("officer-offline-kept")
    a.tap(a.page.get_by_role("button", name="展示证件"))
    a.page.wait_for_url(re.compile("/certificates/"))
    expect(a.page.locator("[data-offline-count]")).to_have_text("2 项待上传")
    door.go(a, "code/")
    a.tap("先行开始检查")
    a.page.wait_for_url(re.compile("/record/"))
    a.tap(a.page.get_by_role("button", name="未发现问题"))
    expect(a.page.locator("[data-offline-count]")).to_have_text("4 项待上传")
    assert door.now()["state"] == "to_enter"  # nothing left the phone

    a.context.set_offline(False)
    expect(a.page.locator("[data-offline]")).to_be_hidden()
    now = door.now()
    assert now["state"] == "inspecting"
    assert now["acts"][-4:] == ["visit.arrive_offline", "visit.certificates_shown", "visit.notice", "visit.start"] and now["answers"] == 1

    supervisor.go("/supervisor/offline/")
    card = supervisor.page.locator("section.card", has_text=door.visit["firm"])
    expect(card).to_contain_text("地下室")
    expect(card).to_contain_text("30.6021")
    supervisor.picture("supervisor-offline")
    supervisor.tap(card.get_by_role("button", name="核实"))
    expect(supervisor.page.locator("section.card dl.kv", has_text=door.visit["address"])).to_have_count(0)


@pytest.mark.duty("327-17-4", "allowed")
def test_an_enterprise_without_network_is_scanned_and_reads_later_by_the_short_code(at_door: Door) -> None:
    door = at_door
    door.begin()
    a, firm = door.who("officer1"), door.firm("firm-later")
    door.go(a, "code/")
    a.tap("扫企业码")
    a.page.fill("[data-scan-uscc]", door.visit["uscc"])
    a.tap("核对企业")
    expect(a.page.get_by_role("heading", name="核对企业")).to_be_visible()
    expect(a.page.locator(".question")).to_have_text(door.visit["firm"])
    a.picture("officer-compare")
    a.tap("核对无误")
    expect(a.page.locator(".code-done").first).to_contain_text("已扫码入企")
    a.tap(a.page.get_by_role("button", name="展示证件"))
    a.tap("出具通知书并开始检查")
    a.page.wait_for_url(re.compile("/record/"))
    notice = door.now()["notice"]

    firm.go("/v/")
    firm.picture("enterprise-type-code")
    firm.page.fill("[name=code]", door.visit["short"].lower())
    firm.tap(firm.page.locator("main button[type=submit], button.btn-primary").first)
    expect(firm.page.locator("h1")).to_contain_text("无需重复")
    firm.tap("本次检查")
    firm.page.fill("[name=notice]", notice)
    firm.picture("enterprise-notice-number")
    firm.tap("打开")
    expect(firm.page.locator("body")).to_contain_text("行政检查通知书")
    door.go(a, "notice/")
    expect(a.page.locator("main")).to_contain_text(notice)
    expect(a.page.get_by_role("heading", name="企业的权利")).to_be_visible()


@pytest.mark.duty("327-08-2", "327-18-1", "allowed")
def test_when_the_lead_has_no_power_the_colleague_goes_on(at_door: Door) -> None:
    door = at_door
    door.begin("arrived")
    c = door.who("officer2")
    door.go(c)
    c.page.locator("details summary", has_text="更多办理").click()
    c.picture("officer-take-over")
    c.tap("接续主办")
    expect(c.page.locator("body")).to_contain_text("您已接续主办")
    now = door.now()
    assert now["lead"] == ["王敏（演示）"] and "visit.lead_taken" in now["acts"]
    door.go(c, "code/")
    c.tap(c.page.get_by_role("button", name="展示证件"))
    c.tap("出具通知书并开始检查")
    c.page.wait_for_url(re.compile("/record/"))
    assert door.now()["state"] == "inspecting"


@pytest.mark.duty("327-17-2", "327-17-4", "allowed")
def test_with_both_phones_dead_the_paper_notice_is_checked_and_an_officer_logs_on_elsewhere(at_door: Door) -> None:
    door = at_door
    door.begin()
    a, firm = door.who("officer1"), door.firm("firm-paper")
    door.go(a, "notice/")
    a.tap("出具通知书")
    a.page.locator("a", has_text="PDF").wait_for()
    file = a.context.request.get(a.address + a.page.locator("a", has_text="PDF").get_attribute("href"))
    printed = subprocess.run(["pdftoppm", "-r", "150", "-png", "-"], input=file.body(), capture_output=True, check=True).stdout
    found = {code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(printed)))}
    words = subprocess.run(["pdftotext", "-", "-"], input=file.body(), capture_output=True, check=True).stdout.decode()
    assert door.visit["short"] in re.sub(r"[^0-9A-Z]", "", words)

    firm.page.goto(next(text for text in found if "/p/" in text))
    expect(firm.page.locator("main")).to_contain_text("与出具时一致")
    firm.picture("public-paper")
    firm.tap("录入通知书上的检查码")
    firm.page.fill("[name=code]", door.visit["short"])
    firm.tap(firm.page.locator("button.btn-primary").first)
    expect(firm.page.get_by_role("heading", name="此码有效")).to_be_visible()
    expect(firm.page.locator("main")).to_contain_text("只能查看，不能确认到场")  # a paper is not a screen

    log_in(firm, "officer2")  # at the enterprise's own phone
    door.typed(firm)
    firm.tap("核对无误")
    expect(firm.page.locator(".code-done").first).to_contain_text("已扫码入企")
    assert door.now()["state"] == "arrived"
    firm.context.clear_cookies()


@pytest.mark.duty("HR-17-4", "327-08-2", "allowed")
def test_a_record_is_entered_the_same_day_with_the_reason(at_door: Door) -> None:
    door = at_door
    door.begin()
    a, supervisor = door.who("officer1"), door.who("supervisor", phone=False)
    door.go(a, "offline/")
    page = a.page
    a.tap(page.locator("label.choice", has_text="手机没电，事后补录"))
    page.fill("[name=at]", f"{local_now() - timedelta(minutes=10):%Y-%m-%dT%H:%M}")
    page.set_input_files("[name=photo]", photograph("签字的通知书"))
    a.tap("登记到场")
    expect(page.locator(".refusal")).to_contain_text("须写明原因")
    page.fill("[name=other]", "两部手机在冷库中断电，凭纸质通知书检查")
    a.picture("officer-written-later")
    a.tap("登记到场")
    page.wait_for_url(re.compile("/code/"))
    a.tap(a.page.get_by_role("button", name="展示证件"))
    a.tap("出具通知书并开始检查")
    page.wait_for_url(re.compile("/record/"))
    now = door.now()
    assert now["state"] == "inspecting" and now["began_late"]
    supervisor.go("/supervisor/offline/")
    expect(supervisor.page.locator("section.card", has_text=door.visit["firm"])).to_contain_text("手机没电，事后补录：两部手机在冷库中断电")

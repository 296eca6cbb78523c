"""Troubles at the door, fourth: a code outside its window, taps and scans twice, a second day; and the camera (UX §4)."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
import segno
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import CHROMIUM
from tests.journeys.people import PHONE, Door, Human, leaves, local_now, log_in

pytestmark = pytest.mark.browser


def says_nothing_of_the_visit(door: Door, firm: Human) -> None:
    """No names, no body, no hour."""
    words = firm.page.inner_text("body")
    for secret in (door.visit["firm"].removesuffix("（演示）"), "李强", "王敏", "市场监督管理局", door.visit["address"]):
        assert secret not in words


@pytest.mark.duty("HR-17-5", "327-17-4", "refused")
def test_before_its_hour_a_code_names_nobody_and_the_officer_asks_for_another_time(at_door: Door) -> None:
    door = at_door
    door.begin(start=24 * 60, end=26 * 60)
    a, firm = door.who("officer1"), door.firm()
    firm.page.goto(f"{firm.address}{door.code()}")
    expect(firm.page.get_by_role("heading", name="尚未到检查时间")).to_be_visible()
    says_nothing_of_the_visit(door, firm)
    firm.picture("enterprise-too-early")
    door.go(a, "code/")
    expect(a.page.get_by_role("heading", name="检查码未开放")).to_be_visible()
    expect(a.page.locator("main")).to_contain_text("尚未到检查时间")
    a.tap(a.page.locator("main a", has_text="申请调整时间").last)
    a.page.fill("[name=day]", f"{local_now() + timedelta(days=1):%Y-%m-%d}")
    a.page.fill("[name=start]", "09:30")
    a.page.fill("[name=end]", "11:30")
    a.page.fill("[name=reason]", "企业当日停电检修，商定改期。")
    a.picture("officer-reschedule")
    a.tap("提交审批")
    expect(a.page.locator("body")).to_contain_text("已提交审批，原检查码已撤销")
    assert door.now()["state"] == "to_approve"


@pytest.mark.duty("HR-17-5", "327-17-4", "refused")
def test_after_its_hour_a_code_names_nobody(at_door: Door) -> None:
    door = at_door
    door.begin("over")
    a, firm = door.who("officer1"), door.firm()
    firm.page.goto(f"{firm.address}{door.code()}")
    expect(firm.page.get_by_role("heading", name="检查已结束")).to_be_visible()
    says_nothing_of_the_visit(door, firm)
    door.go(a, "code/")
    expect(a.page.get_by_role("heading", name="检查码未开放")).to_be_visible()
    expect(a.page.locator("main a", has_text="申请调整时间").last).to_be_visible()


@pytest.mark.duty("327-17-4", "allowed")
def test_two_taps_and_a_second_scan_are_one_entry(at_door: Door) -> None:
    door = at_door
    door.begin()
    firm, other = door.firm("firm-twice"), door.firm("firm-other-phone")
    address = door.code(live=True)
    firm.page.goto(address)
    for group in firm.page.locator("#confirm fieldset").all():
        group.get_by_text("已出示", exact=True).click()
    firm.page.get_by_role("button", name="确认人员到场").dblclick()
    expect(firm.page.locator("body")).to_contain_text(re.compile("到场已确认|无需重复"))
    assert door.now()["acts"].count("visit.arrive") == 1
    before = leaves(door.story)
    for _ in range(2):
        other.page.goto(address)
    expect(other.page.locator("body")).to_contain_text(re.compile(r"已于 \d\d:\d\d 登记，无需重复"))
    other.picture("enterprise-again")
    assert leaves(door.story) == before


@pytest.mark.duty("327-17-4", "327-08-2", "allowed")
def test_broken_off_and_gone_on_with_the_next_day_after_another_scan(at_door: Door) -> None:
    door = at_door
    door.begin("broken_off_yesterday")
    a, firm = door.who("officer1"), door.firm("firm-second-day")
    door.go(a, "record/")
    firm.page.goto(door.code(live=True))
    expect(firm.page.locator("body")).to_contain_text("今天继续检查须再次确认")
    firm.tap("确认人员到场")
    expect(firm.page.locator("body")).to_contain_text("到场已确认")
    a.tap("继续检查")
    a.page.wait_for_url(re.compile("/record/"))
    now = door.now()
    assert now["state"] == "inspecting" and now["acts"].count("visit.arrive") == 1
    assert [act for act in now["acts"] if act in ("visit.scanned_again", "visit.resume")] == ["visit.scanned_again", "visit.resume"]


@pytest.mark.duty("327-08-2", "refused")
def test_breaking_off_asks_for_the_reason(at_door: Door) -> None:
    door = at_door
    door.begin("started")
    a = door.who("officer1")
    door.go(a, "pause/")
    a.tap(a.page.locator("button.btn-primary"))
    expect(a.page.locator(".refusal")).to_be_visible()
    assert door.now()["state"] == "inspecting"
    a.page.fill("[name=reason]", "冷库停电，无法查看温度记录。")
    a.picture("officer-pause")
    a.tap(a.page.locator("button.btn-primary"))
    expect(a.page.locator("body")).to_contain_text("已中止检查")


def camera(path: Path, text: str) -> Path:
    """A second of film in which a camera sees one QR, as Chromium's fake camera plays it."""
    segno.make_qr(text, error="m").save(str(path / "licence.png"), scale=6, border=4)
    code = Image.open(path / "licence.png").convert("L")
    frame = Image.new("L", (640, 480), 200)
    frame.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
    film = path / "camera.y4m"
    with film.open("wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for _ in range(10):
            file.write(b"FRAME\n" + frame.tobytes() + b"\x80" * (640 * 480 // 2))
    return film


@pytest.mark.duty("327-17-4", "HR-17-3", "allowed")
def test_the_camera_reads_the_licence_on_the_wall(at_door: Door, browser: Browser, tmp_path: Path) -> None:
    door = at_door
    door.begin()
    film = camera(tmp_path, f"https://licence.example/?code={door.visit['uscc']} ")
    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}"]
    phone = browser.browser_type.launch(executable_path="/usr/bin/chromium", args=[*CHROMIUM, *fake])
    try:
        context = phone.new_context(viewport=PHONE, has_touch=True, locale="zh-CN", timezone_id="Asia/Shanghai", permissions=["camera"])
        context.set_default_timeout(45000)
        a = Human("officer1", context, context.new_page(), door.story.city.address)
        log_in(a, "officer1")
        door.go(a, "code/")
        a.from_here()
        a.tap("扫企业码")
        expect(a.page.get_by_role("heading", name="核对企业")).to_be_visible()  # read by itself: nobody tapped
        expect(a.page.locator(".question")).to_have_text(door.visit["firm"])
        a.tap("核对无误")
        expect(a.page.locator(".code-done").first).to_contain_text("已扫码入企")
        assert a.taps == 2
    finally:
        phone.close()
    assert door.now()["state"] == "arrived"

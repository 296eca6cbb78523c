"""In Chromium: accessibility of all parts, the changing code, scanning, signing, acts without network, refusal in place."""

import base64
import hashlib
import hmac
import os
import shutil
import time
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import segno
from PIL import Image

from tests.web_base import urls

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = "['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']"
pytestmark = [
    pytest.mark.browser, pytest.mark.urls("tests.web_base.urls"), pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium"),
]
FIRM_CODE = "91420103MA4K000DM8"


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    """A camera that sees one QR."""
    folder = tmp_path_factory.mktemp("camera")
    segno.make_qr(f"https://firm.example/?u={FIRM_CODE} ", error="m").save(str(folder / "q.png"), scale=6, border=4)
    code = Image.open(folder / "q.png").convert("L")
    frame = Image.new("L", (640, 480), 200)
    frame.paste(code, ((640 - code.width) // 2, (480 - code.height) // 2))
    path = folder / "camera.y4m"
    with path.open("wb") as file:
        file.write(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n")
        for _ in range(10):
            file.write(b"FRAME\n" + frame.tobytes() + b"\x80" * (640 * 480 // 2))
    return path


@pytest.fixture(scope="module")
def browser(video):
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    args = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={video}"]
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=CHROMIUM, args=args)
        yield chromium
        chromium.close()


@pytest.fixture
def phone(browser, live_server, world, settings):
    """A logged-in officer's phone, 390 wide; errors of scripts fail the test."""
    settings.DEBUG = True
    session = world.client("officer1").cookies["sessionid"].value
    place = browser.new_context(
        base_url=live_server.url, viewport={"width": 390, "height": 844}, has_touch=True, permissions=["camera", "geolocation"],
        geolocation={"latitude": 30.6, "longitude": 114.3}, locale="zh-CN",
    )
    place.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = place.new_page()
    page.set_default_timeout(8000)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    place.close()
    assert wrong == []


def violations(page):
    """What axe-core finds. Run through the debugger, because the page's own policy lets no foreign script in."""
    link = page.context.new_cdp_session(page)
    link.send("Runtime.evaluate", {"expression": AXE})
    found = page.evaluate(f"axe.run(document,{{runOnly:{RULES}}}).then(r=>r.violations.map(v=>v.id+' '+v.nodes.map(n=>n.html.slice(0,90))))")
    link.detach()
    return found


PAGES = ["/components/", "/components/?phone=1", "/components/today/", "/components/verify-good/", "/components/verify-bad/",
         "/components/code/", "/components/refused/", "/components/login/", "/officer/door/", "/absent/"]


@pytest.mark.parametrize("big", [False, True], ids=["normal", "big"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_no_page_has_accessibility_findings_or_runs_sideways(phone, live_server, width, big):
    phone.set_viewport_size({"width": width, "height": 9000})  # tall: nothing lies under the dock
    if big:
        phone.context.add_cookies([{"name": "jc_big", "value": "1", "url": live_server.url}])
    found = {}
    for path in PAGES:
        phone.goto(path)
        wide = phone.evaluate("document.documentElement.scrollWidth - innerWidth")
        bad = violations(phone) + ([f"{wide} px too wide"] if wide > 0 else [])
        if bad:
            found[path] = bad
    assert found == {}


def test_targets_on_a_phone_are_48_high(phone):
    phone.goto("/components/?phone=1")
    small = phone.evaluate(
        """[...document.querySelectorAll('.btn, .tabbar a, .phone-head a, .missing .do, .choice, .segment label, .basis summary')]
        .filter(e => e.offsetParent && e.getBoundingClientRect().height < 47.5).map(e => e.className + ' ' + e.textContent.trim())""")
    assert small == []


def test_the_part_that_changes_is_what_the_server_computes(phone):
    phone.goto("/components/code/")
    phone.wait_for_selector(".qr svg")
    secret = bytes.fromhex(phone.get_attribute("[data-code]", "data-secret"))
    shown = phone.get_attribute("[data-code]", "data-now")
    now = int(time.time()) // 30
    steps = [base64.b32encode(hmac.new(secret, str(now + d).encode(), hashlib.sha256).digest())[:8].decode() for d in (0, -1)]
    assert shown in steps
    assert phone.evaluate("document.querySelector('.qr').getBoundingClientRect().width / innerWidth") >= 0.6


def test_without_a_camera_the_page_explains_and_a_photo_of_our_code_is_read(phone, tmp_path):
    phone.goto("/components/code/")
    phone.wait_for_selector(".qr svg")
    phone.locator(".qr").screenshot(path=tmp_path / "code.png")
    address = phone.get_attribute("[data-code]", "data-code") + "?r=" + phone.get_attribute("[data-code]", "data-now")
    phone.add_init_script("navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    phone.goto("/officer/scan/")
    phone.wait_for_selector("text=没有摄像头权限")
    with phone.expect_request(lambda r: r.method == "POST") as sent:
        phone.set_input_files("[data-scan-file]", tmp_path / "code.png")
    assert parse_qs(sent.value.post_data)["scanned"][0] == address


def test_htmx_puts_the_refusal_into_its_place_and_focuses_it(phone):
    phone.goto("/officer/htmx/")
    phone.fill("#words", "写的")
    phone.click("text=提交")
    phone.wait_for_selector("#refusal .refusal")
    assert phone.locator("#refusal .refusal li").count() == 2
    assert "refusal" in phone.evaluate("document.activeElement.className")
    assert phone.input_value("#words") == "写的" and phone.is_enabled("text=提交")


def test_a_refused_page_gives_back_what_was_typed(phone):
    phone.goto("/officer/plain/")
    phone.fill("#words", "很长的说明")
    phone.click("text=提交")
    phone.wait_for_selector(".refusal")
    phone.click("text=返回，继续填写")
    phone.wait_for_selector("#words")
    assert phone.input_value("#words") == "很长的说明"


def test_leaving_with_unsaved_input_asks_and_sending_does_not(phone):
    asked = []
    phone.on("dialog", lambda box: (asked.append(box.type), box.accept()))
    phone.goto("/officer/plain/")
    phone.locator("#words").press_sequentially("没存")
    phone.goto("/render/")
    assert asked == ["beforeunload"]
    phone.goto("/officer/plain/")
    phone.locator("#words").press_sequentially("交了")
    phone.click("text=提交")
    phone.wait_for_selector(".refusal")
    assert asked == ["beforeunload"]


def test_camera_reads_the_credit_code(phone):
    phone.goto("/officer/scan/")
    assert phone.wait_for_selector("text=GOT").inner_text() == f"GOT {FIRM_CODE}"


def test_acts_without_network_are_kept_survive_a_reload_and_are_sent_once_in_order(phone):
    urls.KEPT.clear()
    phone.goto("/officer/door/")
    for _ in range(40):
        if phone.evaluate("navigator.serviceWorker.controller !== null"):
            break
        phone.wait_for_timeout(100)
    phone.wait_for_timeout(800)
    phone.context.set_offline(True)
    for number, words in enumerate(["第一条", "第二条"], 1):
        phone.fill("#words", words)
        phone.dblclick("text=下一项")
        phone.wait_for_selector(f"text={number} 项待上传")
        assert phone.inner_text("[data-offline-state]") == "离线：已保存在本机"
        phone.reload()
        assert phone.inner_text("h1") == "现场检查"
    assert urls.KEPT == []
    phone.context.set_offline(False)
    for _ in range(100):
        if len(urls.KEPT) == 2:
            break
        phone.wait_for_timeout(100)
    phone.wait_for_selector("[data-offline]", state="hidden")
    assert [row[1] for row in urls.KEPT] == ["第一条", "第二条"]
    assert len({row[0] for row in urls.KEPT}) == 2 and all(len(row[0]) == 36 for row in urls.KEPT)


def test_a_refusal_comes_in_place_and_the_form_stays_filled(phone):
    urls.KEPT.clear()
    phone.goto("/officer/door/")
    phone.fill("#words", "拒绝")
    phone.click("text=下一项")
    phone.wait_for_selector(".refusal")
    assert phone.evaluate("document.activeElement.className") == "refusal"
    assert phone.input_value("#words") == "拒绝" and phone.locator(".refusal li").count() == 2
    phone.fill("#words", "好")
    phone.click("text=下一项")
    phone.wait_for_url("**/?done=1")
    assert [row[1] for row in urls.KEPT] == ["拒绝", "好"]


def test_signature_goes_as_strokes_and_can_be_cleared(phone):
    phone.goto("/officer/door/")
    box = phone.locator("[data-pad] svg").bounding_box()
    phone.mouse.move(box["x"] + 30, box["y"] + 30)
    phone.mouse.down()
    phone.mouse.move(box["x"] + 90, box["y"] + 60, steps=5)
    phone.mouse.up()
    from jiangcheng.papers import glass

    assert b"<svg" in glass.drawn(phone.input_value("[data-sign-path]"))
    assert phone.inner_text("[data-sign-state]") == "已签名"
    phone.click("text=重签")
    assert phone.input_value("[data-sign-path]") == "" and phone.inner_text("[data-sign-state]") == "待签名"


def test_keyboard_and_closed_button(phone):
    phone.set_viewport_size({"width": 1280, "height": 900})
    phone.goto("/components/")
    phone.keyboard.press("/")
    assert phone.evaluate("document.activeElement.id") == "find"
    phone.keyboard.press("Escape")
    phone.keyboard.press("j")
    phone.keyboard.press("j")
    phone.keyboard.press("k")
    assert phone.locator(".is-here").count() == 1
    phone.keyboard.press("?")
    assert "快捷键" in phone.inner_text("dialog")
    phone.keyboard.press("Escape")
    phone.locator("button[aria-disabled=true]").first.click(force=True)
    assert phone.evaluate("document.activeElement.id") == "missing"
    phone.keyboard.press("g")
    phone.keyboard.press("t")
    phone.wait_for_url("**/todo/")


def test_place_is_asked_for_and_refusing_it_does_not_stop_anybody(phone):
    for allowed in (True, False):
        if not allowed:
            phone.context.clear_permissions()
        phone.goto("/components/verify-good/")
        phone.check("text=已出示")
        with phone.expect_request(lambda r: r.method == "POST") as sent:
            phone.click("text=确认人员到场")
        assert ("30.6" in sent.value.post_data) is allowed


def test_warning_before_the_session_ends_and_log_in_in_place(phone, world):
    phone.clock.install()
    phone.goto("/officer/door/")
    phone.fill("#words", "没写完")
    phone.clock.fast_forward((30 * 60 - 100) * 1000)
    phone.clock.run_for(1500)
    assert "登录即将超时" in phone.inner_text("dialog")
    phone.clock.fast_forward(110 * 1000)
    phone.clock.run_for(1500)
    phone.wait_for_selector("dialog input[type=password]")
    assert "请重新登录" in phone.inner_text("dialog") and phone.input_value("#words") == "没写完"

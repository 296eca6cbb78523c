"""One inspection from the item list to the archive: six people in six browsers, on a server started by ``bin/start``.

The taps are counted from the desk's first page, typing apart (UX: scheme at most 8, door 4 a phone, all-clear visit with ten
questions 14, approval 2, filing receipt 3).
"""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote

import pytest
import zxingcpp
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ROOT, City, Human

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)
ITEM = "冷链食品贮存检查"
QUESTIONS = [f"第{n}个冷藏间的温度记录是否完整" for n in "一二三四五六七八九十"]


@dataclass
class Story:
    """What one chapter hands to the next."""

    human: object
    city: City
    people: dict[str, Human] = field(default_factory=dict)
    taps: dict[str, int] = field(default_factory=dict)
    visit: str = ""

    def who(self, name: str, *, phone: bool = False, login: bool = True) -> Human:
        if name not in self.people:
            self.people[name] = self.human(name, phone=phone, login=login)
        return self.people[name]


def local_now():
    return timezone.localtime()


def publish_item(story: Story) -> None:
    """The planner drafts an item with ten questions; the head publishes it from today."""
    planner, head = story.who("planner"), story.who("head")
    page = planner.go("/planner/items/new/")
    page.get_by_label("检查事项", exact=True).fill(ITEM)
    page.select_option("[name=field]", "food")
    page.fill("[name=subjects]", "贮存冷链食品的企业")
    page.fill("[name=content]", "冷藏间温度和记录")
    page.select_option("[name=manner]", "onsite")
    page.fill("[name=basis]", "《中华人民共和国食品安全法》第一百一十条")
    page.select_option("[name=basis_level]", "law")
    page.select_option("[name=lowest_level]", "district")
    page.fill("[name=standard]", "食品经营监督检查要点表")
    page.fill("[name=standard_issuer]", "国家市场监督管理总局")
    page.fill("[name=standard_version]", "2024")
    page.fill("[name=standard_from]", "2024-01-01")
    page.fill("[name=reason]", "冷链贮存问题多发，新增事项")
    page.fill("[name=effective_from]", local_now().date().isoformat())
    for n, text in enumerate(QUESTIONS):
        box = page.locator(f"[name=q-{n}-text]")
        if not box.count():
            planner.tap("保存草稿")
            planner.tap("修改")
            box = page.locator(f"[name=q-{n}-text]")
        box.fill(text)
    planner.tap("保存草稿")
    address = re.search(r"/planner/items/\d+/", page.url).group()
    planner.shot("01-item-draft")
    planner.tap("提交审核")
    expect(page.locator(".page-head")).to_contain_text("待审核")
    head.go(address.replace("/planner/", "/head/"))
    head.tap("公布")
    expect(head.page.locator("main")).to_contain_text("已公布")
    head.shot("02-item-published")


def file_plan(story: Story) -> None:
    """The planner adjusts the filed plan by a row for the item; both offices receive it; filed, published."""
    planner, supervisor, superior = story.who("planner"), story.who("supervisor"), story.who("superior")
    year = local_now().year
    page = planner.go(f"/planner/plans/{year}/")
    page.locator("#adj").fill("增加冷链贮存检查")
    planner.tap("开始调整")
    planner.go(f"/planner/plans/{year}/rows/new/")
    values = {
        "item_name": ITEM, "basis": "《中华人民共和国食品安全法》第一百一十条", "subjects": "贮存冷链食品的企业", "contents": "冷藏间温度和记录",
        "manner": "现场", "frequency": "每年1次", "proportion": "10%", "necessity": "上年度冷链抽检不合格率高于全区平均，温度须在现场核对",
    }
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    if not page.locator("[name=body_name]").input_value():
        page.locator("[name=body_name]").fill("示范区市场监督管理局（演示）")
    page.locator("[name=find][value=draw]").check(force=True)
    page.locator("#row button[value=save]").click()
    planner.go(f"/planner/plans/{year}/")
    planner.shot("03-plan-ready")
    planner.tap("提交备案")
    expect(page.locator(".page-head")).to_contain_text("调整待备案")

    supervisor.go("/supervisor/")
    supervisor.from_here()
    supervisor.tap(supervisor.page.locator(".due", has_text="示范区市场监督管理局").filter(has_text=str(year)).get_by_role("link", name="审查").first)
    supervisor.shot("04-filing")
    supervisor.tap("准予备案")
    expect(supervisor.page.locator("body")).to_contain_text("备案回执")
    story.taps["filing"] = supervisor.taps
    supervisor.shot("05-receipt")

    superior.go("/superior/")
    superior.shot("06-superior")
    if superior.page.get_by_role("button", name="收悉").count():
        superior.tap(superior.page.get_by_role("button", name="收悉").first)

    planner.go(f"/planner/plans/{year}/")
    planner.tap(page.get_by_role("button", name="公示", exact=True))
    expect(page.locator(".page-head")).to_contain_text("已公示")


def prepare(story: Story) -> None:
    """The officer draws a subject and writes the scheme; the head approves; the code is fetched."""
    officer, head = story.who("officer1", phone=True), story.who("head_phone", phone=True, login=False)
    page = officer.go("/officer/")
    officer.from_here()
    officer.tap("制作检查方案")
    officer.tap(page.locator("a.due", has_text=ITEM))
    officer.tap("抽取对象")
    page.wait_for_url(re.compile("/officer/schemes/.+"))
    story.visit = unquote(re.search(r"/officer/schemes/([^/]+)/", page.url).group(1))
    now = local_now()
    page.fill("[name=day]", now.date().isoformat())
    page.fill("[name=start]", (now - timedelta(minutes=min(5, now.hour * 60 + now.minute))).strftime("%H:%M"))
    page.fill("[name=end]", "23:59")
    page.fill("[name=risk]", "避开装卸高峰，不要求停产配合。")
    officer.tap(page.locator("label.choice", has_text="王敏"))
    officer.tap(page.locator("label.choice", has_text="没有利害关系"))
    officer.shot("07-scheme")
    officer.tap("提交审批")
    expect(page.locator("main")).to_contain_text("待审批")
    story.taps["scheme"] = officer.taps
    declare(story)

    if "sessionid" not in {c["name"] for c in head.context.cookies()}:
        log_in(head, "head")
    head.go("/head/")
    head.from_here()
    waiting = head.page.locator(f"a.due[href$='{visit_path(story)}']")
    if waiting.count():
        head.tap(waiting.first)
    head.shot("08-approve")
    head.tap("批准")
    expect(head.page.locator("body")).to_contain_text("已批准")
    story.taps["approval"] = head.taps

    officer.go(visit_address(story))
    officer.tap("领取检查码")
    expect(page.get_by_role("heading", name="请企业扫码")).to_be_visible()


def declare(story: Story) -> None:
    """The colleague declares for himself, from what his own phone shows as due."""
    colleague = story.who("officer2", phone=True)
    colleague.go("/officer/")
    colleague.tap(colleague.page.locator(f"a[href$='{visit_path(story)}']").first)
    colleague.tap("声明本人没有利害关系")
    expect(colleague.page.locator("main")).not_to_contain_text("待本人声明")


def log_in(who: Human, username: str) -> None:
    who.go("/login/")
    who.page.fill("input[name=username]", username)
    who.page.fill("input[name=password]", "Jiangcheng-2026")
    who.page.get_by_role("button", name="登录").click()
    who.page.wait_for_load_state()


def visit_address(story: Story, part: str = "") -> str:
    return f"/officer/visits/{story.visit}/{part}"


def scan(page: Page) -> str:
    """What a camera reads off the officer's screen."""
    expect(page.locator("[data-code]")).to_have_attribute("data-now", re.compile("."))
    picture = Image.open(io.BytesIO(page.locator("[data-qr]").screenshot()))
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    return found[0].text


def at_the_door(story: Story, *, name: str) -> Human:
    """亮码, 展示证件, the enterprise scans and confirms, the notice is issued, the inspection starts."""
    officer, colleague = story.who("officer1", phone=True), story.who("officer2", phone=True)
    firm = story.who(name, phone=True, login=False)
    officer.go("/officer/")
    officer.from_here()
    page = officer.page
    officer.tap(page.locator(f"a[href$='{visit_path(story)}']").first)
    officer.tap("亮码")
    address = scan(page)
    officer.shot("09-code")
    assert address.startswith(story.city.address + "/v/")
    assert len(address.split("/v/")[1].split("?")[0]) <= 200

    before = leaves(story)
    firm.page.goto(address)
    firm.page.goto(address)
    assert leaves(story) == before  # looking changes nothing
    expect(firm.page.get_by_role("heading", name="此码有效")).to_be_visible()
    firm.shot("10-green")
    for group in firm.page.locator("#confirm fieldset").all():
        firm.tap(group.get_by_text("已出示", exact=True))
    firm.tap("确认人员到场")
    firm.page.wait_for_load_state()
    story.taps[f"door-{name}"] = firm.taps

    expect(page.locator("body")).to_contain_text("已扫码入企")
    if page.get_by_role("button", name="展示证件").count():
        officer.tap("展示证件")
    officer.tap("出具通知书并开始检查")
    page.wait_for_url(re.compile("/record/"))
    story.taps[f"door-officer-{name}"] = officer.taps
    colleague.go(visit_address(story))
    firm.page.reload()
    expect(firm.page.locator("body")).to_contain_text("行政检查通知书")
    firm.shot("11-firm-visit")
    return firm


def visit_path(story: Story) -> str:
    return f"/{quote(story.visit)}/"


def leaves(story: Story) -> int:
    """Number of acts on the ledger, heartbeats apart."""
    with sqlite3.connect(f"file:{story.city.var / 'jiangcheng.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute("select count(*) from kernel_leaf where act not like 'ledger.%'").fetchone()[0]


def draw_signature(who: Human, name: str) -> None:
    """A stroke over the pad, by pointer."""
    pad = who.page.locator(f"[data-sign='{name}'] [data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    mouse = who.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 40)
    mouse.down()
    for step in range(1, 8):
        mouse.move(box["x"] + 30 + step * 25, box["y"] + 40 + (step % 2) * 30)
    mouse.up()


def sign_and_end(story: Story, *, receiver: str, fill=None) -> None:
    """Record read; the firm and the lead sign on the lead's glass, the colleague on his own phone."""
    officer, colleague = story.who("officer1", phone=True), story.who("officer2", phone=True)
    page = officer.page
    page.wait_for_url(re.compile("/finish/"))
    page.fill("[name=receiver]", receiver)
    page.fill("[name=receiver_role]", "店长")
    if fill:
        fill(page)
    if page.locator("[data-sign='sign_notice']").count():
        draw_signature(officer, "sign_notice")
    draw_signature(officer, "sign_firm")
    others = "[data-sign^='sign_']:not([data-sign='sign_firm']):not([data-sign='sign_notice'])"
    draw_signature(officer, page.locator(others).first.get_attribute("data-sign"))
    officer.shot("12-finish")
    officer.tap("只签名")
    expect(page.locator("body")).to_contain_text("签名已保存")
    colleague.go(visit_address(story, "finish/"))
    draw_signature(colleague, colleague.page.locator("[data-sign^='sign_']").first.get_attribute("data-sign"))
    colleague.tap("只签名")
    expect(colleague.page.locator("body")).to_contain_text("签名已保存")


def close_and_archive(story: Story) -> None:
    officer = story.who("officer1", phone=True)
    officer.go(visit_address(story, "finish/"))
    officer.tap("办结")
    officer.page.wait_for_load_state()
    officer.tap("归档")
    officer.page.wait_for_load_state()
    expect(officer.page.locator("main")).to_contain_text("已归档")
    officer.shot("20-archived")


@pytest.mark.duty("327-08-2", "327-17-1", "327-17-2", "327-17-3", "327-17-4", "327-18-2", "327-18-5", "327-20-3", "327-20-5", "allowed")
def test_one_inspection_from_the_item_list_to_the_archive(city: City, human) -> None:
    story = Story(human, city)
    assert city.started_in < 240
    publish_item(story)
    file_plan(story)
    prepare(story)
    firm = at_the_door(story, name="firm")
    with_a_problem(story, firm)
    correction(story, firm)
    follow_up(story)
    all_clear(story)
    assert story.taps["scheme"] <= 8
    assert story.taps["approval"] <= 2
    assert story.taps["filing"] <= 3
    assert {n: t for n, t in story.taps.items() if n.startswith("door") and t > 4} == {}
    assert story.taps["all-clear"] <= 14
    assert {h.name: h.troubles for h in story.people.values() if h.troubles} == {}
    verify_everything(story)
    print(json.dumps(story.taps))
    (Path(os.environ.get("JIANGCHENG_SHOTS", ROOT / "shots")) / "taps.json").write_text(json.dumps(story.taps))


def all_fine(officer: Human) -> None:
    """未发现问题 on the card that is shown; the next card comes by itself."""
    here = officer.page.url
    officer.tap(officer.page.get_by_role("button", name="未发现问题"))
    officer.page.wait_for_url(lambda address: address != here)


def with_a_problem(story: Story, firm: Human) -> None:
    """Question 1 has a problem, the rest is fine; an order to correct; told on glass."""
    officer, page = story.who("officer1", phone=True), story.who("officer1", phone=True).page
    officer.tap(page.locator("label.is-problem"))
    page.fill("[name=text]", "1 号冷藏间 11月20日 至 22日 没有温度记录。")
    officer.shot("13-question")
    here = page.url
    officer.tap("下一项")
    page.wait_for_url(lambda address: address != here)
    for _ in QUESTIONS[1:]:
        all_fine(officer)

    def order(page: Page) -> None:
        page.locator("input[name=outcomes][value=correct]").check(force=True)
        page.locator("[name=correct-0-ground]").fill("《中华人民共和国食品安全法》第一百二十六条")
        page.locator("[name=correct-0-todo]").fill("补记温度，安装自动记录仪，拍照提交")
        if page.locator("[name=guidance]").count():
            page.locator("[name=guidance]").fill("已讲解温度记录要求。")

    sign_and_end(story, receiver="陈店长", fill=order)
    officer.go(visit_address(story, "finish/"))
    order(page)
    officer.tap("签名并结束检查")
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name="告知结果")).to_be_visible()
    officer.shot("14-tell")
    tell(officer)
    expect(page.locator("main")).to_contain_text("跟踪整改")
    firm.page.reload()
    expect(firm.page.locator("body")).to_contain_text("整改")
    firm.shot("15-firm-result")


def tell(officer: Human) -> None:
    """当场签收 on glass."""
    page = officer.page
    if page.locator("[data-sign]").count():
        draw_signature(officer, page.locator("[data-sign]").first.get_attribute("data-sign"))
    officer.tap("告知结果")
    page.wait_for_load_state()


def correction(story: Story, firm: Human) -> None:
    """The enterprise submits its correction from the visit-bound page."""
    firm.tap("提交整改")
    firm.page.wait_for_load_state()
    firm.page.locator("[name=point-0]").fill("已补记三天的温度，安装了自动记录仪。")
    firm.tap("提交")
    firm.page.wait_for_load_state()
    expect(firm.page.locator("body")).to_contain_text("已提交整改")
    firm.shot("16-firm-corrected")


def follow_up(story: Story) -> None:
    """The order leads a follow-up visit that opens with the old finding; it is mended; both visits close."""
    first = story.visit
    officer, head = story.who("officer1", phone=True), story.who("head_phone", phone=True)
    page = officer.go("/officer/followups/")
    officer.shot("17-followups")
    officer.tap(page.locator("a.due", has_text="1 号冷藏间"))
    officer.tap("安排复查")
    page.wait_for_url(re.compile("/officer/schemes/.+"))
    story.visit = unquote(re.search(r"/officer/schemes/([^/]+)/", page.url).group(1))
    now = local_now()
    page.fill("[name=day]", now.date().isoformat())
    page.fill("[name=start]", (now - timedelta(minutes=min(5, now.hour * 60 + now.minute))).strftime("%H:%M"))
    page.fill("[name=end]", "23:59")
    officer.tap(page.locator("label.choice", has_text="王敏"))
    officer.tap(page.locator("label.choice", has_text="没有利害关系"))
    officer.tap("提交审批")
    expect(page.locator("main")).to_contain_text("待审批")
    declare(story)
    head.go(f"/head/visits/{story.visit}/")
    head.tap("批准")
    officer.go(visit_address(story))
    officer.tap("领取检查码")
    at_the_door(story, name="firm-again")
    expect(page.locator("main")).to_contain_text("上次发现问题")
    all_fine(officer)
    end_all_clear(story)
    close_and_archive(story)
    officer.shot("18-followup-archived")
    story.visit = first
    close_and_archive(story)


def end_all_clear(story: Story) -> None:
    """Everybody signs on the lead's glass, the firm for the result too: the end tells it with the same tap."""
    officer = story.who("officer1", phone=True)
    page = officer.page
    page.wait_for_url(re.compile("/finish/"))
    page.fill("[name=receiver]", "陈店长")
    page.fill("[name=receiver_role]", "店长")
    for name in [pad.get_attribute("data-sign") for pad in page.locator("[data-sign]").all()]:
        draw_signature(officer, name)
    officer.shot("12-finish-all-clear")
    officer.tap("签名并结束检查")
    expect(page.locator("main")).to_contain_text("没有缺项，可以办结")


def all_clear(story: Story) -> None:
    """A second enterprise, ten questions, nothing found: counted from the desk's first page to the archive."""
    officer = story.who("officer1", phone=True)
    prepare(story)
    at_the_door(story, name="firm-third")
    for _ in QUESTIONS:
        all_fine(officer)
    end_all_clear(story)
    story.taps["all-clear"] = officer.taps
    close_and_archive(story)


def verify_everything(story: Story) -> None:
    """The one-file verifier, with nothing but the export and the public key, finds nothing wrong."""
    target = story.city.var / "export"
    environment = os.environ | {"JIANGCHENG_VAR": str(story.city.var)}
    subprocess.run([ROOT / "bin" / "jiangcheng", "ledger", "export", str(target)], env=environment, check=True, capture_output=True)
    key = next(k["public"] for k in json.loads((target / "keys.json").read_text()) if k["use"] == "ledger")
    done = subprocess.run(
        [sys.executable, "-I", str(target / "verify.py"), str(target), "--key", key], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "intact" in done.stdout

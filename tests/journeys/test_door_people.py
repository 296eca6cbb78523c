"""Troubles at the door, second: people who do not match the code, illness, a certificate that lapsed overnight (UX §4)."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Door, Human, visit_address

pytestmark = pytest.mark.browser


def report(door: Door, firm: Human, words: str) -> None:
    """人员不符，我要反映, from the green page."""
    firm.tap("人员不符，我要反映")
    expect(firm.page.get_by_role("heading", name="请先核实")).to_be_visible()
    expect(firm.page.locator("a[href^='tel:']").first).to_be_visible()  # the line to the judicial office
    firm.page.fill("[name=text]", words)
    firm.picture("enterprise-report")
    firm.tap("提交反映")
    expect(firm.page.locator("body")).to_contain_text("核实之前，检查不能开始")


@pytest.mark.duty("327-18-2", "HR-17-7", "allowed")
def test_people_who_do_not_match_are_confirmed_by_scanning_the_enterprise(at_door: Door) -> None:
    door = at_door
    door.begin()
    a, firm = door.who("officer1"), door.firm()
    firm.page.goto(door.code(live=True))
    report(door, firm, "来的两人中有一人不在名单上。")
    expect(a.page.locator("main")).to_contain_text("企业反映：人员不符")  # the officer's screen says so by itself, and why
    expect(a.page.locator("main")).to_contain_text("来的两人中有一人不在名单上。")
    a.picture("officer-mismatch")
    firm.page.goto(door.code(live=True))
    for group in firm.page.locator("#confirm fieldset").all():
        group.get_by_text("已出示", exact=True).click()
    firm.tap("确认人员到场")
    a.page.wait_for_url(lambda address: "/code/" in address)
    expect(a.page.locator("main")).to_contain_text("还差")
    expect(a.page.locator("main")).to_contain_text("请先核实")
    a.page.request.post(f"{a.address}{visit_address(door.story, 'start/')}")
    assert door.now()["state"] == "arrived"

    door.typed(a)
    a.tap("核对无误")
    expect(a.page.locator("main")).not_to_contain_text("企业反映：人员不符")
    a.tap("出具通知书并开始检查")
    a.page.wait_for_url(lambda address: "/record/" in address)
    assert "visit.report_cleared" in door.now()["acts"]


@pytest.mark.duty("327-18-2", "HR-17-7", "allowed")
def test_people_who_do_not_match_are_confirmed_by_the_word_of_the_head(at_door: Door) -> None:
    door = at_door
    door.begin("arrived")
    a, head, firm = door.who("officer1"), door.who("head"), door.firm("firm-doubt")
    firm.page.goto(f"{firm.address}/v/{quote(door.visit['token'])}/report/")
    firm.page.fill("[name=text]", "女执法人员与照片不像。")
    firm.tap("提交反映")
    head.go("/head/")
    card = head.page.locator("section.missing", has_text=door.visit["number"])
    expect(card).to_contain_text("女执法人员与照片不像。")
    head.tap(card.get_by_role("button"))
    expect(head.page.locator(".refusal")).to_contain_text("没有写明怎样核实的")
    card.locator("[name=note]").fill("已与企业负责人通话，逐一核对姓名和证号。")
    head.picture("head-mismatch")
    head.tap(card.get_by_role("button"))
    expect(head.page.locator("body")).to_contain_text("人员已核实")
    door.go(a, "code/")
    expect(a.page.locator("main")).not_to_contain_text("企业反映：人员不符")
    a.tap(a.page.get_by_role("button", name="展示证件"))
    a.tap("出具通知书并开始检查")
    a.page.wait_for_url(lambda address: "/record/" in address)


@pytest.mark.duty("327-18-1", "HR-17-5", "allowed")
def test_an_officer_who_fell_ill_is_replaced_on_the_phone_and_the_old_code_is_void(at_door: Door) -> None:
    door = at_door
    old = door.begin()
    a, head, firm, new = door.who("officer1"), door.who("head"), door.firm("firm-new-code"), door.who("officer3")
    head.go(f"/head/visits/{quote(old['number'])}/")
    head.tap("更换人员")
    head.tap(head.page.locator("label.choice", has_text="王敏").first)
    head.tap(head.page.locator("label.choice", has_text="周燕").first)
    head.page.fill("[name=reason]", "王敏因病不能参加。")
    head.picture("head-replace")
    head.tap("更换人员")
    expect(head.page.locator("body")).to_contain_text("原检查码已撤销")
    firm.page.goto(f"{firm.address}/v/{old['token']}/")
    expect(firm.page.get_by_role("heading", name="此码无效")).to_be_visible()
    expect(firm.page.locator("main")).to_contain_text("已撤销")
    firm.picture("enterprise-red")

    door.go(new)
    new.tap("声明本人没有利害关系")
    door.go(a)
    a.tap("领取检查码")
    expect(a.page.get_by_role("heading", name="请企业扫码")).to_be_visible()
    now = door.now()
    assert now["token"] != old["token"]
    firm.page.goto(door.code(live=True))
    expect(firm.page.get_by_role("heading", name="此码有效")).to_be_visible()
    expect(firm.page.locator("main")).to_contain_text("周燕")
    expect(firm.page.locator("main")).not_to_contain_text("王敏")


@pytest.mark.duty("327-18-1", "327-18-2", "refused")
def test_a_certificate_that_lapsed_overnight_closes_the_code_and_is_mended_in_two_taps(at_door: Door) -> None:
    door = at_door
    door.begin(people=["officer1", "officer4"])
    a, head = door.who("officer1"), door.who("head")
    name = door.stage.certificate(username="officer4", days=-1)
    try:
        door.go(a, "code/")
        expect(a.page.get_by_role("heading", name="检查码未开放")).to_be_visible()
        expect(a.page.locator("main")).to_contain_text(f"{name}的执法证件于")
        assert a.page.locator("[data-code]").count() == 0
        a.picture("officer-lapsed")
        head.go("/head/")
        head.from_here()
        card = head.page.locator("section.missing", has_text=door.visit["firm"])
        head.picture("head-lapsed")
        head.tap(card.get_by_role("link", name="更换人员"))
        expect(head.page.locator("[name=leaving]:checked")).to_have_count(1)
        head.tap("更换人员")
        assert head.taps == 2
        expect(head.page.locator("body")).to_contain_text("已更换人员")
    finally:
        door.stage.certificate(username="officer4", days=300)
    assert door.now()["state"] == "to_code"

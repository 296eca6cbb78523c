"""Troubles at the door, third: the wrong enterprise, a refusal, nobody there, no phone at the enterprise (UX §4)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Door, Human, draw_signature, photograph, visit_address

pytestmark = pytest.mark.browser


@pytest.mark.duty("327-17-4", "327-08-2", "refused")
def test_another_enterprise_is_never_gone_on_with(at_door: Door) -> None:
    door = at_door
    other = door.stage.walked(to="draft")
    door.begin()
    a = door.who("officer1")
    door.typed(a, other["uscc"])
    page = a.page
    expect(page.get_by_role("heading", name="扫描的企业与检查对象不一致")).to_be_visible()
    expect(page.locator(".pair")).to_contain_text(door.visit["firm"])
    expect(page.locator(".pair")).to_contain_text(other["firm"])
    assert page.get_by_role("button", name="核对无误").count() == 0
    a.picture("officer-wrong-firm")
    a.tap("返回")
    expect(page.locator("[data-scan-uscc]")).to_be_visible()
    assert door.now()["state"] == "to_enter"

    door.typed(a, other["uscc"])
    a.tap("未实施：对象有误")
    expect(page.locator("[name=why][value=wrong]")).to_be_checked()
    page.fill("[name=note]", "计划中的门店已由另一家企业经营。")
    a.tap("登记未实施")
    expect(page.locator("main")).to_contain_text("未实施：对象有误")
    now = door.now()
    assert (now["state"], now["why"], set(now["places"])) == ("not_done", "wrong", {"returned"})


@pytest.mark.duty("327-08-2", "327-18-3", "allowed")
def test_an_enterprise_refuses_is_told_its_rights_and_changes_its_mind(at_door: Door) -> None:
    door = at_door
    door.begin()
    a, firm = door.who("officer1"), door.firm()
    page = a.page
    door.go(a, "code/")
    page.locator("details summary", has_text="其他情况").click()
    a.tap(page.locator("a", has_text="未实施"))
    a.tap(page.locator("label.choice", has_text="拒绝检查"))
    page.fill("[name=note]", "店长说：没有接到通知，要先请示总公司。")
    a.tap("登记未实施")
    expect(page.locator(".refusal")).to_contain_text("没有再次告知企业的权利和义务")
    expect(page.locator(".refusal")).to_contain_text("没有见证人、录音录像编号或者照片")
    assert "先请示总公司" in page.locator("[name=note]").input_value()
    page.locator("[name=told]").check()
    page.fill("[name=witness]", "执法记录仪 07-1132")
    a.picture("officer-refused", "label[for=note]")
    a.tap("登记未实施")
    expect(page.locator("main")).to_contain_text("先请示总公司。（已再次告知权利和义务；见证人或者录像：执法记录仪 07-1132）")
    assert door.now()["state"] == "not_done"

    page.locator("details summary", has_text="更多办理").click()
    a.tap("企业改变意见，继续")
    page.wait_for_url(re.compile("/code/"))
    assert door.now()["state"] == "to_enter"
    door.scanned(firm)
    assert door.now()["state"] == "arrived"


def test_the_page_of_a_bad_code_claims_no_right_that_the_decree_does_not_give(at_door: Door) -> None:
    door = at_door
    door.begin()
    firm = door.firm()
    firm.go("/v/AAAABBBBCC/")
    expect(firm.page.get_by_role("heading", name="此码无效")).to_be_visible()
    words = firm.page.inner_text("body")
    assert "查无此码" in words and "核实" in words and "我要反映" in words and "有权拒绝" not in words
    firm.tap("我要反映")
    firm.page.fill("[name=text]", "两人自称市场监管人员，没有出示证件。")
    firm.tap("提交反映")
    expect(firm.page.locator("main")).to_contain_text("您的反映已收到")
    firm.picture("public-reported")


@pytest.mark.duty("327-08-2", "HR-15-8", "allowed")
def test_a_place_that_moved_gives_back_the_count_and_is_corrected(at_door: Door) -> None:
    door = at_door
    door.begin()
    a, admin = door.who("officer1"), door.who("admin", phone=False)
    a.context.grant_permissions(["geolocation"])
    a.context.set_geolocation({"latitude": 30.6021, "longitude": 114.2812})
    assert door.visit["places"] == ["reserved"]
    door.go(a, "not-done/")
    page = a.page
    a.tap(page.locator("label.choice", has_text="迁址"))
    page.fill("[name=note]", "门口张贴搬迁告示，邻铺称上月已搬走。")
    a.tap("登记未实施")
    expect(page.locator(".refusal")).to_contain_text("没有现场照片")
    page.set_input_files("[name=photo]", photograph("搬迁告示"))
    page.fill("[name=new_address]", "示范街道新址路 18 号")
    a.picture("officer-moved", "label[for=note]")
    a.tap("登记未实施")
    expect(page.locator("main")).to_contain_text("已建议更正场所信息")
    now = door.now()
    assert (now["state"], now["why"], now["places"]) == ("not_done", "moved", ["returned"])
    assert now["photo_places"] == ["30.602100,114.281200"]

    admin.go("/admin/sites/")
    admin.picture("admin-sites")
    admin.tap(admin.page.locator("tr", has_text=door.visit["firm"]).get_by_role("link", name="处理"))
    expect(admin.page.locator("[name=address]")).to_have_value("示范街道新址路 18 号")
    admin.tap("保存处理结果")
    expect(admin.page.locator("body")).to_contain_text("已处理")
    assert door.now()["address"] == "示范街道新址路 18 号"
    door.go(a)
    expect(page.locator("main")).to_contain_text("更正场所信息：已更正场所信息")


def to_the_start(door: Door, a: Human) -> None:
    """Way two, certificates shown, notice issued, begun; nobody of the enterprise touched a phone."""
    door.typed(a)
    a.tap("核对无误")
    expect(a.page.locator(".code-done").first).to_contain_text("已扫码入企")
    a.tap(a.page.get_by_role("button", name="展示证件"))
    a.tap("出具通知书并开始检查")
    a.page.wait_for_url(re.compile("/record/"))


@pytest.mark.duty("327-17-3", "327-18-3", "allowed")
def test_an_enterprise_without_a_phone_signs_on_glass(at_door: Door) -> None:
    door = at_door
    door.begin()
    a = door.who("officer1")
    to_the_start(door, a)
    door.go(a, "notice/")
    a.page.fill("#receiver", "陈店长")
    a.page.fill("#role", "店长")
    draw_signature(a, "sign_notice")
    a.picture("officer-glass", "form#sign")
    a.tap("当场签收")
    a.page.wait_for_url(re.compile("/record/"))
    door.go(a, "notice/")
    expect(a.page.locator(".code-done")).to_contain_text("当场签收：陈店长")


@pytest.mark.duty("327-17-3", "327-18-3", "allowed")
def test_an_enterprise_without_a_phone_signs_on_paper(at_door: Door) -> None:
    door = at_door
    door.begin()
    a = door.who("officer1")
    to_the_start(door, a)
    door.go(a, "notice/")
    page = a.page
    page.locator("details#refused summary").click()
    a.tap(page.locator("label.choice", has_text="纸质签收"))
    page.fill("#r2", "陈店长")
    page.locator("details#refused input[type=file]").set_input_files(photograph("签收的通知书"))
    a.tap("登记送达")
    expect(page.locator("body")).to_contain_text("通知书送达情况已登记")
    page.goto(f"{a.address}{visit_address(door.story)}?tab=papers")
    expect(page.locator("main")).to_contain_text("送达回证")

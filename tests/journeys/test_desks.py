"""The first pages of every desk, as the manuals describe them: each opens for its person, says what it is, and has no script error."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.journeys.people import Backstage, Human, Story, local_now

pytestmark = pytest.mark.browser
YEAR = local_now().year


@dataclass(frozen=True)
class Stop:
    """A page on the way through a desk: its address, what its heading says, the picture's name."""

    path: str
    words: str
    picture: str


WAYS = {
    "planner": [
        Stop("/planner/", "首页", "planner-home"), Stop("/planner/items/", "检查事项", "planner-items"),
        Stop(f"/planner/plans/{YEAR}/", f"{YEAR}年", "planner-plan"), Stop("/planner/imports/", "导入", "planner-imports"),
        Stop("/planner/caps/", "频次", "planner-caps"), Stop("/planner/papers/", "文书模板", "planner-papers"),
    ],
    "supervisor": [
        Stop("/supervisor/", "今日", "supervisor-home"), Stop("/supervisor/filings/", "备案审查", "supervisor-filings"),
        Stop("/supervisor/late/", "未备案单位", "supervisor-late"), Stop("/supervisor/visits/", "检查动态", "supervisor-visits"),
        Stop("/supervisor/reports/", "收到的反映", "supervisor-reports"), Stop("/supervisor/ledger/", "存证核验", "supervisor-ledger"),
    ],
    "superior": [Stop("/superior/", "计划收悉", "superior-home"), Stop("/superior/visits/", "本系统检查", "superior-visits")],
    "enterprise": [
        Stop("/enterprise/", "（演示）", "enterprise-home"), Stop("/enterprise/visits/", "检查记录", "enterprise-visits"),
        Stop("/enterprise/orders/", "待整改", "enterprise-orders"), Stop("/enterprise/account/", "账号", "enterprise-account"),
    ],
    "admin": [
        Stop("/admin/", "系统状况", "admin-home"), Stop("/admin/bodies/", "单位", "admin-bodies"), Stop("/admin/people/", "人员", "admin-people"),
        Stop("/admin/accounts/", "账号", "admin-accounts"), Stop("/admin/parameters/", "参数与平台约定", "admin-parameters"),
        Stop("/admin/calendar/", "节假日", "admin-calendar"),
    ],
    "leader": [Stop("/leader/", "本辖区概况", "leader-home"), Stop("/leader/filed/", "已备案", "leader-rows")],
    "": [
        Stop("/", "查检查事项、计划和执法主体", "public-home"), Stop("/items/", "事项", "public-items"), Stop("/plans/", "计划", "public-plans"),
        Stop("/bodies/", "执法主体", "public-bodies"), Stop("/law/", "条文", "public-law"), Stop("/p/", "查验文书", "public-check"),
    ],
}
ON_THE_PHONE = {
    "officer1": [
        Stop("/officer/", "今日", "officer-home"), Stop("/officer/schemes/new/", "选择计划行", "officer-scheme-new"),
        Stop("/officer/visits/", "检查", "officer-visits"), Stop("/officer/followups/", "整改", "officer-followups"),
        Stop("/officer/me/", "李强", "officer-me"),
    ],
    "head": [
        Stop("/head/", "待我审批", "head-home"), Stop("/head/office/", "本单位", "head-office"), Stop("/head/items/", "事项", "head-items"),
        Stop("/head/delegation/", "授权委托", "head-delegation"),
    ],
}


def walk(who: Human, way: list[Stop]) -> None:
    """Open each page, see what it says, take its picture."""
    for stop in way:
        who.go(stop.path)
        expect(who.page.locator("h1").first).to_contain_text(stop.words)
        who.picture(stop.picture)
    assert who.troubles == []


@pytest.mark.parametrize("name", WAYS, ids=lambda name: name or "public")
def test_a_desk_at_the_computer(crowd: Story, name: str) -> None:
    walk(crowd.who(name) if name else crowd.who("anyone", login=False), WAYS[name])


@pytest.mark.parametrize("name", ON_THE_PHONE)
def test_a_desk_on_the_phone(crowd: Story, name: str) -> None:
    walk(crowd.who(name, phone=True), ON_THE_PHONE[name])


def test_one_visit_on_the_phone(crowd: Story, stage: Backstage) -> None:
    """From the scheme to the signatures, as far as a page is shown; what is done there the other journeys do."""
    officer, head, firm = (crowd.who(n, phone=True, login=n != "firm") for n in ("officer1", "head", "firm"))
    waiting, coded, started = (stage.walked(to=step) for step in ("submitted", "coded", "started"))
    walk(head, [Stop(f"/head/visits/{quote(waiting['number'])}/", "", "head-visit")])
    at, running = quote(coded["number"]), quote(started["number"])
    walk(officer, [
        Stop(f"/officer/visits/{at}/", coded["firm"], "officer-visit"), Stop(f"/officer/visits/{at}/code/", "请企业扫码", "officer-code"),
        Stop(f"/officer/visits/{at}/certificates/", "", "officer-certificates"),
        Stop(f"/officer/visits/{running}/record/", "", "officer-record"), Stop(f"/officer/visits/{running}/notice/", "通知书", "officer-notice"),
        Stop(f"/officer/visits/{running}/finish/", "", "officer-finish"),
    ])
    firm.go(f"/v/{coded['token']}/")
    expect(firm.page.get_by_role("heading", name="此码有效")).to_be_visible()

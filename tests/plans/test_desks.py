"""The desks of items and plans over HTTP: the whole way of a plan by six people, refusals in place, files, who sees what."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from jiangcheng.inspection.items import actions as items
from jiangcheng.inspection.items import sheets
from jiangcheng.inspection.items.models import Import, ItemVersion
from jiangcheng.inspection.plans import excel
from jiangcheng.inspection.plans.models import Filing, Plan
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM
from tests.items.conftest import COMPLETE, QUESTIONS
from tests.plans.conftest import ROW

YEAR = 2026
DAY = date(2026, 2, 10)


@pytest.fixture
def town(world, monkeypatch):
    """The shared world on a day in February, its judicial office able to number papers."""
    monkeypatch.setattr(calendar, "today", lambda: DAY)
    with ledger.act("test", SYSTEM):
        world.district_office.word = "示司"
        world.district_office.save()
    return world


def item_form(**changes) -> dict[str, str]:
    blank = {k: ("" if v is None else str(v)) for k, v in COMPLETE.items()}
    asked = {f"q-{n}-text": q for n, q in enumerate(QUESTIONS)}
    return {**blank, "q-TOTAL_FORMS": "3", "q-INITIAL_FORMS": "0", "effective_from": DAY.isoformat(), **asked, **changes}


def row_form(body, **changes) -> dict[str, str | list[str]]:
    return {**ROW, "body_name": body.name, "find": "draw", "quarters": ["1", "2", "3", "4"], "step": "save", **changes}


def published(town) -> ItemVersion:
    version = items.new_item(town.body, town.actor("planner"), demo=True, questions=QUESTIONS, **COMPLETE)
    items.submit(version, town.actor("planner"))
    items.publish(version, town.actor("head"), DAY)
    return version


def sent(town) -> Plan:
    """A plan sent through the planner's pages."""
    published(town)
    planner = town.client("planner")
    page = reverse("planner-plan", args=[YEAR])
    planner.post(page, {"how": "blank"})
    planner.post(reverse("planner-row-new", args=[YEAR]), row_form(town.body))
    planner.post(reverse("planner-plan-act", args=[YEAR]), {"step": "submit"})
    return Plan.objects.get(body=town.body, year=YEAR)


def test_item_from_form_to_public_page(town):
    planner, head, public = town.client("planner"), town.client("head"), town.client("anonymous")
    answer = planner.post(reverse("planner-item-new"), item_form())
    version = ItemVersion.objects.get()
    assert answer.status_code == 302
    assert version.questions.count() == 3
    act = reverse("planner-item-act", args=[version.item_id])
    assert public.get(reverse("public-item", args=[version.item_id])).status_code == 404
    planner.post(act, {"step": "submit"})
    review = reverse("head-item", args=[version.item_id])
    refused = head.post(review, {"step": "publish", "day": "2026-01-01"})
    assert refused.status_code == 409
    assert "早于公布之日" in refused.content.decode()
    assert head.post(review, {"step": "publish", "day": DAY.isoformat()}).url == reverse("head-home")
    assert COMPLETE["name"] in public.get(reverse("public-item", args=[version.item_id])).content.decode()
    assert COMPLETE["name"] in public.get(reverse("public-items"), {"q": "spjy"}).content.decode()
    rows = public.get(reverse("public-items"), {"format": "json"}).json()["rows"]
    assert rows[0]["检查要点"] == "；".join(QUESTIONS)
    assert "当日不得据以检查" in public.get(reverse("public-item", args=[version.item_id]), {"day": "2025-01-01"}).content.decode()


def test_plan_refused_in_place_then_filed_published_and_public(town):
    published(town)
    planner, supervisor, public = town.client("planner"), town.client("supervisor"), town.client("anonymous")
    page, act = reverse("planner-plan", args=[YEAR]), reverse("planner-plan-act", args=[YEAR])
    assert "从事项清单生成" in planner.get(page).content.decode()
    planner.post(page, {"how": "items"})
    refused = planner.post(act, {"step": "submit"})
    assert refused.status_code == 409
    assert "第 1 行缺“检查频次”" in refused.content.decode()
    shown = planner.get(page).content.decode()
    assert "还有 3 处要补正" in shown
    assert "cell-bad" in shown
    planner.post(reverse("planner-row", args=[YEAR, 1]), row_form(town.body))
    assert planner.post(act, {"step": "submit"}).status_code == 302
    plan = Plan.objects.get(year=YEAR)
    filing = Filing.objects.get(plan=plan, office_kind="judicial")
    assert town.body.name in supervisor.get(reverse("supervisor-home")).content.decode()
    examine = reverse("supervisor-filing", args=[filing.pk])
    assert "九项内容齐全" in supervisor.get(examine).content.decode()
    assert supervisor.post(examine, {"step": "return"}).status_code == 409
    assert supervisor.post(examine, {"step": "file"}).status_code == 302
    filing.refresh_from_db()
    assert filing.number in supervisor.get(examine).content.decode()
    assert public.get(reverse("public-plan", args=[town.body.pk, YEAR])).status_code == 404
    planner.post(act, {"step": "publish"})
    text = public.get(reverse("public-plan", args=[town.body.pk, YEAR])).content.decode()
    assert ROW["necessity"] in text
    assert town.enterprise.name not in text


def test_returned_row_by_row_and_acknowledged(town):
    plan = sent(town)
    supervisor, planner, superior = town.client("supervisor"), town.client("planner"), town.client("superior")
    filing = Filing.objects.get(plan=plan, office_kind="judicial")
    row = plan.rows.get()
    supervisor.post(reverse("supervisor-filing", args=[filing.pk]), {
        f"text-{row.pk}": "必要性请补充数据", f"kind-{row.pk}": "must", "step": "return",
    })
    shown = planner.get(reverse("planner-plan-diff", args=[YEAR])).content.decode()
    assert "必要性请补充数据" in shown
    assert planner.post(reverse("planner-plan-act", args=[YEAR]), {"step": "submit"}).status_code == 409
    planner.post(reverse("planner-row", args=[YEAR, 1]), row_form(town.body, necessity="抽检不合格率 6%"))
    planner.post(reverse("planner-plan-act", args=[YEAR]), {"step": "submit"})
    second = Filing.objects.get(plan=plan, office_kind="judicial", round=2)
    assert "<ins>抽检不合格率 6%</ins>" in supervisor.get(reverse("supervisor-filing", args=[second.pk])).content.decode()
    other = Filing.objects.get(plan=plan, office_kind="superior", round=2)
    assert plan.body.name in superior.get(reverse("superior-home")).content.decode()
    superior.post(reverse("superior-filing", args=[other.pk]))
    other.refresh_from_db()
    assert other.state == "acknowledged"


def test_import_four_steps(town):
    published(town)
    planner = town.client("planner")
    plan = Plan.objects.filter(year=YEAR).first()
    planner.post(reverse("planner-plan", args=[YEAR]), {"how": "blank"})
    plan = Plan.objects.get(year=YEAR)
    good = {**ROW, "n": "", "body_name": town.body.name, "find": "", "quarters": ""}
    content = sheets.template(excel.COLUMNS, [good, {**good, "subjects": "小餐饮", "necessity": ""}], title="计划")
    answer = planner.post(reverse("planner-plan", args=[YEAR]), {"file": SimpleUploadedFile("计划.xlsx", content)})
    upload = Import.objects.get()
    page = reverse("planner-import", args=[upload.pk])
    assert answer.url == page
    text = planner.get(page).content.decode()
    assert "J3" in text
    assert "入库 1 行" in text
    assert len(CalamineWorkbook.from_filelike(io.BytesIO(planner.get(reverse("planner-import-bad", args=[upload.pk])).content)).sheet_names) == 3
    planner.post(page, {"step": "fix", "fix-J3": "投诉集中"})
    planner.post(page, {"step": "store"})
    assert plan.rows.count() == 2
    assert planner.post(page, {"step": "store"}).status_code == 409
    assert town.client("other_planner").get(page).status_code == 404


def test_unreadable_upload_says_where(town):
    planner = town.client("planner")
    answer = planner.post(reverse("planner-items"), {"file": SimpleUploadedFile("a.xlsx", b"no workbook")}, follow=True)
    assert "不是可以读取的 Excel 文件" in answer.content.decode()


def test_who_may_enter_and_see(town):
    plan = sent(town)
    version = ItemVersion.objects.get()
    filing = Filing.objects.get(plan=plan, office_kind="judicial")
    item = reverse("planner-item", args=[version.item_id])
    assert town.client("anonymous").get(reverse("planner-home")).status_code == 302
    assert town.client("officer1").get(reverse("planner-home")).status_code == 403
    assert town.client("other_planner").get(item).status_code == 404
    assert town.client("other_planner").post(reverse("planner-item-act", args=[version.item_id]), {"step": "pause"}).status_code == 404
    assert town.client("other_supervisor").get(reverse("supervisor-filing", args=[filing.pk])).status_code == 404
    assert town.client("other_supervisor").post(reverse("supervisor-filing", args=[filing.pk]), {"step": "file"}).status_code == 404
    assert town.client("planner").get(reverse("supervisor-filing", args=[filing.pk])).status_code == 403
    assert town.client("city_supervisor").post(reverse("supervisor-filing", args=[filing.pk]), {"step": "file"}).status_code == 409
    plan.refresh_from_db()
    assert plan.state == "submitted"


def test_remind_from_the_late_list(town, monkeypatch):
    monkeypatch.setattr(calendar, "today", lambda: date(2026, 4, 8))
    supervisor = town.client("supervisor")
    page = reverse("supervisor-late")
    assert town.body.name in supervisor.get(page).content.decode()
    supervisor.post(page, {"body": town.body.pk})
    assert "2026年度日常检查计划须于" in town.client("planner").get(reverse("planner-home")).content.decode()
    again = supervisor.post(page, {"body": town.body.pk})
    assert again.status_code == 409
    assert "已催办，同一天不重复发出" in again.content.decode()


@pytest.mark.duty("327-15-1", "refused")
def test_cap_written_down_binds_the_plan(town):
    version = published(town)
    planner = town.client("planner")
    page = reverse("planner-caps")
    given = {"issuer": "省级部门", "issuer_level": "province", "printed": "同一企业每年检查不超过1次", "field": "food", "valid_from": "2026-01-01"}
    assert "每年 1 次" in planner.post(page, given, follow=True).content.decode()
    unread = planner.post(page, {**given, "printed": "1/"}, follow=True).content.decode()
    assert "未能自动执行：原文缺少次数或周期" in unread
    planner.post(reverse("planner-plan", args=[YEAR]), {"how": "blank"})
    planner.post(reverse("planner-row-new", args=[YEAR]), row_form(town.body, frequency="每年2次"))
    refused = planner.post(reverse("planner-plan-act", args=[YEAR]), {"step": "submit"})
    assert refused.status_code == 409
    assert "超过公布的上限" in refused.content.decode()
    cap = version.item.body.caps.get(enforceable=True)
    assert planner.post(page, {"step": "end", "cap": cap.pk, "reason": ""}).status_code == 409
    planner.post(page, {"step": "end", "cap": cap.pk, "reason": "已有新规定"})
    cap.refresh_from_db()
    assert cap.valid_until == DAY
    assert town.client("head").post(page, given).status_code == 403


@pytest.mark.parametrize("name", [
    "public-home", "public-items", "public-plans", "public-bodies", "public-data", "law",
])
def test_public_pages_open_without_log_in(town, name):
    sent(town)
    answer = town.client("anonymous").get(reverse(name))
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


@pytest.mark.parametrize(("who", "name", "args"), [
    ("planner", "planner-home", []), ("planner", "planner-items", []), ("planner", "planner-caps", []), ("planner", "planner-library", []),
    ("planner", "planner-plans", []), ("planner", "planner-imports", []), ("planner", "planner-row-new", [YEAR]),
    ("planner", "planner-item-new", []),
    ("head", "head-items", []), ("head", "head-office", []),
    ("head", "head-delegation", []), ("head", "head-plan", [YEAR]), ("planner", "planner-papers", []),
    ("supervisor", "supervisor-filings", []), ("superior", "superior-home", []),
])
def test_desk_pages_open(town, who, name, args):
    sent(town)
    assert town.client(who).get(reverse(name, args=args)).status_code == 200


@pytest.mark.parametrize(("who", "name", "args", "query"), [
    ("planner", "planner-items", [], {"format": "xlsx"}), ("planner", "planner-items-template", [], {"all": 1}),
    ("planner", "planner-plan-table", [YEAR], {}), ("planner", "planner-plan-table", [YEAR], {"kind": "template"}),
    ("supervisor", "supervisor-filings", [], {"state": "all", "format": "xlsx"}), ("supervisor", "supervisor-late", [], {"format": "xlsx"}),
    ("superior", "superior-home", [], {"format": "xlsx"}),
])
def test_lists_leave_as_excel(town, who, name, args, query):
    sent(town)
    answer = town.client(who).get(reverse(name, args=args), query)
    assert CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).sheet_names

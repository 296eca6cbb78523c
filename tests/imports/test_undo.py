"""撤销导入 before the first use, and never after it; what the operator's command says."""

from __future__ import annotations

import datetime as dt
from datetime import date

import pytest
from django.utils import timezone

from jiangcheng.inspection.items import actions as items
from jiangcheng.inspection.items.models import Cap, Item, ItemVersion
from jiangcheng.inspection.visits.models import CapCounter
from jiangcheng.jobs import cli, imports
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Leaf, RowDigest, Salt
from jiangcheng.law.rule import Refused
from jiangcheng.parties import uscc
from jiangcheng.parties.imports import machine, undo
from jiangcheng.parties.imports.enterprises import Enterprises
from jiangcheng.parties.imports.officers import Officers
from jiangcheng.parties.models import Body, Certificate, Enterprise, ImportTrace, Person, Site
from tests.imports.conftest import bad_cells
from tests.imports.test_bodies import BODY, OFFICE, OFFICER
from tests.items.conftest import COMPLETE

CODES = [uscc.make("91", "420199", 66_000_000 + n) for n in range(5)]


@pytest.fixture
def stored(upload, admin):
    """stored(kind, *rows) → an import that is stored."""

    def make(kind, *rows, **more):
        one = upload(kind, *rows, **more)
        machine.store(one, more.get("who") or admin)
        return one

    return make


def rows(*, name: str = "第{}号") -> list[dict[str, str]]:
    return [{"uscc": c, "name": name.format(n), "division": "示范区", "phone": "139"} for n, c in enumerate(CODES)]


def test_new_rows_go_and_changed_rows_are_as_before(world, admin, stored, monkeypatch):
    monkeypatch.setattr(Enterprises, "undo_part", 2)
    old = Enterprise.objects.filter(pk=world.enterprise.pk).values().get()
    one = stored("enterprises", *rows(), {"uscc": world.enterprise.uscc, "name": "改了", "division": "对照区", "phone": "1", "status": "停业"})
    assert undo.can(one)
    assert undo.undo(one, admin, "导错了文件") == 6
    assert Enterprise.objects.filter(pk=world.enterprise.pk).values().get() == old
    assert not Enterprise.objects.filter(uscc__in=CODES).exists()
    gone = RowDigest.objects.filter(tab="parties_enterprise", digest="")
    assert gone.count() == 5
    assert not Salt.objects.filter(tab="parties_enterprise", key__in=gone.values("key")).exists()
    assert Leaf.objects.filter(act="imports.undo").get().opinion == "导错了文件"
    one.refresh_from_db()
    assert one.undone_at and not undo.can(one)
    with pytest.raises(Refused):
        undo.undo(one, admin, "再来一次")


def test_not_after_a_row_was_used(world, admin, stored):
    one = stored("enterprises", *rows())
    with ledger.act("test", SYSTEM):
        Site(enterprise=Enterprise.objects.get(uscc=CODES[3]), name="门店", address="路", division=world.district).save()
    with pytest.raises(Refused, match="第3号”已被使用"):
        undo.undo(one, admin, "导错了")
    assert Enterprise.objects.filter(uscc__in=CODES).count() == 5


def test_not_after_a_row_was_changed(admin, stored):
    one = stored("enterprises", *rows())
    firm = Enterprise.objects.get(uscc=CODES[0])
    with ledger.act("test", SYSTEM):
        firm.phone = "1"
        firm.save()
    with pytest.raises(Refused, match="又有改动"):
        undo.undo(one, admin, "导错了")


def test_not_without_a_reason_nor_by_others_nor_after_thirty_days(world, admin, stored):
    one = stored("enterprises", *rows())
    for who, why in ((admin, " "), (world.actor("planner"), "导错了")):
        with pytest.raises(Refused):
            undo.undo(one, who, why)
    assert not undo.can(one, timezone.now() + dt.timedelta(days=31))
    assert undo.forget(timezone.now() + dt.timedelta(days=31)) == [one.pk]
    assert not ImportTrace.objects.exists()


def test_bodies_that_name_one_another_and_their_powers(world, admin, stored):
    before = Body.objects.count()
    one = stored("bodies", {**BODY, "judicial_office": OFFICE["name"], "fields": "食品安全"}, OFFICE)
    undo.undo(one, admin, "导错了")
    assert Body.objects.count() == before


def test_officers_written_twice_by_one_import(world, admin, stored, monkeypatch):
    monkeypatch.setattr(Officers, "undo_part", 1)
    known = {**OFFICER, "id_number": "11010519491231002X"}
    one = stored("officers", known, {**known, "number": "鄂A-2", "phone": "13700000000"})
    undo.undo(one, admin, "导错了")
    assert not Person.objects.filter(name="郑一").exists()
    assert not Certificate.objects.filter(number__startswith="鄂A").exists()


# ---- items, plans, caps ----


@pytest.fixture
def on(monkeypatch):
    monkeypatch.setattr(calendar, "today", lambda: date(2026, 2, 10))


def test_items_go_with_their_drafts_and_an_open_draft_is_as_before(world, on, stored):
    planner = world.actor("planner")
    draft = items.new_item(world.body, planner, questions=["一"], **{**COMPLETE, "name": "草稿事项"})
    one = stored("items", {"name": "草稿事项", "content": "改了", "questions": "二"}, {"name": "新事项", "content": "", "questions": ""}, who=planner)
    draft.refresh_from_db()
    assert draft.content == "改了"
    undo.undo(one, planner, "导错了")
    draft.refresh_from_db()
    assert (draft.content, [q.text for q in draft.questions.all()]) == (COMPLETE["content"], ["一"])
    assert Item.objects.count() == ItemVersion.objects.count() == 1


CAP = {"printed": "同一企业每年检查不超过2次", "issuer": "某部", "issuer_level": "国务院主管部门", "field": "食品安全", "valid_from": "2026-01-01",
       "valid_until": "", "item": ""}


@pytest.mark.duty("327-15-1", "allowed")
def test_caps_as_printed_and_what_could_be_read(world, on, stored, upload):
    planner = world.actor("planner")
    one = stored("caps", CAP, {**CAP, "printed": "按上级文件执行"}, who=planner)
    assert [(c.limit, c.period, c.enforceable) for c in Cap.objects.order_by("id")] == [(2, "year", True), (None, "", False)]
    assert machine.check(upload("caps", {**CAP, "valid_until": "2026-12-31"}, who=planner)).updates == [(2, "valid_until", "", "2026-12-31")]
    assert machine.store(upload("caps", CAP, who=planner), planner)["same"] == 1
    used = Cap.objects.get(limit=2)
    CapCounter(cap_key=f"cap:{used.pk}", subject="e1", period="2026", n=1).save()
    with pytest.raises(Refused, match="已被使用"):
        undo.undo(one, planner, "导错了")
    CapCounter.objects.all().delete()
    undo.undo(one, planner, "导错了")
    assert not Cap.objects.exists()


@pytest.mark.duty("327-15-1", "refused")
def test_caps_that_cannot_be_taken(world, on, upload):
    one = upload(
        "caps", {**CAP, "printed": ""}, {**CAP, "issuer_level": "村级"}, {**CAP, "item": "没有的事项"}, {**CAP, "valid_until": "2025-1-1"},
        {**CAP, "valid_from": "明年"}, CAP, CAP, who=world.actor("planner"),
    )
    assert [f for f, _ in bad_cells(one)] == ["printed", "issuer_level", "item", "valid_until", "valid_from", "printed"]


# ---- the operator's command ----


@pytest.fixture
def no_setup(monkeypatch):
    monkeypatch.setattr(cli.django, "setup", lambda: None)


def test_the_command_prints_counts_and_errors(world, no_setup, tmp_path, capsys):
    file = tmp_path / "企业.csv"
    file.write_text(f"信用代码,企业名称,行政区划\n{CODES[0]},甲,示范区\n12,乙,示范区\n", "utf-8")
    assert cli.main(["import", "enterprises", str(file), "--check"]) == 1
    assert not Enterprise.objects.filter(uscc=CODES[0]).exists()
    bad = tmp_path / "有误.xlsx"
    assert cli.main(["import", "enterprises", str(file), "--bad", str(bad)]) == 1
    said = capsys.readouterr().out
    assert "A3：统一社会信用代码应为 18 位" in said
    assert "入库：新增 1，更新 0，不变 0，有误 1" in said
    assert Enterprise.objects.filter(uscc=CODES[0]).exists()
    assert cli.main(["import", "enterprises", str(bad)]) == 1


@pytest.mark.parametrize("given", [
    ["enterprises", "没有这个文件.csv"], ["items", "x.csv"], ["items", "x.csv", "--body", "没有的局"],
    ["plan", "x.csv", "--body", "示范区市场监督管理局（演示）"],
])
def test_the_command_says_what_it_needs(world, no_setup, capsys, given):
    assert cli.main(["import", *given]) == imports.REFUSED
    assert "什么都没有改动" in capsys.readouterr().err

"""企业 and 场所 by table: by credit code, in bulk with one leaf a part, the same file again changes nothing."""

from __future__ import annotations

import json

import pytest

from jiangcheng.kernel import ledger
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.parties import real, uscc
from jiangcheng.parties.imports import machine
from jiangcheng.parties.imports.enterprises import Enterprises
from jiangcheng.parties.imports.places import Places
from jiangcheng.parties.models import Enterprise, Site
from tests.imports.conftest import bad_cells

CODE = uscc.make("91", "420199", 55_000_001)
SHOP = uscc.make("92", "420198", 55_000_002)
ROW = {
    "uscc": CODE, "name": "武汉重庆银行有限公司", "division": "示范区", "phone": "13912345678", "classes": "食品安全、甲类", "legal_person": "张三",
}


@pytest.mark.duty("327-04-1", "allowed")
def test_new_changed_same_and_bad(world, admin, upload):
    wrong = {"uscc": CODE[:-1] + "0", "name": "错码"}
    one = upload("enterprises", ROW, {"uscc": SHOP, "name": "小店", "status": "歇业"}, {"uscc": world.enterprise.uscc, "name": "改名公司"}, wrong)
    assert machine.check(one).counts == {"new": 2, "update": 1, "same": 0, "bad": 1}
    assert machine.store(one, admin) == {"new": 2, "update": 1, "same": 0, "bad": 1}
    made = Enterprise.objects.get(uscc=CODE)
    assert (made.applies, made.initials, made.division, made.classes, made.demo) == (
        "yes", real.initials(ROW["name"]), world.district, "food,甲类", True,
    )
    shop = Enterprise.objects.get(uscc=SHOP)
    assert (shop.applies, shop.division, shop.status) == ("analogy", world.other_district, "paused")
    world.enterprise.refresh_from_db()
    assert (world.enterprise.name, world.enterprise.initials, world.enterprise.phone) == ("改名公司", "gmgs", "13900000001")


def test_the_same_file_again_changes_nothing(upload, admin):
    machine.store(upload("enterprises", ROW), admin)
    before, leaves = list(Enterprise.objects.values()), Leaf.objects.filter(act="imports.rows").count()
    again = upload("enterprises", ROW)
    assert machine.store(again, admin) == {"new": 0, "update": 0, "same": 1, "bad": 0}
    assert list(Enterprise.objects.values()) == before
    assert Leaf.objects.filter(act="imports.rows").count() == leaves


@pytest.mark.duty("327-04-1", "refused")
def test_what_cannot_be_taken_is_named_with_its_cell(world, upload):
    one = upload(
        "enterprises", {"uscc": "", "name": ""}, {**ROW, "division": "火星区"}, {**ROW, "uscc": SHOP, "status": "兴旺"},
        {**ROW, "uscc": uscc.make("91", "999999", 1), "division": ""}, {**ROW, "uscc": uscc.make("91", "420199", 9), "name": "长" * 121}, ROW,
    )
    assert [f for f, _ in bad_cells(one)] == ["division", "status", "division", "name", "uscc"]


def test_an_upload_for_somebody_else_is_refused(world, upload):
    with pytest.raises(Refused):
        upload("enterprises", ROW, who=world.actor("planner"))


def test_each_part_is_one_leaf_over_the_root_of_its_rows(world, admin, upload, monkeypatch, tmp_path):
    monkeypatch.setattr(Enterprises, "part", 2)
    rows = [{"uscc": uscc.make("91", "420199", n), "name": f"第{n}号"} for n in range(60, 65)]
    one = upload("enterprises", *rows)
    machine.store(one, admin)
    leaves = Leaf.objects.filter(act="imports.rows")
    assert [json.loads(x.entry)["bulk"]["size"] for x in leaves.order_by("id")] == [2, 2, 1]
    assert {(x.subject_kind, x.subject_id) for x in leaves} == {("parties.Import", str(one.pk))}
    assert ledger.history(one).last().act == "imports.store"


def test_an_import_broken_off_goes_on_where_it_stopped(world, admin, upload, monkeypatch):
    monkeypatch.setattr(Enterprises, "part", 2)
    rows = [{"uscc": uscc.make("91", "420199", n), "name": f"第{n}号"} for n in range(60, 65)]
    one = upload("enterprises", *rows)
    real_save = Enterprises.save

    def fails_at_the_second(self, shared, up, actor, part):
        if any(x.line.values["name"] == "第63号" for x in part):
            raise RuntimeError("the power went")
        return real_save(self, shared, up, actor, part)

    monkeypatch.setattr(Enterprises, "save", fails_at_the_second)
    with pytest.raises(RuntimeError):
        machine.store(one, admin)
    assert machine.run_of(one).done == 2
    monkeypatch.setattr(Enterprises, "save", real_save)
    assert machine.store(one, admin) == {"new": 5, "update": 0, "same": 0, "bad": 0}
    assert Enterprise.objects.filter(name__startswith="第6").count() == 5


def test_an_import_that_another_process_carried_on_is_refused(world, admin, upload, monkeypatch):
    one = upload("enterprises", ROW)
    run = machine.run_of(one)
    monkeypatch.setattr(machine, "run_of", lambda _: run)
    type(run).objects.filter(pk=run.pk).update(done=1)
    with pytest.raises(Refused):
        machine.store(one, admin)
    assert not Enterprise.objects.filter(uscc=CODE).exists()


def test_personal_values_are_masked_where_changes_are_shown(world, upload):
    one = upload("enterprises", {"uscc": world.enterprise.uscc, "name": world.enterprise.name, "phone": "13912345678", "legal_person": "赵六"})
    assert [u[1:] for u in machine.check(one).updates] == [("legal_person", "钱*****", "赵*"), ("phone", "139****0001", "139****5678")]


# ---- 场所 ----


def test_sites_of_enterprises_that_are_there(world, admin, upload):
    firm = world.enterprise.uscc
    good = {"uscc": firm, "enterprise": world.enterprise.name, "name": "新门店", "address": "演示路 1 号", "division": "示范区示范街道",
            "latitude": "30.5", "longitude": "114.3"}
    changed = {"uscc": firm, "name": "门店", "address": "改了的地址", "division": "示范街道（演示）", "active": "否"}
    one = upload("sites", good, changed)
    assert machine.store(one, admin) == {"new": 1, "update": 1, "same": 0, "bad": 0}
    made = Site.objects.get(name="新门店")
    assert (made.enterprise, made.division, made.latitude, made.active) == (world.enterprise, world.street, 30.5, True)
    world.site2.refresh_from_db()
    assert (world.site2.address, world.site2.active, world.site2.latitude) == ("改了的地址", False, 30.55)
    assert machine.store(upload("sites", good, changed), admin)["same"] == 2


def test_sites_that_cannot_be_taken(world, upload):
    base = {"uscc": world.enterprise.uscc, "name": "甲", "address": "路", "division": "示范区"}
    one = upload(
        "sites", {**base, "uscc": CODE}, {**base, "enterprise": "别的公司"}, {**base, "name": "乙", "latitude": "114.3", "longitude": "30"},
        {**base, "name": "丙", "division": ""}, {**base, "name": "丁", "active": "也许"}, base,
    )
    assert [f for f, _ in bad_cells(one)] == ["uscc", "enterprise", "latitude", "division", "active", "name"]


@pytest.mark.parametrize(("text", "found"), [
    ("420199", "district"), ("420199000000", "district"), ("420199001", "street"), ("420199001000", "street"), ("示范区", "district"),
    ("武汉市示范区", "district"), ("湖北省 武汉市 示范区", "district"), ("示范区/示范街道", "street"), ("示范开发区（演示）", "zone"),
    ("4201Z1", "zone"), ("420100", "city"), ("999999", None), ("没有区", None),
])
def test_divisions_as_they_are_written(world, text, found):
    place, why = Places().find(text)
    assert place == (getattr(world, found) if found else None)
    assert bool(why) == (found is None)

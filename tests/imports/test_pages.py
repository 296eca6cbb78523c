"""导入 over HTTP: cards, templates, a long file in the background, what stopped, 撤销; and exports with personal data."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jiangcheng.jobs import imports as jobs
from jiangcheng.kernel.models import Leaf
from jiangcheng.parties.imports import background, machine
from jiangcheng.parties.imports.kinds import KINDS
from jiangcheng.parties.models import Enterprise, Import, ImportRun
from jiangcheng.sheets import read
from tests.imports.test_enterprises import CODE


@pytest.fixture
def desk(world):
    return world.client("admin")


def send(desk, kind: str, text: str, name: str = "企业.csv") -> Import:
    answer = desk.post(reverse("admin-imports"), {"kind": kind, "file": SimpleUploadedFile(name, text.encode())})
    one = Import.objects.latest("pk")
    assert answer.url == reverse("admin-import", args=[one.pk])
    return one


def page(desk, one: Import) -> str:
    return desk.get(reverse("admin-import", args=[one.pk])).content.decode()


@pytest.mark.parametrize("kind", ["bodies", "officers", "enterprises", "sites"])
def test_each_kind_has_a_template_with_its_heads_and_drop_downs(desk, kind):
    content = desk.get(reverse("admin-imports-template", args=[kind])).content
    assert set(read(content, KINDS[kind].columns).columns) == {c.field for c in KINDS[kind].columns}
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert b"<dataValidation " in packed.read("xl/worksheets/sheet1.xml")
    assert desk.get(reverse("admin-imports-template", args=["items"])).status_code == 404


def test_four_steps_and_back_again(world, desk):
    one = send(desk, "enterprises", f"名单\n信用代码,企业名称,行政区划\n{CODE},甲公司,示范区\n12,乙,示范区\n")
    shown = page(desk, one)
    for words in ("2 行，表头已识别", "表头在第 2 行", "有 1 行需要修改", "入库 1 行", "A4", "统一社会信用代码应为 18 位", "仅下载有误行"):
        assert words in shown
    here = reverse("admin-import", args=[one.pk])
    bad = read(desk.get(reverse("admin-import-bad", args=[one.pk])).content, KINDS["enterprises"].columns)
    assert [x.values["name"] for x in bad.lines] == ["乙"]
    assert "已入库：新增 1 行，更新 0 行，不变 0 行，有误 1 行" in desk.post(here, {"step": "store"}, follow=True).content.decode()
    assert desk.post(here, {"step": "undo", "why": ""}).status_code == 409
    assert "已撤销这次导入，1 项恢复到导入以前" in desk.post(here, {"step": "undo", "why": "导错了"}, follow=True).content.decode()
    assert not Enterprise.objects.filter(uscc=CODE).exists()
    assert "已撤销" in desk.get(reverse("admin-imports")).content.decode()


def test_mending_in_place(desk):
    one = send(desk, "enterprises", "信用代码,企业名称,行政区划\n12,甲公司,示范区\n")
    desk.post(reverse("admin-import", args=[one.pk]), {"step": "fix", "fix-A2": CODE})
    assert "入库 1 行" in page(desk, one)


def test_a_long_file_is_checked_and_stored_in_the_background(world, desk, monkeypatch):
    monkeypatch.setattr(background, "LONG_BYTES", 100)
    monkeypatch.setattr(background, "start", lambda pk: None)
    text = jobs.made_up(30, "420199").decode("utf-8-sig")
    one = send(desk, "enterprises", text)
    assert "正在校验，已处理 0 行" in page(desk, one)
    assert "正在校验" in desk.get(reverse("admin-imports")).content.decode()
    background.work(one.pk)
    assert "入库 30 行" in page(desk, one)
    here = reverse("admin-import", args=[one.pk])
    with pytest.MonkeyPatch.context() as at_once:
        at_once.setattr(background.transaction, "on_commit", lambda act: act())
        desk.post(here, {"step": "store"})
    assert "已处理 0 / 30 行" in page(desk, one)
    assert not Enterprise.objects.filter(name__startswith="武汉生成").exists()
    ImportRun.objects.update(beat_at=None)
    background.work(one.pk)
    assert Enterprise.objects.filter(name__startswith="武汉生成").count() == 30
    assert "已完成" in page(desk, one)


def test_what_stops_says_so_and_goes_on(world, desk, monkeypatch):
    one = send(desk, "enterprises", f"信用代码,企业名称,行政区划\n{CODE},甲公司,示范区\n")
    real = machine.store

    def breaks(*_):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(machine, "store", breaks)
    background.ask(one, background.STORING, world.actor("admin"), 1)
    background.work(one.pk)
    shown = page(desk, one)
    assert "入库停在第 0 行" in shown and "继续入库" in shown
    monkeypatch.setattr(machine, "store", real)
    desk.post(reverse("admin-import", args=[one.pk]), {"step": "store"})
    assert Enterprise.objects.filter(uscc=CODE).exists()


def test_timed_work_takes_over_what_a_stopped_server_left(world, desk):
    one = send(desk, "enterprises", f"信用代码,企业名称,行政区划\n{CODE},甲公司,示范区\n")
    background.ask(one, background.STORING, world.actor("admin"), 1)
    assert background.take_over() == []
    ImportRun.objects.update(beat_at=background.timezone.now() - background.DEAD * 2)
    assert background.take_over() == [one.pk]
    assert Enterprise.objects.filter(uscc=CODE).exists()
    assert background.take_over() == []


def test_one_run_is_never_carried_on_twice(world, desk):
    one = send(desk, "enterprises", f"信用代码,企业名称,行政区划\n{CODE},甲公司,示范区\n")
    background.ask(one, background.STORING, world.actor("admin"), 1)
    assert background._claim(one.pk)
    assert not background._claim(one.pk)


def test_no_file_no_kind(desk):
    assert desk.post(reverse("admin-imports"), {"kind": "enterprises"}, follow=True).status_code == 200
    assert desk.post(reverse("admin-imports"), {"kind": "items"}).status_code == 404
    assert not Import.objects.exists()


@pytest.mark.parametrize(("who", "name"), [("admin", "admin-people"), ("admin", "admin-accounts"), ("supervisor", "supervisor-reports")])
def test_exports_with_personal_data_are_marked_and_logged(world, who, name):
    answer = world.client(who).get(reverse(name), {"format": "xlsx", "q": "李"})
    leaf = Leaf.objects.get(act="exports.personal")
    assert "q=" in leaf.entry and '"rows":' in leaf.entry
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        text = packed.read("xl/worksheets/sheet1.xml").decode()
    assert text.count(f"存证编号 {leaf.number}") >= 2
    assert world.actor(who).name in text
    assert answer["Cache-Control"] == "no-store"

"""Who looks at personal data and trade secrets stands on a log; bulk and off-duty looking is told; exports say who took them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.oversight import access, actions
from jiangcheng.oversight.models import AccessEvent, Alert
from jiangcheng.parties.scope import scope

pytestmark = pytest.mark.django_db


def look(stage, who="officer3", n=1, records=1, kind="page", visit=None):
    for _ in range(n):
        access.note(stage.world.actor(who), kind, "查看检查", "示市监2026-0001", records=records, visit=visit)


@pytest.mark.duty("327-40-06", "refused")
def test_bulk_reading_is_told_to_the_office_once(stage):
    look(stage, n=3, records=17, kind="export")
    found = access.watch()
    assert [(a.kind, a.office, a.person) for a in found] == [("bulk_read", stage.world.district_office, stage.world.people["officer3"])]
    assert "51 条" in found[0].text and found[0].evidence["次数"] == 51 and len(found[0].evidence["记录"]) == 3
    assert access.watch() == [] and Alert.objects.count() == 1
    assert Leaf.objects.filter(act="oversight.alert").count() == 1


@pytest.mark.duty("327-40-06", "allowed")
def test_ordinary_work_is_not(stage):
    look(stage, n=2, records=25)
    look(stage, "officer2", n=4, visit=stage.arrived())
    assert access.watch() == [] and not Alert.objects.exists()


@pytest.mark.duty("327-40-06", "refused")
def test_reading_what_is_none_of_ones_work_is_told(stage):
    visit = stage.arrived()
    look(stage, "officer3", n=5, visit=visit)
    (found,) = access.watch()
    assert found.kind == "off_duty" and "5 次" in found.text


@pytest.mark.duty("327-40-06", "allowed")
def test_reading_ones_own_work_or_below_the_line_is_not(stage):
    visit = stage.arrived()
    look(stage, "officer1", n=9, visit=visit)
    look(stage, "head", n=9, visit=visit)
    look(stage, "supervisor", n=9, visit=visit)
    look(stage, "officer3", n=4, visit=visit)
    assert access.watch() == [] and AccessEvent.objects.filter(off_duty=True).count() == 4


def test_yesterday_is_another_day(stage):
    look(stage, n=60)
    assert access.watch(timezone.now() + dt.timedelta(days=1)) == []


def test_a_supervisor_who_reads_too_much_is_told_to_the_city(stage):
    look(stage, "supervisor", records=80)
    assert access.watch()[0].office == stage.world.city_office


@pytest.mark.duty("327-40-06", "allowed")
def test_pages_papers_and_numbers_are_logged_with_who_and_what(stage):
    visit = stage.arrived()
    stage.world.client("officer3").get(f"/officer/visits/{visit.number}/")
    stage.world.client("supervisor").get(f"/supervisor/visits/{visit.number}/")
    stage.world.client("admin").post(f"/admin/people/{stage.world.planner.pk}/reveal/")
    stage.world.client("enterprise").get(f"/enterprise/visits/{visit.number}/")
    found = {(e.kind, e.name, e.off_duty) for e in AccessEvent.objects.all()}
    assert found == {("page", "周燕（演示）", True), ("page", "何清（演示）", False), ("reveal", "管理员（演示）", False)}
    event = AccessEvent.objects.filter(kind="page").first()
    assert visit.number in event.about and visit.enterprise.name in event.about and event.address


@pytest.mark.duty("327-40-06", "allowed")
def test_an_export_bears_who_took_it_out_and_stands_on_the_ledger(stage):
    answer = stage.world.client("admin").get("/admin/people/?format=xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    cells = [str(c) for row in rows for c in row if c]
    mark = next(c for c in cells if "不得外传" in c)
    page = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert mark.startswith("管理员（演示） 示范区司法局（演示）") and f"<oddHeader>&amp;C{mark}<" in page and f"<oddFooter>&amp;C{mark}<" in page
    assert not [c for c in cells if stage.world.planner.phone in c]
    event = AccessEvent.objects.get()
    assert event.kind == "export" and event.records >= 10
    assert '"list":"人员"' in Leaf.objects.get(act="exports.personal").entry


def test_a_list_without_personal_data_bears_no_mark(stage):
    stage.world.client("supervisor").get("/supervisor/late/?format=xlsx")
    assert not AccessEvent.objects.exists()


@pytest.mark.duty("327-40-06", "allowed")
def test_phones_are_masked_on_pages(stage):
    visit = stage.arrived()
    pages = (("officer1", f"/officer/visits/{visit.number}/"), ("admin", "/admin/people/"), ("supervisor", f"/supervisor/visits/{visit.number}/"))
    for who, address in pages:
        page = stage.world.client(who).get(address).content.decode()
        assert stage.world.enterprise.phone not in page and stage.world.planner.phone not in page


@pytest.mark.duty("327-40-06", "allowed")
def test_the_pages_of_the_office(stage):
    look(stage, records=80)
    (alert,) = access.watch()
    client, address = stage.world.client("supervisor"), f"/supervisor/alerts/{alert.pk}/"
    assert "周燕" in client.get("/supervisor/alerts/").content.decode() and "80 条" in client.get(address).content.decode()
    assert client.post(address, {"handling": " "}).status_code == 409
    assert client.post(address, {"handling": "已核实，系集中归档。"}).status_code == 302
    assert "没有待处理的预警" in client.get("/supervisor/alerts/").content.decode()
    assert "周燕" in client.get("/supervisor/alerts/?state=handled").content.decode()
    log = client.get("/supervisor/access/?q=周燕").content.decode()
    assert "查看检查" in log and "没有找到记录" in client.get("/supervisor/access/?kind=reveal").content.decode()
    assert client.get("/supervisor/access/?format=xlsx").status_code == 200
    assert AccessEvent.objects.filter(name="何清（演示）", kind="export").exists()


@pytest.mark.duty("327-40-06", "refused")
def test_alerts_and_log_are_for_supervisors_of_the_body_alone(stage):
    look(stage, records=80)
    (alert,) = access.watch()
    for model in (Alert, AccessEvent):
        seen = {who for who in stage.world.people if scope(stage.world.actor(who), model.objects.all()).exists()}
        assert seen == {"supervisor", "city_supervisor", "city_supervisor2"}
    with pytest.raises(Refused):
        actions.handle(stage.world.actor("city_supervisor"), alert, "已处理")

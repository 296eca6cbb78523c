"""我要反映 where no visit is running: kept with a number, shown to the right office alone, dealt with in words."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from jiangcheng.inspection.visits.actions import door, reports
from jiangcheng.inspection.visits.models import Report
from jiangcheng.inspection.visits.rules.reports import HOURLY
from jiangcheng.kernel.ledger import history
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Guess
from jiangcheng.parties.scope import scope
from tests.web_enterprise import scene

STRANGE = "AAAABBBBCC"
SAW = "来了两人，没有出示执法证件"


def words(answer) -> str:
    return answer.content.decode()


def send(value: str, client: Client | None = None, **typed: str):
    return (client or Client()).post(reverse("verify-report", args=[value]), {"text": SAW, **typed}, follow=True)


def office(world, name: str = "supervisor"):
    return world.client(name)


@pytest.mark.duty("327-38-4", "HR-41-2", "allowed")
def test_report_on_an_unknown_code_goes_to_the_city_with_a_number(stage):
    answer = send(STRANGE, place="示范路 1 号", contact="13812345678")
    row = Report.objects.get()
    assert row.number in words(answer) and "前处理完毕" in words(answer) and "13812345678" not in words(answer)
    assert (row.visit, row.body, row.code, row.code_state) == (None, None, STRANGE, "unknown")
    assert row.office == stage.world.city_office and row.place == "示范路 1 号"
    assert [leaf.act for leaf in history(row)] == ["report.sent"]
    assert "没有出示" not in history(row)[0].entry and "138" not in history(row)[0].entry
    assert row.number in words(office(stage.world, "city_supervisor").get(reverse("supervisor-reports")))
    assert row.number not in words(office(stage.world).get(reverse("supervisor-reports")))


@pytest.mark.duty("327-38-4", "allowed")
def test_report_on_a_revoked_code_goes_to_the_office_of_its_body(stage):
    visit = stage.coded()
    value = scene.code_of(visit).token
    door.revoke(stage.supervisor, visit, "人员有变")
    page = words(Client().get(reverse("verify-report", args=[value])))
    assert not [name for name in ("李强", "武汉演示食品", visit.number) if name in page]
    answer = send(value)
    row = Report.objects.get()
    assert (row.body, row.office, row.code_state, row.visit) == (visit.body, visit.body.judicial_office, "revoked", None)
    assert not [name for name in ("李强", "武汉演示食品", visit.number) if name in words(answer)]
    shown = words(office(stage.world).get(reverse("supervisor-reports")))
    assert row.number in shown and visit.number in shown and SAW in shown
    assert not visit.reports.exists()


@pytest.mark.duty("327-38-4", "refused")
def test_empty_report_keeps_what_was_typed(stage):
    answer = Client().post(reverse("verify-report", args=[STRANGE]), {"text": "  ", "place": "示范路 1 号"})
    assert answer.status_code == 409 and "没有写明看到的情况" in words(answer) and "示范路 1 号" in words(answer)
    assert not Report.objects.exists()


@pytest.mark.duty("327-38-4", "refused")
def test_one_address_sends_a_few_an_hour(stage):
    token = "x" * 60
    for n in range(HOURLY):
        assert "已收到" in words(send(token, text=f"第 {n} 次"))
    answer = send(token, text="再来一次")
    assert answer.status_code == 409 and "过一小时再提交" in words(answer)
    assert Report.objects.count() == HOURLY


def test_second_tap_is_the_first_report(stage):
    first, second = send("x" * 60), send("x" * 60)
    assert Report.objects.count() == 1 and Guess.objects.filter(address__startswith="report/").count() == 1
    number = Report.objects.get().number
    assert number in words(first) and number in words(second)


def test_receipt_of_another_cannot_be_made_up(stage):
    send("x" * 60)
    number = Report.objects.get().number
    for made in (number, f"{number}:AAAA"):
        assert number not in words(Client().get(reverse("verify-report", args=["x" * 60]), {"sent": made}))


def _report(stage, contact: str = "13812345678") -> Report:
    visit = stage.coded()
    value = scene.code_of(visit).token
    door.revoke(stage.supervisor, visit, "人员有变")
    send(value, contact=contact)
    return Report.objects.get()


@pytest.mark.duty("327-41-1", "HR-41-2", "allowed")
def test_its_office_deals_with_it_in_words(stage):
    row, client = _report(stage), office(stage.world)
    assert reports.waiting(stage.supervisor).count() == 1
    answer = client.post(reverse("supervisor-reports"), {"number": row.number, "handling": "已核实，已转公安机关"}, follow=True)
    row.refresh_from_db()
    assert row.handling == "已核实，已转公安机关" and row.cleared_by_id == stage.supervisor.person and row.cleared_at
    assert "没有这一类反映" in words(answer) and reports.waiting(stage.supervisor).count() == 0
    done = words(client.get(reverse("supervisor-reports"), {"state": "done", "q": row.number[-4:]}))
    assert "已转公安机关" in done
    sent = client.get(reverse("supervisor-reports"), {"state": "done", "format": "xlsx"}).content
    cells = [str(c) for r in CalamineWorkbook.from_filelike(io.BytesIO(sent)).get_sheet_by_index(0).to_python() for c in r]
    assert row.number in cells and SAW in cells and "13812345678" not in " ".join(cells)


@pytest.mark.duty("327-41-1", "HR-41-2", "refused")
def test_not_without_words_not_twice_not_by_another_office(stage):
    row, client = _report(stage), office(stage.world)
    answer = client.post(reverse("supervisor-reports"), {"number": row.number, "handling": " "})
    assert answer.status_code == 409 and "没有写明处理情况" in words(answer)
    assert office(stage.world, "city_supervisor").post(reverse("supervisor-reports"), {"number": row.number, "handling": "x"}).status_code == 404
    with pytest.raises(Refused, match="司法行政部门"):
        reports.handle(stage.head, row, "已处理")
    reports.handle(stage.supervisor, row, "已核实")
    with pytest.raises(Refused, match="处理完毕"):
        reports.handle(stage.supervisor, row, "又处理")


@pytest.mark.duty("HR-41-2", "allowed")
def test_two_officers_open_the_contact(stage):
    row, client = _report(stage), office(stage.world)
    assert "13812345678" not in words(client.get(reverse("supervisor-reports")))
    client.post(reverse("supervisor-reports"), {"number": row.number, "step": "contact"})
    assert "13812345678" not in words(client.get(reverse("supervisor-reports")))
    second = _second(stage)
    assert reports.open_contact(second, row)
    assert "13812345678" in words(client.get(reverse("supervisor-reports")))
    assert [leaf.act for leaf in history(row)] == ["report.sent", "report.contact_asked", "report.contact_opened"]


@pytest.mark.duty("HR-41-2", "refused")
def test_one_officer_does_not_open_the_contact(stage):
    row, client = _report(stage), office(stage.world)
    for _ in range(2):
        answer = client.post(reverse("supervisor-reports"), {"number": row.number, "step": "contact"})
    assert answer.status_code == 409 and "两人" in words(answer) and "13812345678" not in words(answer)
    with pytest.raises(Refused):
        reports.open_contact(stage.head, row)


def _second(stage):
    """Another officer of the same office."""
    return replace(stage.supervisor, person=stage.world.planner.pk, name="另一名监督员")


def test_scope_of_reports(stage):
    row = _report(stage)
    world = stage.world
    sees = {name for name in ("officer1", "head", "planner", "superior", "leader", "admin", "enterprise", "supervisor", "city_supervisor",
                              "other_supervisor") if scope(world.actor(name), Report.objects.filter(pk=row.pk)).exists()}
    assert sees == {"supervisor"}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "生僻字𠮷㙓🏭", "长" * 600])
def test_odd_words_stay_as_written(stage, text):
    send("x" * 60, text=text, place=text, contact=text)
    row = Report.objects.get()
    assert row.text == text[:500] and row.place == text[:100]
    shown = words(office(stage.world, "city_supervisor").get(reverse("supervisor-reports")))
    assert "<script>alert" not in shown

"""What does not go as planned at the door: refusals kept with a witness, places proposed for correction, records entered later."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits import queries, sheets
from jiangcheng.inspection.visits.actions import door, places
from jiangcheng.inspection.visits.models import Report
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper
from jiangcheng.parties import actions as parties
from jiangcheng.parties import certificates
from jiangcheng.parties.scope import scope

pytestmark = pytest.mark.django_db


def refused(work, *args, **said) -> list[str]:
    with pytest.raises(Refused) as found:
        work(*args, **said)
    return [b.sentence for b in found.value.breaches]


@pytest.mark.duty("327-08-2", "327-18-3", "refused")
def test_a_refusal_is_told_its_rights_again_before_somebody(stage):
    visit = stage.coded()
    assert refused(door.not_done, stage.lead, visit, "refused", "店长不让进门") == [
        "没有再次告知企业的权利和义务。", "没有见证人、录音录像编号或者照片。",
    ]
    assert stage.fresh(visit).state == "to_enter"


@pytest.mark.duty("327-08-2", "327-18-3", "allowed")
def test_the_words_of_a_refusal_and_its_witness_are_kept(stage):
    visit = stage.coded()
    door.not_done(stage.lead, visit, "refused", "店长称须先请示", told=True, witness="社区网格员刘某")
    visit = stage.fresh(visit)
    assert visit.state == "not_done"
    assert visit.not_done_note == "店长称须先请示（已再次告知权利和义务；见证人或者录像：社区网格员刘某）"


@pytest.mark.parametrize("why", places.WRONG_PLACE)
def test_a_place_found_wrong_is_proposed_for_correction_and_its_count_given_back(stage, why):
    visit = stage.coded()
    door.not_done(stage.lead, visit, why, "卷帘门关闭", photo=stage.photo(visit, "evidence"), new_address="示范路 9 号")
    row = Report.objects.get(visit=visit, kind="site")
    assert (row.place, row.body) == ("示范路 9 号", visit.body)
    admin = stage.world.actor("admin")
    assert list(scope(admin, Report.objects.all())) == [row]
    places.decide(admin, row, address="示范路 9 号", division=None, active=True, note="")
    visit.site.refresh_from_db()
    row.refresh_from_db()
    assert visit.site.address == "示范路 9 号" and row.cleared_at and row.handling == "已更正场所信息"
    assert refused(places.decide, admin, row, address="", division=None, active=False, note="") == ["这条建议已经处理。"]


def test_a_refusal_says_nothing_of_the_place(stage):
    visit = stage.coded()
    door.not_done(stage.lead, visit, "refused", "店长不让进门", told=True, witness="刘某")
    assert not Report.objects.filter(visit=visit, kind="site").exists()


def test_only_the_administrator_corrects_and_says_why_when_nothing_changes(stage):
    visit = stage.coded()
    door.not_done(stage.lead, visit, "closed", "卷帘门关闭", photo=stage.photo(visit, "evidence"))
    row = Report.objects.get(visit=visit, kind="site")
    same = {"address": visit.site.address, "division": visit.site.division, "active": True}
    assert refused(places.decide, stage.head, row, **same, note="看过") == ["由系统管理员更正场所信息。"]
    admin = stage.world.actor("admin")
    assert refused(places.decide, admin, row, **same, note=" ") == ["没有更正任何内容，不采纳的须写明理由。"]
    places.decide(admin, row, **same, note="企业已恢复营业")
    row.refresh_from_db()
    assert row.handling == "企业已恢复营业"


@pytest.mark.duty("HR-17-4", "327-08-2", "allowed")
def test_with_both_phones_dead_the_record_is_entered_the_same_day(stage):
    visit = stage.coded()
    at = timezone.now() - dt.timedelta(minutes=1)
    door.arrive_offline(
        stage.lead, visit, reason="手机没电，事后补录：两部手机均无电", device_at=at, photo=stage.photo(visit), written_later=True,
    )
    door.show_certificate(stage.lead, visit)
    door.issue_notice(stage.lead, visit)
    door.start(stage.lead, stage.fresh(visit))
    visit = stage.fresh(visit)
    assert visit.started_at == visit.arrived_at == at
    assert list(queries.offline_to_check(stage.supervisor)) == [visit]
    assert "手机没电，事后补录：两部手机均无电" in sheets.record(visit, ["none"], timezone.now())["scan"]


@pytest.mark.duty("HR-17-4", "refused")
def test_a_record_is_not_entered_on_a_later_day(stage):
    visit = stage.coded(end=stage.now + dt.timedelta(days=1))
    at = timezone.now()
    said = refused(
        door.arrive_offline, stage.lead, visit, reason="手机没电，事后补录：没电", device_at=at, photo=stage.photo(visit), written_later=True,
        now=at + dt.timedelta(days=1),
    )
    assert said == ["补录应当在检查当日完成。"]


@pytest.mark.duty("327-18-1", "327-18-2", "allowed")
def test_the_head_sees_whose_certificate_lapsed_overnight(stage):
    visit = stage.coded()
    assert not queries.with_lapsed(stage.head).exists()
    row = visit.officers.get(role="assist").certificate
    row.valid_until = stage.world.today - dt.timedelta(days=1)
    parties.save_certificate(row, stage.world.actor("admin"))
    found = queries.with_lapsed(stage.head).get()
    assert found.visit == visit and "到期" in certificates.sentence_on(found.certificate, stage.world.today)
    assert not queries.with_lapsed(stage.world.actor("other_head")).exists()
    assert not queries.with_lapsed(stage.lead).exists()


@pytest.mark.parametrize(("change", "status"), [
    ({}, "valid"), ({"valid_until": -1}, "expired"), ({"valid_from": 1, "valid_until": 9}, "not_yet"), ({"revoked_at": 0}, "revoked"),
    ({"suspended_from": 0}, "suspended"), ({"suspended_from": -3, "suspended_until": -1}, "valid"),
    ({"suspended_from": -3, "suspended_until": 0}, "suspended"), ({"revoked_at": 1}, "valid"),
])
def test_the_list_of_bad_certificates_agrees_with_their_state(stage, change, status):
    row, day = stage.world.certificates[0], stage.world.today
    for name, days in change.items():
        setattr(row, name, day + dt.timedelta(days=days))
    with ledger.act("test.certificate", SYSTEM):
        row.save()
    assert certificates.status_on(row, day) == status
    assert type(row).objects.filter(certificates.bad_on(day), pk=row.pk).exists() is (status != "valid")


@pytest.mark.duty("327-17-3", "327-17-4", "allowed")
def test_a_paper_notice_is_checked_from_the_hour_of_its_code_on_and_nothing_else_before_arrival(stage, client):
    visit = stage.coded()
    door.issue_notice(stage.lead, visit)
    approval, notice = (Paper.objects.get(matter=visit.number, kind=kind).code for kind in ("approval", "notice"))
    assert client.get(reverse("paper-show", args=[approval])).status_code == 404
    answer = client.get(reverse("paper-show", args=[notice]))
    assert answer.status_code == 200 and "录入通知书上的检查码" in answer.content.decode()
    assert client.get(reverse("paper-file", args=[notice, "pdf"])).status_code == 404  # its content stays with the enterprise
    later = stage.coded(start=stage.now + dt.timedelta(days=1), end=stage.now + dt.timedelta(days=1, hours=2), site=stage.firms(1)[0])
    door.issue_notice(stage.lead, later)
    early = Paper.objects.get(matter=later.number, kind="notice").code
    assert client.get(reverse("paper-show", args=[early])).status_code == 404

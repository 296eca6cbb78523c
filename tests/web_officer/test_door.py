"""The door on the officer's phone: refusals, way two, entry without network, not done, breaks; who may open what."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import Paper
from tests.web_officer.conftest import DRAWN, at, photo

pytestmark = pytest.mark.django_db


def fresh(visit) -> Visit:
    return Visit.objects.get(pk=visit.pk)


@pytest.mark.duty("327-17-4", "refused")
def test_start_before_the_scan_is_refused_and_issues_nothing(stage, world):
    visit = stage.coded()
    a = world.client("officer1")
    answer = a.post(at("visit-start", visit), {"key": "k"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "第十七条" in text and "可以这样办" in text
    assert fresh(visit).state == "to_enter"
    assert not Paper.objects.filter(matter=visit.number, kind="notice").exists()


def test_all_that_is_missing_is_said_at_once(stage, world):
    visit = stage.arrived()
    text = world.client("officer1").post(at("visit-start", visit), {"key": "k"}).content.decode()
    assert "李强（演示）尚未出示执法证件" in text and "王敏（演示）尚未出示执法证件" in text


@pytest.mark.duty("327-17-4", "327-17-3", "allowed")
def test_start_issues_the_notice_and_starts_once(stage, world):
    visit = stage.arrived()
    a = world.client("officer1")
    a.post(at("visit-certificates", visit), {"key": "c"})
    first = a.post(at("visit-start", visit), {"key": "s"})
    again = a.post(at("visit-start", visit), {"key": "s"})
    assert first.status_code == again.status_code == 302 and first["Location"] == again["Location"]
    assert fresh(visit).state == "inspecting"
    assert Paper.objects.filter(matter=visit.number, kind="notice").count() == 1
    assert Leaf.objects.filter(act="visit.start", subject_id=str(visit.pk)).count() == 1


def test_lead_shows_for_both_and_assistant_for_himself(stage, world):
    visit = stage.arrived()
    world.client("officer2").post(at("visit-certificates", visit), {"key": "c"})
    shown = {o.role: o.shown_at for o in visit.officers.all()}
    assert shown["assist"] and not shown["lead"]
    world.client("officer1").post(at("visit-certificates", visit), {"key": "c"})
    assert all(o.shown_at for o in visit.officers.all())


def test_way_two_compares_the_name_first(stage, world):
    visit = stage.coded()
    a, address = world.client("officer1"), reverse("officer-scan")
    page = a.post(address, {"uscc": world.enterprise.uscc, "scanned": ""})
    assert page.status_code == 200 and "核对无误" in page.content.decode()
    assert fresh(visit).state == "to_enter"
    done = a.post(address, {"uscc": world.enterprise.uscc, "number": visit.number, "step": "confirm", "key": "x"})
    assert done["Location"] == at("visit-code", visit)
    assert fresh(visit).state == "arrived"


@pytest.mark.duty("327-17-4", "refused")
def test_another_firm_shows_both_names_and_goes_nowhere(stage, world):
    visit = stage.coded()
    a, other = world.client("officer1"), world.other_enterprise
    page = a.post(reverse("officer-scan"), {"uscc": other.uscc, "number": visit.number})
    text = page.content.decode()
    assert page.status_code == 409
    assert world.enterprise.name in text and other.name in text and "未实施：对象有误" in text and "核对无误" not in text
    forced = a.post(reverse("officer-scan"), {"uscc": other.uscc, "number": visit.number, "step": "confirm"})
    assert forced.status_code == 409 and fresh(visit).state == "to_enter"


def test_wrong_code_keeps_what_was_typed(stage, world):
    stage.coded()
    answer = world.client("officer1").post(reverse("officer-scan"), {"uscc": "123"})
    assert answer.status_code == 409 and "没有识别出有效的统一社会信用代码" in answer.content.decode()


def test_entry_without_network_by_the_outbox(stage, world):
    visit = stage.coded()
    a = world.client("officer1")
    device = (timezone.now() - dt.timedelta(minutes=2)).isoformat()
    headers = {"HTTP_ACCEPT": "application/json", "HTTP_X_DEVICE_TIME": device, "HTTP_IDEMPOTENCY_KEY": "row-1"}
    lacking = a.post(at("visit-offline", visit), {"reason": "signal"}, **headers)
    assert lacking.status_code == 409 and lacking.json()["breaches"]
    done = a.post(at("visit-offline", visit), {"reason": "signal", "photo": photo()}, **headers)
    assert done.status_code == 200 and done.json()["next"] == at("visit-code", visit)
    again = a.post(at("visit-offline", visit), {"reason": "signal", "photo": photo()}, **headers)
    assert again.json() == done.json()
    visit = fresh(visit)
    assert visit.state == "arrived" and visit.offline_reason == "signal" and visit.offline_synced_at


def test_other_reason_is_told_in_words(stage, world):
    visit = stage.coded()
    answer = world.client("officer1").post(at("visit-offline", visit), {"reason": "other", "other": "", "photo": photo()})
    assert answer.status_code == 409 and "须写明原因" in answer.content.decode()


def test_not_done_needs_a_photo_and_keeps_the_words(stage, world):
    visit = stage.coded()
    a = world.client("officer1")
    answer = a.post(at("visit-not-done", visit), {"why": "moved", "note": "门口张贴搬迁告示", "key": "n"})
    assert answer.status_code == 409 and "门口张贴搬迁告示" in answer.content.decode()
    done = a.post(at("visit-not-done", visit), {"why": "moved", "note": "门口张贴搬迁告示", "key": "n", "photo": photo()})
    assert done.status_code == 302 and fresh(visit).not_done_why == "moved"


def test_break_and_go_on(stage, world):
    visit = stage.started()
    a = world.client("officer1")
    assert a.post(at("visit-pause", visit), {"reason": ""}).status_code == 409
    assert a.post(at("visit-pause", visit), {"reason": "停电"}).status_code == 302
    assert a.get(at("visit-code", visit)).status_code == 200
    assert a.post(at("visit-resume", visit), {"key": "r"})["Location"] == at("visit-record", visit)
    assert fresh(visit).state == "inspecting"


def test_the_other_officer_takes_over(stage, world):
    visit = stage.arrived()
    world.client("officer2").post(at("visit-lead", visit), {"key": "l"})
    assert visit.officers.get(person=world.officers[1]).role == "lead"


def test_notice_is_signed_on_glass(stage, world):
    visit = stage.prepared()
    a = world.client("officer1")
    assert "企业的权利" in a.get(at("visit-notice", visit)).content.decode()
    refused = a.post(at("visit-notice", visit), {"manner": "glass", "receiver": "孙兰", "sign_notice": ""})
    assert refused.status_code == 409 and "孙兰" in refused.content.decode()
    done = a.post(at("visit-notice", visit), {"manner": "glass", "receiver": "孙兰", "receiver_role": "店长", "sign_notice": DRAWN, "key": "g"})
    assert done["Location"] == at("visit-code", visit)
    assert "当场签收" in a.get(at("visit-notice", visit)).content.decode()


def test_revoked_code_is_a_red_page(stage, world):
    visit = stage.coded()
    scheme.drop(stage.lead, visit, "企业停产")
    answer = world.client("officer1").get(at("visit-code", visit))
    assert "检查码已撤销" in answer.content.decode() and "verify-bad" in answer.content.decode()


def test_state_for_the_phone_does_not_keep_the_session(stage, world):
    visit = stage.coded()
    a = world.client("officer1")
    a.get(at("visit-code", visit))
    session = a.session
    session["last_request"] -= 600
    session.save()
    before = a.session["last_request"]
    found = a.get(at("visit-state", visit), HTTP_X_BACKGROUND="1").json()
    assert found["state"] == "waiting" and found["url"] == at("visit-code", visit)
    assert a.session["last_request"] == before


PAGES = ("visit-code", "visit-certificates", "visit-state", "visit-record", "visit-finish", "visit-notice", "visit-offline", "visit-not-done")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("who", "status"), [("other_officer1", 404), ("head", 403), ("supervisor", 403), ("anonymous", 302)])
def test_others_stay_outside(stage, world, name, who, status):
    visit = stage.coded()
    assert world.client(who).get(at(name, visit)).status_code == status


def test_colleague_not_on_the_visit_cannot_show_the_code(stage, world):
    visit = stage.coded()
    assert world.client("officer3").get(at("visit-code", visit)).status_code == 404
    stage.confirm(visit)
    assert world.client("officer3").get(at("visit-code", visit)).status_code == 403


def test_a_firm_of_none_of_todays_visits_is_said_so(stage, world):
    first, site = stage.coded(), stage.firms(1)[0]
    second = stage.coded(site=site)
    a = world.client("officer1")
    answer = a.post(reverse("officer-scan"), {"uscc": world.other_enterprise.uscc})
    assert answer.status_code == 409 and "今天的检查对象中没有这家企业" in answer.content.decode()
    page = a.post(reverse("officer-scan"), {"uscc": site.enterprise.uscc}).content.decode()
    assert second.number in page and first.number not in page


def test_second_scan_is_told_calmly(stage, world):
    visit = stage.arrived()
    a = world.client("officer1")
    data = {"uscc": world.enterprise.uscc, "number": visit.number, "step": "confirm", "key": "again"}
    page = a.post(reverse("officer-scan"), data, follow=True).content.decode()
    assert "无需重复" in page
    assert Leaf.objects.filter(act="visit.arrive", subject_id=str(visit.pk)).count() == 1


def test_the_scan_page_alone_may_run_the_reader(stage, world):
    stage.coded()
    a = world.client("officer1")
    assert "'wasm-unsafe-eval'" in a.get(reverse("officer-scan"))["Content-Security-Policy"]
    assert "'wasm-unsafe-eval'" not in a.get(reverse("officer-home"))["Content-Security-Policy"]


# ---- 申请回避 ----
@pytest.mark.duty("HR-18-2", "allowed")
@pytest.mark.parametrize("step", ["arrived", "prepared", "started"])
def test_the_firms_request_is_entered_for_any_officer_and_pauses(stage, world, step):
    visit = getattr(stage, step)()
    seat = visit.officers.get(role="assist")
    a = world.client("officer1")
    answer = a.post(at("visit-recusal", visit), {"who": "firm", "seat": seat.pk, "reason": "与本店有债务纠纷", "key": "r"}, follow=True)
    asked = visit.recusals.get()
    assert (asked.asked_by, asked.officer, asked.reason) == ("当事人", seat, "与本店有债务纠纷")
    assert "检查暂停" in answer.content.decode() and "与本店有债务纠纷" in answer.content.decode()
    assert "回避申请" in world.client("head").get(reverse("head-home")).content.decode()
    page = a.get(at("visit-record", visit), follow=True).content.decode()
    assert "检查暂停" in page and "未发现<br>问题" not in page


@pytest.mark.duty("HR-18-2", "refused")
def test_an_officer_asks_for_nobody_but_himself(stage, world):
    visit = stage.arrived()
    with pytest.raises(Refused, match="只能申请本人回避"):
        door.request_recusal(stage.lead, visit, visit.officers.get(role="assist").pk, "同事与企业有亲属关系")
    a = world.client("officer1")
    assert a.post(at("visit-recusal", visit), {"who": "firm", "reason": "有纠纷"}).status_code == 409
    kept = a.post(at("visit-recusal", visit), {"who": "self", "reason": ""})
    assert kept.status_code == 409 and not visit.recusals.exists()


def test_ones_own_request_and_a_second_one_while_it_waits(stage, world):
    visit = stage.coded()
    a = world.client("officer1")
    for key in ("1", "2"):
        a.post(at("visit-recusal", visit), {"who": "self", "reason": "近亲属在该企业任职", "key": key})
    asked = visit.recusals.get()
    assert asked.officer.person == world.officers[0] and asked.asked_by == world.officers[0].name


@pytest.mark.duty("HR-18-2", "refused")
def test_no_request_after_the_end(stage, world):
    visit = stage.coded()
    door.not_done(stage.lead, visit, "refused", "店长不让进门")
    answer = world.client("officer1").post(at("visit-recusal", visit), {"who": "self", "reason": "近亲属", "key": "r"})
    assert answer.status_code == 409 and "不再办理回避申请" in answer.content.decode()


# ---- 预告 ----
@pytest.mark.duty("327-08-2", "allowed")
def test_announced_once_by_an_officer_on_it(stage, world):
    visit = stage.coded()
    a = world.client("officer1")
    assert visit.announced_at is None
    assert a.post(at("visit-act", visit), {"step": "announce"}).status_code == 302
    assert fresh(visit).announced_at is not None and fresh(visit).state == "to_enter"
    assert Leaf.objects.filter(act="visit.announced", subject_id=str(visit.pk)).count() == 1
    assert "已预告" in a.get(at("visit-detail", visit)).content.decode()
    again = a.post(at("visit-act", visit), {"step": "announce"})
    assert again.status_code == 409 and "无需重复" in again.content.decode()


@pytest.mark.duty("327-08-2", "refused")
@pytest.mark.parametrize("step", ["ready", "approved", "arrived"])
def test_not_announced_before_the_code_nor_after_arrival(stage, step):
    visit = getattr(stage, step)()
    with pytest.raises(Refused, match="入企以前"):
        door.announce(stage.lead, visit)
    assert fresh(visit).announced_at is None


@pytest.mark.duty("327-08-2", "refused")
def test_nobody_else_announces(stage, world):
    visit = stage.coded()
    for who in ("head", "supervisor", "officer3", "enterprise"):
        with pytest.raises(Refused):
            door.announce(world.actor(who), visit)
    assert fresh(visit).announced_at is None

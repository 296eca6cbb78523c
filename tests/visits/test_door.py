"""The door: both ways of scanning, certificates, notice, start, no network, and what goes wrong (UX section 4)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.items.models import Pause
from jiangcheng.inspection.visits import queries
from jiangcheng.inspection.visits.actions import door, outcome, scheme
from jiangcheng.inspection.visits.facts import door as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes
from jiangcheng.papers.models import Delivery, Paper
from jiangcheng.parties.enterprises import check_claim

HOUR = dt.timedelta(hours=1)


def refused(act, *args, **said) -> list[str]:
    """Sentences with which an act is refused."""
    with pytest.raises(Refused) as found:
        act(*args, **said)
    assert all(b.remedies for b in found.value.breaches)
    return [b.sentence for b in found.value.breaches]


# --- scan ---


@pytest.mark.duty("327-17-4", "HR-17-3", "327-08-2", "allowed")
def test_way_one_the_enterprise_scans_and_confirms(stage):
    visit = stage.coded()
    done = stage.confirm(visit, place="30.55,114.30")
    visit = stage.fresh(visit)
    assert done.first and (visit.state, visit.arrived_place) == ("arrived", "30.55,114.30")
    assert codes.current(visit.number).used_by == "enterprise"
    leaf = ledger.history(visit).last()
    assert (leaf.act, leaf.source, leaf.target, leaf.place) == ("visit.arrive", "to_enter", "arrived", "30.55,114.30")


@pytest.mark.duty("HR-17-3", "allowed")
def test_without_an_account_the_address_of_the_code_is_enough(stage):
    visit = stage.coded()
    code, now = codes.current(visit.number), timezone.now()
    firm = door.at_the_door(code)
    assert door.confirm_by_enterprise(firm, door.visit_of(code), rotating=codes.rotating(code, now), now=now).first
    assert "现场扫码" in ledger.history(visit).last().actor_name


@pytest.mark.duty("HR-17-3", "327-17-4", "refused")
def test_a_forwarded_picture_is_read_and_not_confirmed(stage):
    visit = stage.coded()
    code, now = codes.current(visit.number), timezone.now()
    old = codes.rotating(code, now - dt.timedelta(minutes=5))
    said = refused(door.confirm_by_enterprise, stage.firm, visit, rotating=old, now=now)
    assert said == ["这不是执法人员手机上正在显示的检查码，只能查看，不能确认到场。"]
    assert stage.fresh(visit).state == "to_enter" and codes.read(code.token).good


def test_another_enterprise_does_not_confirm(stage):
    visit = stage.coded()
    code, now = codes.current(visit.number), timezone.now()
    other = stage.world.actor("other_enterprise")
    assert refused(door.confirm_by_enterprise, other, visit, rotating=codes.rotating(code, now), now=now)


@pytest.mark.duty("HR-17-3", "327-17-4", "allowed")
@pytest.mark.parametrize("scanned", ["{uscc}", " {uscc} ", "https://licence.example/q?c={uscc}&t=1"])
def test_way_two_the_officer_scans_the_firm(stage, scanned):
    visit = stage.coded()
    text = scanned.format(uscc=visit.enterprise.uscc)
    assert door.scan_by_officer(stage.assist, visit, text).first
    assert codes.current(visit.number).used_by == "officer"


@pytest.mark.duty("327-17-4", "refused")
def test_the_wrong_firm_is_never_gone_on_with(stage):
    visit = stage.coded()
    other = stage.world.other_enterprise
    said = refused(door.type_uscc, stage.lead, visit, other.uscc)
    assert said == [
        f"扫描的企业与检查对象不一致。检查对象：{visit.enterprise.name}（{visit.enterprise.uscc}）；扫描结果：{other.name}（{other.uscc}）。"
    ]
    assert stage.fresh(visit).state == "to_enter"
    door.not_done(stage.lead, visit, "wrong", "扫描结果是另一家企业")
    assert stage.fresh(visit).not_done_why == "wrong"


@pytest.mark.duty("327-17-4", "327-08-2", "allowed")
def test_a_second_scan_is_answered_calmly_and_leaves_nothing(stage):
    visit = stage.coded()
    first = stage.confirm(visit)
    leaves = ledger.history(visit).count()
    second = stage.confirm(visit)
    third = door.type_uscc(stage.lead, visit, visit.enterprise.uscc)
    assert (second.first, third.first) == (False, False)
    assert second.sentence == f"已于 {timezone.localtime(first.at):%H:%M} 登记，无需重复"
    assert ledger.history(visit).count() == leaves
    refused(door.type_uscc, stage.lead, visit, stage.world.other_enterprise.uscc)


@pytest.mark.duty("327-17-4", "HR-17-5", "refused")
@pytest.mark.parametrize(("hours", "words"), [(-1, "尚未到检查时间"), (4, "检查码已过期")])
def test_outside_the_window_nobody_enters(stage, hours, words):
    visit = stage.coded()
    said = refused(stage.confirm, visit, visit.window_start + hours * HOUR)
    assert words in said[0]


@pytest.mark.duty("327-18-2", "327-18-1", "refused")
def test_a_certificate_that_lapsed_overnight_closes_the_code(stage):
    visit = stage.coded()
    assert queries.missing_to_show(visit) == ()
    stage.change(stage.world.certificates[1], suspended_from=stage.day)
    said = ["证件有效的检查人员只有 1 人，不得少于两人。", "王敏（演示）的执法证件暂扣。"]
    assert [b.sentence for b in queries.missing_to_show(visit)] == said
    assert refused(stage.confirm, visit) == said


# --- start ---


@pytest.mark.duty("327-17-4", "327-18-1", "327-18-2", "327-17-3", "327-18-3", "allowed")
def test_after_scan_certificates_and_notice_it_starts(stage):
    visit = stage.prepared()
    assert queries.missing_at_door(visit) == ()
    door.start(stage.lead, visit)
    visit = stage.fresh(visit)
    assert visit.state == "inspecting" and visit.started_at >= visit.arrived_at


@pytest.mark.duty("327-17-4", "327-18-2", "327-17-3", "refused")
def test_all_that_a_start_lacks_is_said_at_once(stage):
    visit = stage.coded()
    assert "不能开始检查" in refused(door.start, stage.lead, visit)[0]
    said = [b.sentence for b in queries.missing_at_door(visit)]
    assert said == [
        "尚未扫码，不能开始检查。", "李强（演示）尚未出示执法证件。", "王敏（演示）尚未出示执法证件。", "尚未出具行政检查通知书。",
    ]
    stage.confirm(visit)
    assert refused(door.start, stage.lead, visit) == said[1:]
    assert stage.fresh(visit).state == "arrived"


@pytest.mark.duty("327-18-2", "refused")
def test_each_officer_shows_and_the_enterprise_may_say_no(stage):
    visit = stage.coded()
    lead, assist = stage.world.officers[0].visit_seats.get(visit=visit), stage.world.officers[1].visit_seats.get(visit=visit)
    door.show_certificate(stage.lead, visit)
    door.issue_notice(stage.lead, visit)
    stage.confirm(visit, seen={lead.pk: "yes", assist.pk: "no"})
    assert refused(door.start, stage.lead, visit) == ["王敏（演示）尚未出示执法证件，企业反映未出示。"]
    assert visit.reports.get().kind == "not_shown"
    door.show_certificate(stage.assist, visit, assist.pk)
    door.start(stage.lead, visit)
    assert stage.fresh(visit).state == "inspecting"


@pytest.mark.duty("327-18-2", "allowed")
def test_what_the_enterprise_saw_is_kept_for_each(stage):
    visit = stage.coded()
    seats = {s.pk: "yes" for s in visit.officers.all()}
    stage.confirm(visit, seen=seats)
    assert all(s.seen == "yes" and s.shown_at for s in visit.officers.all())


def test_who_is_not_on_the_visit_shows_and_starts_nothing(stage):
    visit = stage.prepared()
    for name in ("officer3", "head", "enterprise", "other_officer1", "planner"):
        actor = stage.world.actor(name)
        refused(door.start, actor, visit)
        refused(door.show_certificate, actor, visit)


@pytest.mark.duty("327-18-1", "refused")
def test_one_who_leaves_stops_the_start(stage):
    visit = stage.prepared()
    seat = visit.officers.get(role="assist")
    asked = door.request_recusal(stage.firm, visit, seat.pk, "是本店房东的亲属")
    assert refused(door.start, stage.lead, visit) == ["当事人申请王敏（演示）回避，负责人尚未决定，检查暂停。"]
    refused(door.decide_recusal, stage.lead, asked, True)
    door.decide_recusal(stage.head, asked, True, "应当回避")
    assert refused(door.start, stage.lead, visit) == [f"“{visit.number}”现在是“待领码”，不能开始检查。"]
    assert refused(scheme.issue_code, stage.lead, visit) == ["证件有效的检查人员只有 1 人，不得少于两人，辅助人员不计入。"]


@pytest.mark.duty("HR-18-2", "refused")
def test_an_officers_own_request_is_not_said_to_be_the_firms(stage):
    visit = stage.prepared()
    door.request_recusal(stage.assist, visit, visit.officers.get(role="assist").pk, "亲属在该企业任职")
    assert refused(door.start, stage.lead, visit) == ["王敏（演示）申请本人回避，负责人尚未决定，检查暂停。"]


@pytest.mark.duty("HR-17-5", "HR-18-2", "refused")
@pytest.mark.parametrize("step", ["coded", "arrived"])
def test_a_granted_recusal_revokes_the_code(stage, step):
    """Three officers, one stands aside: the two others come with a new code, scanned anew."""
    visit = stage.draft()
    people = [(p.pk, r) for p, r in zip(stage.world.officers, ("lead", "assist", "assist"), strict=True)]
    scheme.set_officers(stage.lead, visit, people, declared=True)
    for one in (stage.assist, stage.world.actor("officer3")):
        scheme.declare(one, visit)
    scheme.submit(stage.lead, visit)
    scheme.approve(stage.head, visit)
    old = scheme.issue_code(stage.lead, visit)
    if step == "arrived":
        stage.confirm(visit)
    asked = door.request_recusal(stage.assist, visit, visit.officers.get(person=stage.world.officers[1]).pk, "亲属")
    door.decide_recusal(stage.head, asked, True, "应当回避")
    assert codes.read(old.token).state == "revoked" and stage.fresh(visit).state == "to_code"
    assert scheme.issue_code(stage.lead, visit).digest != old.digest
    assert stage.confirm(stage.fresh(visit)).first


@pytest.mark.duty("327-07-2", "refused")
@pytest.mark.parametrize("ended", ["paused", "replaced"])
def test_an_item_that_ended_after_the_code_is_not_carried_out(stage, ended):
    waiting, there = stage.coded(), stage.prepared()
    words = "不得实施"
    with ledger.act("test", SYSTEM):
        if ended == "paused":
            Pause(version=stage.version, reason="标准修订", start=stage.day).save()
        else:
            stage.item("SP-01", "食品经营监督检查", effective_from=stage.day)
    assert any(words in s for s in refused(stage.confirm, waiting)) and stage.fresh(waiting).state == "to_enter"
    assert any(words in s for s in refused(door.start, stage.lead, there))
    assert [b.remedies[0].to for b in VISIT.missing("start", facts.of(there)) if words in b.sentence] == ["visit-reschedule"]


@pytest.mark.duty("HR-17-5", "refused")
def test_on_a_second_day_a_code_of_other_people_is_not_scanned_again(stage):
    visit = stage.started(end=stage.now + dt.timedelta(days=1, hours=3))
    door.break_off(stage.lead, visit, "停电")
    visit = stage.fresh(visit)
    stage.change(visit.officers.get(role="assist"), left_at=timezone.now())
    later = timezone.now() + dt.timedelta(days=1)
    assert refused(stage.confirm, visit, now=later) == ["检查人员已经变更，原检查码不能再用。"]


@pytest.mark.duty("HR-18-2", "allowed")
def test_a_recusal_not_granted_lets_it_go_on(stage):
    visit = stage.prepared()
    asked = door.request_recusal(stage.firm, visit, visit.officers.get(role="lead").pk, "态度不好")
    door.decide_recusal(stage.head, asked, False, "不属于应当回避的情形")
    door.start(stage.lead, visit)
    refused(door.decide_recusal, stage.head, asked, True)


# --- people who do not match ---


@pytest.mark.duty("327-18-2", "HR-17-7", "refused")
def test_a_report_stops_the_start_until_way_two(stage):
    visit = stage.prepared()
    first = door.report_mismatch(stage.firm, visit, "来的人与照片不像")
    assert door.report_mismatch(stage.firm, visit, "再次").pk == first.pk
    assert refused(door.start, stage.lead, visit) == ["企业反映：人员不符（来的人与照片不像），请先核实。"]
    refused(door.type_uscc, stage.lead, visit, stage.world.other_enterprise.uscc)
    assert not door.type_uscc(stage.lead, visit, visit.enterprise.uscc).first
    door.start(stage.lead, visit)
    assert stage.fresh(visit).state == "inspecting"


@pytest.mark.duty("327-18-2", "allowed")
def test_the_heads_word_clears_a_report(stage):
    visit = stage.prepared()
    door.report_mismatch(stage.firm, visit)
    refused(door.clear_report, stage.lead, visit, "我们就是")
    refused(door.clear_report, stage.head, visit, " ")
    door.clear_report(stage.head, visit, "已电话核对两人工作证")
    door.start(stage.lead, visit)
    assert stage.fresh(visit).state == "inspecting"


# --- notice ---


@pytest.mark.duty("327-17-3", "327-18-3", "allowed")
def test_a_notice_is_numbered_once_and_carries_a_claim_code(stage):
    stage.change(stage.world.seats["enterprise"][0], enterprise=stage.world.other_enterprise)
    visit = stage.coded()
    paper = door.issue_notice(stage.lead, visit)
    assert door.issue_notice(stage.assist, visit).pk == paper.pk
    assert paper.number.startswith("（演示）示市监检通〔") and Paper.objects.filter(kind="notice").count() == 1
    printed = next(line for line in paper.data["ending"] if "认领码" in line)
    plain = printed.split("认领码 ")[1].split(" ")[0]
    assert check_claim(visit.enterprise.uscc, plain) == visit.enterprise


def test_an_enterprise_with_an_account_needs_no_claim_code(stage):
    paper = door.issue_notice(stage.lead, stage.coded())
    assert not any("认领码" in line for line in paper.data["ending"])


@pytest.mark.duty("327-17-3", "allowed")
def test_the_notice_is_taken_and_who_took_it_is_kept(stage):
    visit = stage.prepared()
    outcome.hand_over_notice(
        stage.lead, visit, "paper", receiver="孙兰", receiver_role="店长", proof=stage.photo(visit, "proof"),
    )
    visit = stage.fresh(visit)
    assert (visit.receiver, visit.receiver_role) == ("孙兰", "店长")
    assert Delivery.objects.get(matter=visit.number).state == "signed"


def test_without_a_code_there_is_no_notice(stage):
    refused(door.issue_notice, stage.lead, stage.approved())
    refused(outcome.hand_over_notice, stage.lead, stage.arrived(), "paper", receiver="孙兰")


# --- no network ---


@pytest.mark.duty("HR-17-4", "327-17-4", "allowed")
def test_without_network_it_is_entered_by_device_time_and_looked_at(stage):
    visit = stage.coded()
    at = timezone.now() - dt.timedelta(minutes=5)
    door.arrive_offline(stage.lead, visit, reason="地下室", device_at=at, photo=stage.photo(visit))
    visit = stage.fresh(visit)
    code = codes.current(visit.number)
    assert (visit.state, visit.arrived_at, code.used_by, code.used_at) == ("arrived", at, "offline", at)
    assert visit.offline_synced_at > at and not queries.reported_late(visit)
    assert list(queries.offline_to_check(stage.supervisor)) == [visit]
    assert not queries.offline_to_check(stage.world.actor("other_supervisor")).exists()
    door.check_offline(stage.supervisor, visit, "explain", "请说明照片时间")
    assert list(queries.offline_to_check(stage.supervisor)) == [visit]
    door.check_offline(stage.supervisor, visit, "verified", "照片与门店一致")
    assert list(queries.offline_to_check(stage.supervisor)) == []
    assert not door.arrive_offline(stage.lead, visit, reason="地下室", device_at=at, photo=None).first


@pytest.mark.duty("HR-17-4", "allowed")
def test_an_entry_that_comes_late_is_marked(stage):
    visit = stage.coded()
    at, later = timezone.now(), timezone.now() + dt.timedelta(days=9)
    door.arrive_offline(stage.lead, visit, reason="平台故障", device_at=at, photo=stage.photo(visit), now=later)
    assert queries.reported_late(stage.fresh(visit))


@pytest.mark.duty("HR-17-4", "327-17-4", "refused")
def test_an_entry_without_network_says_why_when_and_shows_it(stage):
    visit = stage.coded()
    said = refused(door.arrive_offline, stage.lead, visit, reason="", device_at=None, photo=None)
    assert said == ["没有写明无网络的原因。", "没有设备时间。", "没有门头或者营业执照照片。"]
    outside = visit.window_start - HOUR
    assert "不在批准的检查时间内" in refused(
        door.arrive_offline, stage.lead, visit, reason="其他", device_at=outside, photo=stage.photo(visit)
    )[0]
    ahead = timezone.now() + dt.timedelta(minutes=30)
    assert "晚于平台时间" in refused(door.arrive_offline, stage.lead, visit, reason="其他", device_at=ahead, photo=stage.photo(visit))[0]
    elsewhere = stage.photo(stage.ready(), "offline")
    assert "照片" in refused(door.arrive_offline, stage.lead, visit, reason="其他", device_at=timezone.now(), photo=elsewhere)[0]
    assert stage.fresh(visit).state == "to_enter"


def test_only_the_own_judicial_office_checks(stage):
    visit = stage.coded()
    door.arrive_offline(stage.lead, visit, reason="信号差", device_at=timezone.now(), photo=stage.photo(visit))
    for name in ("other_supervisor", "city_supervisor", "head", "officer1"):
        refused(door.check_offline, stage.world.actor(name), visit, "verified", "")
    refused(door.check_offline, stage.supervisor, visit, "explain", " ")


# --- what goes wrong ---


@pytest.mark.duty("327-08-2", "refused")
def test_not_done_says_why_with_a_photo(stage):
    visit = stage.coded()
    assert refused(door.not_done, stage.lead, visit, "closed", "") == ["没有写明现场情况。", "没有现场照片。"]
    assert refused(door.not_done, stage.lead, visit, "", "") == ["没有选择未实施的原因。", "没有写明现场情况。"]


@pytest.mark.duty("327-08-2", "allowed")
@pytest.mark.parametrize(("scanned", "back"), [(True, "arrived"), (False, "to_enter")])
def test_an_enterprise_that_changes_its_mind(stage, scanned, back):
    visit = stage.arrived() if scanned else stage.coded()
    door.not_done(stage.lead, visit, "refused", "店长称须先请示")
    door.resume_refused(stage.lead, visit)
    visit = stage.fresh(visit)
    assert (visit.state, visit.not_done_why) == (back, "")
    door.not_done(stage.lead, visit, "closed", "随后停业", photo=stage.photo(visit, "evidence"))
    refused(door.resume_refused, stage.lead, visit)


@pytest.mark.duty("327-17-4", "refused")
def test_on_a_second_day_the_same_code_is_scanned_again(stage):
    visit = stage.started(end=stage.now + dt.timedelta(days=1))
    door.break_off(stage.lead, visit, "停电")
    tomorrow = timezone.now() + dt.timedelta(hours=23)
    assert refused(door.resume, stage.lead, visit, now=tomorrow) == ["今天尚未扫码，不能继续检查。"]
    assert stage.confirm(visit, tomorrow).first
    assert not stage.confirm(visit, tomorrow + dt.timedelta(minutes=1)).first
    door.resume(stage.lead, visit, now=tomorrow)
    assert stage.fresh(visit).state == "inspecting"


@pytest.mark.duty("327-17-4", "allowed")
def test_on_the_same_day_it_just_goes_on_until_the_window_ends(stage):
    visit = stage.started()
    door.break_off(stage.lead, visit, "停电")
    assert "检查时间已经结束，不能继续检查。" in refused(door.resume, stage.lead, visit, now=visit.window_end + HOUR)
    door.resume(stage.lead, visit)
    assert stage.fresh(visit).state == "inspecting"


def test_a_visit_broken_off_beyond_its_window_gets_a_new_one(stage):
    visit = stage.started()
    door.break_off(stage.lead, visit, "停电")
    scheme.reschedule(stage.lead, visit, stage.now, stage.now + 2 * HOUR, "停电未恢复")
    scheme.approve(stage.head, visit)
    scheme.issue_code(stage.lead, visit)
    started, first = stage.fresh(visit).started_at, Paper.objects.get(matter=visit.number, kind="notice")
    stage.confirm(visit)
    assert refused(door.start, stage.lead, visit) == ["尚未出具行政检查通知书。"]
    second = door.issue_notice(stage.lead, visit)
    first.refresh_from_db()
    assert second.replaces_id == first.pk and first.void_reason and door.issue_notice(stage.lead, visit).pk == second.pk
    door.start(stage.lead, visit)
    visit = stage.fresh(visit)
    assert visit.state == "inspecting" and visit.started_at == started
    assert list(visit.cap_uses.values_list("state", flat=True)) == ["used"]


def test_the_assistant_takes_over_when_the_lead_phone_is_dead(stage):
    visit = stage.coded()
    door.take_over_lead(stage.assist, visit, "主办手机没电")
    assert [(o.person.name, o.role) for o in visit.officers.order_by("id")] == [("李强（演示）", "assist"), ("王敏（演示）", "lead")]
    refused(door.take_over_lead, stage.world.actor("officer3"), visit)


@pytest.mark.duty("327-06-1", "allowed")
@pytest.mark.parametrize("who", ["supervisor", "superior"])
def test_an_authority_above_revokes_with_reason(stage, who):
    visit = stage.coded()
    code = codes.current(visit.number)
    door.revoke(stage.world.actor(who), visit, "检查计划与上级部署冲突")
    visit = stage.fresh(visit)
    assert (visit.state, visit.stopped_why, codes.read(code.token).state) == ("revoked", "检查计划与上级部署冲突", "revoked")


@pytest.mark.duty("327-06-1", "refused")
def test_nobody_else_revokes_and_not_without_reason(stage):
    visit = stage.coded()
    for name in ("other_supervisor", "city_supervisor", "planner", "officer1", "enterprise"):
        refused(door.revoke, stage.world.actor(name), visit, "不合适")
    assert refused(door.revoke, stage.supervisor, visit, "") == ["没有写明撤销的理由。"]


def test_before_the_decree_the_door_judges_nothing(stage):
    known = facts.of(stage.coded(), now=timezone.now())
    assert VISIT.missing("start", known) and VISIT.missing("start", known.for_(judged=False)) == ()

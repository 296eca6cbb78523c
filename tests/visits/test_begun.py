"""What has begun is not taken back, and what has not begun does not end: no way round the start (articles 5, 17, 18)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.visits import queries
from jiangcheng.inspection.visits.actions import door, outcome, record, scheme
from jiangcheng.inspection.visits.facts import outcome as ends
from jiangcheng.inspection.visits.models import Answer, CapCounter
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes

HOUR = dt.timedelta(hours=1)


def taken() -> int:
    return sum(CapCounter.objects.values_list("n", flat=True))


@pytest.fixture
def capped(stage):
    stage.cap(1)
    return stage


# --- not begun: no end, no record


@pytest.mark.duty("327-17-4", "327-18-2", "327-17-3", "refused")
def test_breaking_off_before_the_start_is_no_way_round_it(walk, stage):
    visit = stage.arrived()
    door.break_off(walk.lead, visit, "停电")
    with pytest.raises(Refused, match="不能记录检查情况"):
        walk.answer(stage.fresh(visit))
    with pytest.raises(Refused, match="不能签名"):
        record.sign(walk.lead, visit, "enterprise", "glass", name="孙兰", drawing="x")
    with pytest.raises(Refused, match="检查还没有开始，不能结束"):
        outcome.finish(walk.lead, stage.fresh(visit), ["none"])
    door.resume(walk.lead, visit)
    visit = stage.fresh(visit)
    assert (visit.state, visit.started_at) == ("arrived", None)
    with pytest.raises(Refused, match="尚未出示执法证件"):
        door.start(walk.lead, visit)
    assert not Answer.objects.exists()


@pytest.mark.duty("327-17-4", "327-18-2", "327-17-3", "allowed")
def test_broken_off_before_the_start_it_goes_on_through_the_start(walk, stage):
    visit = stage.arrived()
    door.break_off(walk.lead, visit, "停电")
    assert queries.missing_at_door(stage.fresh(visit)) == ()
    door.resume(walk.lead, visit)
    door.show_certificate(walk.lead, visit)
    door.issue_notice(walk.lead, visit)
    door.start(walk.lead, visit)
    visit = stage.fresh(visit)
    assert visit.state == "inspecting" and ends.holes(visit) == []


@pytest.mark.duty("327-17-4", "HR-17-5", "refused")
def test_it_starts_inside_the_window_on_the_day_of_the_scan(stage):
    visit = stage.prepared(end=stage.now + dt.timedelta(days=2))
    with pytest.raises(Refused, match="今天尚未扫码，不能开始检查"):
        door.start(stage.lead, visit, now=timezone.now() + dt.timedelta(days=1))
    with pytest.raises(Refused, match="检查时间已经结束，不能开始检查"):
        door.start(stage.lead, visit, now=visit.window_end + HOUR)
    assert stage.fresh(visit).state == "arrived"


@pytest.mark.duty("HR-17-4", "327-17-4", "allowed")
def test_an_entry_without_network_starts_when_the_phone_is_back(stage):
    visit = stage.coded()
    door.arrive_offline(stage.lead, visit, reason="地下室", device_at=timezone.now(), photo=stage.photo(visit))
    door.show_certificate(stage.lead, visit)
    door.issue_notice(stage.lead, visit)
    door.start(stage.lead, visit, now=visit.window_end + HOUR)
    assert stage.fresh(visit).state == "inspecting"


def test_who_came_in_vain_asks_for_another_time_from_the_door(capped):
    visit = capped.arrived()
    start = capped.now + dt.timedelta(days=1)
    scheme.reschedule(capped.lead, visit, start, start + HOUR, "店内突发停电")
    assert capped.fresh(visit).state == "to_approve" and taken() == 0
    with pytest.raises(Refused, match="没有写明新的检查时间"):
        scheme.reschedule(capped.lead, capped.coded(site=capped.world.site2), None, None, "改期")


# --- begun: not taken back


@pytest.mark.duty("327-18-5", "327-08-2", "refused")
def test_a_begun_inspection_is_not_dropped_by_moving_it_first(walk, capped):
    visit = walk.started()
    door.break_off(walk.lead, visit, "停电")
    scheme.reschedule(walk.lead, visit, capped.now, capped.now + 2 * HOUR, "停电未恢复")
    for who in (walk.lead, walk.head):
        with pytest.raises(Refused, match="检查已经开始，不能撤回或者撤销"):
            scheme.drop(who, visit, "不查了")
    scheme.withdraw(walk.lead, visit)
    assert capped.fresh(visit).state == "broken_off" and taken() == 1


@pytest.mark.duty("327-18-5", "HR-15-8", "allowed")
def test_a_begun_inspection_whose_new_window_passes_waits_for_its_end(walk, capped):
    visit = walk.started()
    door.break_off(walk.lead, visit, "停电")
    scheme.reschedule(walk.lead, visit, capped.now, capped.now + HOUR, "停电未恢复")
    for step in (lambda: scheme.approve(walk.head, visit), lambda: scheme.issue_code(walk.lead, visit)):
        assert scheme.lapse_due(capped.now) == []
        step()
    code = codes.current(visit.number)
    assert scheme.lapse_due(capped.now + dt.timedelta(days=20)) == []
    assert capped.fresh(visit).state == "broken_off" and taken() == 1 and codes.read(code.token).state == "revoked"
    visit = walk.finish(walk.signed(walk.answer(capped.fresh(visit))))
    assert walk.close(walk.tell(visit)).state == "closed"


@pytest.mark.duty("327-14-4", "HR-14-2", "allowed")
def test_a_row_withdrawn_later_does_not_undo_what_has_begun(walk, stage):
    visit = walk.started()
    door.break_off(walk.lead, visit, "停电")
    scheme.reschedule(walk.lead, visit, stage.now, stage.now + HOUR, "停电未恢复")
    stage.change(stage.row, withdrawn_at=timezone.now())
    assert scheme.revoke_withdrawn_rows() == []
    scheme.withdraw(walk.lead, visit)
    assert stage.fresh(visit).state == "broken_off"


@pytest.mark.duty("327-17-1", "327-17-2", "refused")
def test_after_arrival_a_visit_is_not_turned_into_another(walk, capped):
    visit = walk.started()
    door.break_off(walk.lead, visit, "停电")
    scheme.reschedule(walk.lead, visit, capped.now, capped.now + HOUR, "停电未恢复")
    scheme.return_(walk.head, visit, "时间不合适")
    other = capped.firms(1)[0]
    for change in ({"site_id": other.pk}, {"kind": "case"}, {"item_ids": []}):
        with pytest.raises(Refused, match="检查人员已经到过现场"):
            scheme.save_scheme(walk.lead, visit, **change)
    with pytest.raises(Refused, match="检查人员已经到过现场"):
        scheme.pick(walk.lead, visit, other.pk, "换一家")
    scheme.save_scheme(walk.lead, visit, window_end=capped.now + 2 * HOUR)
    scheme.submit(walk.lead, visit)


# --- 未实施


@pytest.mark.duty("327-18-5", "327-20-5", "refused")
def test_what_was_found_is_not_buried_as_not_done(walk):
    visit = walk.answer(walk.started(), "problem", "fine")
    with pytest.raises(Refused, match="笔录已经记录 1 项问题，不能登记为未实施"):
        door.not_done(walk.lead, visit, "refused", "店长要求离开")


@pytest.mark.duty("HR-15-8", "327-08-2", "refused")
@pytest.mark.parametrize("why", ["closed", "moved", "missing", "illness"])
def test_what_has_begun_gives_no_place_back_as_not_done(walk, capped, why):
    visit = walk.started()
    with pytest.raises(Refused, match="不能以此为由登记为未实施"):
        door.not_done(walk.lead, visit, why, "大门紧锁", photo=walk.photo(visit))
    assert taken() == 1


@pytest.mark.duty("HR-15-8", "327-08-2", "allowed")
def test_refused_in_the_middle_keeps_the_place_for_good(walk, capped):
    visit = walk.started()
    door.not_done(walk.lead, visit, "refused", "店长要求离开")
    visit = walk.close(capped.fresh(visit))
    scheme.lapse_due(visit.window_end + dt.timedelta(days=30))
    assert taken() == 1


@pytest.mark.duty("327-08-2", "refused")
def test_nobody_was_there_before_the_window(stage):
    visit = stage.coded(start=stage.now + dt.timedelta(days=1))
    with pytest.raises(Refused, match="尚未到检查时间，还没有到过现场"):
        door.not_done(stage.lead, visit, "refused", "电话里说不方便")
    door.not_done(stage.lead, visit, "illness", "主办生病")
    assert stage.fresh(visit).state == "not_done"


@pytest.mark.duty("HR-15-8", "allowed")
@pytest.mark.parametrize("step", ["coded", "arrived"])
def test_a_refusal_that_is_closed_gives_the_place_back_and_ends_the_code(walk, capped, step):
    visit = getattr(capped, step)()
    code = codes.current(visit.number)
    door.not_done(walk.lead, visit, "refused", "店长不让进门")
    assert taken() == 1
    visit = walk.close(capped.fresh(visit))
    assert taken() == 0 and codes.read(code.token).state == "revoked"
    assert walk.archive(visit)


@pytest.mark.duty("HR-15-8", "allowed")
def test_a_refusal_after_the_scan_gives_back_when_the_window_is_over(capped):
    visit = capped.arrived()
    door.not_done(capped.lead, visit, "refused", "店长不让进门")
    scheme.lapse_due(visit.window_end + dt.timedelta(minutes=1))
    assert taken() == 0 and capped.fresh(visit).state == "not_done"


@pytest.mark.duty("327-06-1", "HR-15-8", "allowed")
def test_revoked_from_above_before_the_start_gives_back_after_it_does_not(walk, capped):
    capped.cap(2, issuer="国家市场监督管理总局", issuer_level="state")
    visit = capped.arrived()
    door.revoke(capped.supervisor, visit, "与上级部署冲突")
    assert taken() == 0
    visit = walk.started()
    door.revoke(capped.supervisor, visit, "与上级部署冲突")
    assert taken() == 2

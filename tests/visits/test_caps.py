"""Places under caps: reserved at issue, used at the scan, given back; which visits count (article 15, HR-15, HR-20-2)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.items.models import Cap
from jiangcheng.inspection.visits import counters, sheets
from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import CapCounter, Order
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes
from jiangcheng.parties.rules import cn


def uses(visit) -> list[str]:
    return sorted(visit.cap_uses.values_list("state", flat=True))


def places() -> dict[str, int]:
    """Taken places by counter, e.g. {"cap:1": 1}."""
    return dict(CapCounter.objects.values_list("cap_key", "n"))


@pytest.mark.duty("327-15-1", "HR-15-8", "allowed")
def test_reserved_at_issue_used_at_scan(stage):
    cap = stage.cap(2)
    visit = stage.approved()
    assert places() == {}
    scheme.issue_code(stage.lead, visit)
    assert places() == {f"cap:{cap.pk}": 1} and uses(visit) == ["reserved"]
    stage.confirm(visit)
    assert places() == {f"cap:{cap.pk}": 1} and uses(visit) == ["used"]


@pytest.mark.duty("327-15-1", "refused")
def test_over_the_cap_is_refused_in_the_words_of_the_screen(stage):
    stage.cap(1)
    stage.arrived()
    with pytest.raises(Refused) as refused:
        scheme.submit(stage.lead, stage.ready())
    breach = refused.value.breaches[0]
    assert breach.sentence == "该企业本年度“食品经营监督检查”达到公布的上限 1 次，不能再安排。"
    assert "327-15-1" in breach.ids and len(breach.remedies) == 3


@pytest.mark.duty("327-15-1", "refused")
def test_of_two_approved_visits_one_gets_the_last_place(stage):
    stage.cap(1)
    first, second = stage.approved(), stage.approved()
    scheme.issue_code(stage.lead, first)
    with pytest.raises(Refused):
        scheme.issue_code(stage.lead, second)
    assert stage.fresh(second).state == "to_code" and uses(second) == []
    with pytest.raises(Refused) as refused, ledger.act("test", SYSTEM):
        counters.reserve(second)
    assert "刚刚达到公布的上限 1 次" in str(refused.value)


@pytest.mark.duty("327-15-1", "327-06-1", "327-08-2", "refused")
def test_a_refusal_sounds_the_same_for_a_visit_carried_out_and_one_to_come(stage):
    """Who may not know of a visit that is only arranged learns neither that it is one, nor its number, nor its day."""
    stage.cap(1, min_gap_days=30)
    first = stage.coded()
    asked = stage.ready()
    said = [b.sentence for b in VISIT.missing("submit", facts.of(asked))]
    stage.confirm(first)
    assert [b.sentence for b in VISIT.missing("submit", facts.of(asked))] == said != []
    stage.cap(9, min_gap_days=30, issuer_level="province")
    stage.change(Cap.objects.get(limit=1), limit=9)
    assert [b.sentence for b in VISIT.missing("submit", facts.of(asked))] == [
        f"“食品经营监督检查”两次检查之间未满规定的间隔，不能安排在{cn(stage.day)}。"
    ]


@pytest.mark.duty("327-15-1", "HR-15-8", "refused")
def test_a_cap_published_after_the_code_is_asked_at_the_scan(stage):
    """Article 15 binds the visit on the day it is carried out, not on the day its code was issued."""
    visit, other = stage.coded(), stage.coded()
    stage.cap(1)
    stage.confirm(other)
    assert uses(other) == ["returned", "used"]  # the frequency of the row gives way to the cap
    with pytest.raises(Refused, match="刚刚达到公布的上限 1 次，不能入企"):
        stage.confirm(visit)
    assert stage.fresh(visit).state == "to_enter" and uses(visit) == ["reserved"]
    assert codes.read(codes.current(visit.number).token).state == "valid"


@pytest.mark.duty("HR-15-2", "327-15-1", "refused")
def test_of_several_caps_all_are_taken_or_none(stage):
    wide, narrow = stage.cap(5), stage.cap(1, field="", item=stage.version.item, issuer="国家市场监督管理总局", issuer_level="state")
    stage.coded()
    assert places() == {f"cap:{wide.pk}": 1, f"cap:{narrow.pk}": 1}
    second = stage.ready()
    with pytest.raises(Refused), ledger.act("test", SYSTEM):
        counters.reserve(second)
    assert places() == {f"cap:{wide.pk}": 1, f"cap:{narrow.pk}": 1}


@pytest.mark.duty("HR-15-3", "allowed")
def test_without_a_cap_the_frequency_of_the_row_is_the_limit(stage):
    stage.coded(), stage.coded()
    assert list(places().values()) == [2]
    with pytest.raises(Refused) as refused:
        scheme.submit(stage.lead, stage.ready())
    assert "达到计划载明的频次 2 次" in str(refused.value)


@pytest.mark.duty("HR-15-7", "allowed")
def test_sites_are_counted_apart_where_the_cap_says_so(stage):
    stage.cap(1, per="site")
    stage.coded()
    stage.coded(site=stage.world.site2)
    with pytest.raises(Refused):
        scheme.submit(stage.lead, stage.ready())


@pytest.mark.duty("HR-15-7", "327-15-1", "allowed")
def test_another_year_is_another_period(stage):
    stage.cap(1)
    visit = stage.coded()
    later = facts.limits(visit, stage.day.replace(month=1, day=15, year=stage.day.year + 1))
    assert [(x.used, x.limit) for x in later] == [(0, 1)]


@pytest.mark.duty("327-15-1", "refused")
def test_the_minimum_gap_is_kept(stage):
    stage.cap(5, min_gap_days=90)
    stage.coded()
    with pytest.raises(Refused) as refused:
        scheme.submit(stage.lead, stage.ready())
    assert "两次检查之间未满规定的间隔" in str(refused.value)


@pytest.mark.duty("327-15-1", "refused")
def test_the_gap_is_kept_to_a_visit_that_comes_later_too(stage):
    stage.cap(5, min_gap_days=30)
    stage.coded(start=stage.now + dt.timedelta(days=20))
    with pytest.raises(Refused, match="两次检查之间未满规定的间隔"):
        scheme.submit(stage.lead, stage.ready())


@pytest.mark.duty("327-15-1", "allowed")
def test_a_visit_far_ahead_does_not_stop_one_now(stage):
    stage.cap(5, min_gap_days=10)
    stage.coded(start=stage.now + dt.timedelta(days=30))
    assert stage.coded().state == "to_enter"
    place = counters.places(stage.ready())[0]
    days = [stage.day + dt.timedelta(days=n) for n in (0, 30)]
    assert counters.other_days(stage.ready(), place) == days
    assert counters.next_day(stage.ready(), place, stage.day + dt.timedelta(days=5)) == days[0] + dt.timedelta(days=10)
    assert counters.next_day(stage.ready(), place, stage.day + dt.timedelta(days=25)) == days[1] + dt.timedelta(days=10)
    assert counters.next_day(stage.ready(), place, stage.day + dt.timedelta(days=15)) is None


@pytest.mark.duty("327-15-1", "refused")
def test_the_gap_holds_when_both_were_approved_before(stage):
    stage.cap(5, min_gap_days=30)
    first, second = stage.approved(), stage.approved()
    scheme.issue_code(stage.lead, first)
    with pytest.raises(Refused, match="两次检查之间未满规定的间隔，不能再安排在这一时间"), ledger.act("test", SYSTEM):
        counters.reserve(second)
    assert list(places().values()) == [1] and uses(second) == []


def evening(stage) -> dt.datetime:
    """23:30 of today, civil time."""
    return timezone.localtime(stage.now).replace(hour=23, minute=30)


@pytest.mark.duty("327-15-1", "HR-15-7", "HR-15-8", "allowed")
@pytest.mark.parametrize(("later", "left"), [(0, 0), (1, 1)])
def test_a_window_over_two_periods_holds_a_place_in_both_until_the_scan(stage, later, left):
    stage.cap(1, period="day")
    visit = stage.coded(start=evening(stage), end=evening(stage) + dt.timedelta(hours=2))
    today, tomorrow = stage.day.isoformat(), (stage.day + dt.timedelta(days=1)).isoformat()
    assert dict(CapCounter.objects.values_list("period", "n")) == {today: 1, tomorrow: 1}
    with pytest.raises(Refused, match="达到公布的上限"):
        scheme.submit(stage.lead, stage.ready(start=evening(stage) + dt.timedelta(hours=3)))
    stage.confirm(visit, evening(stage) + dt.timedelta(hours=later))
    held = dict(CapCounter.objects.values_list("period", "n"))
    assert held == {(today, tomorrow)[left]: 1, (tomorrow, today)[left]: 0}
    assert uses(visit) == ["returned", "used"]


@pytest.mark.duty("HR-15-7", "HR-15-8", "allowed")
def test_a_visit_postponed_into_the_next_year_counts_there(stage):
    stage.cap(1)
    visit = stage.coded()
    start = timezone.localtime(stage.now).replace(year=stage.day.year + 1, month=1, day=12, hour=10)
    scheme.reschedule(stage.lead, visit, start, start + dt.timedelta(hours=2), "企业年底盘点")
    assert dict(CapCounter.objects.values_list("period", "n")) == {str(stage.day.year): 0}
    scheme.approve(stage.head, visit)
    scheme.issue_code(stage.lead, visit)
    assert dict(CapCounter.objects.values_list("period", "n")) == {str(stage.day.year): 0, str(stage.day.year + 1): 1}
    assert stage.coded().state == "to_enter"


@pytest.mark.duty("HR-15-8", "327-15-1", "allowed")
def test_begun_in_one_year_and_ended_in_the_next_it_counts_once_where_it_began(stage):
    stage.cap(1)
    visit = stage.started()
    door.break_off(stage.lead, visit, "停电")
    start = timezone.localtime(stage.now).replace(year=stage.day.year + 1, month=1, day=12, hour=10)
    scheme.reschedule(stage.lead, visit, start, start + dt.timedelta(hours=2), "企业年底盘点")
    later = stage.coded(start=start)
    scheme.approve(stage.head, visit)
    scheme.issue_code(stage.lead, visit)
    held = dict(CapCounter.objects.values_list("period", "n"))
    assert held == {str(stage.day.year): 1, str(stage.day.year + 1): 1}
    assert (uses(visit), uses(later)) == (["used"], ["reserved"])


@pytest.mark.duty("HR-15-8", "allowed")
def test_a_place_given_back_by_two_at_once_is_given_back_once(stage):
    stage.cap(2)
    visit, other = stage.coded(), stage.coded()
    stale = list(visit.cap_uses.all())
    with ledger.act("test", SYSTEM):
        counters.give_back(visit)
        stage.world.site.division = stage.world.street
        visit.items.all().delete()
        assert counters.reserve(visit) == []  # nothing covers it any more: what was returned is not returned again
    assert len(stale) == 1 and list(places().values()) == [1] and uses(other) == ["reserved"]


@pytest.mark.duty("327-06-1", "327-15-1", "refused")
def test_what_is_told_of_one_visit_does_not_tell_of_another_to_come(stage):
    """Papers count the visits that took place; a place that is reserved would betray a visit nobody may know of."""
    stage.cap(5)
    first, running, later = stage.started(), stage.arrived(), stage.coded()
    assert [sheets.counted(v) for v in (first, running)] == ["本周期第1次，上限5次", "本周期第2次，上限5次"]
    assert later.cap_uses.get().counter.n == 3
    known = facts.of(stage.ready())
    assert (known.limits[0].used, known.limits[0].done) == (3, 2)
    assert sheets.approval(stage.ready(), known)["frequency"] == {
        "this": "本年度第3次", "limit": "5次", "used": "2次", "note": f"上限依据：{known.limits[0].words}",
    }


@pytest.fixture
def order(stage):
    """An open order of a visit that has started."""
    visit = stage.started()
    with ledger.act("test.order", SYSTEM):
        order = Order(
            number="（演示）示市监责改〔2026〕1号", visit=visit, kind="correct", points=[{"text": "补齐票据"}], due=stage.day, state="open",
        )
        order.save()
    return order


@pytest.mark.duty("HR-20-2", "327-15-1", "allowed")
def test_a_tracking_visit_is_not_in_the_cap(stage, order):
    stage.cap(1)
    window = {"window_start": stage.now, "window_end": stage.now + dt.timedelta(hours=2)}
    visit = scheme.draft(stage.lead, order_id=order.pk, **window)
    assert (visit.kind, visit.chosen, visit.purpose, visit.site) == ("case", "lead", "order", order.visit.site)
    stage.staffed(visit)
    scheme.submit(stage.lead, visit)
    scheme.approve(stage.head, visit)
    before = places()
    scheme.issue_code(stage.lead, visit)
    assert places() == before and uses(visit) == []
    assert counters.why_not_counted(visit) == "跟踪检查，不计入年度频次上限"


@pytest.mark.duty("327-15-1", "327-13-1", "HR-13-2", "refused")
@pytest.mark.parametrize(("kind", "words"), [("case", "个案检查没有登记检查线索"), ("special", "没有已批准、备案并公布的专项检查计划")])
def test_another_name_for_a_visit_frees_it_from_neither_cap_nor_plan(stage, kind, words):
    stage.cap(1)
    stage.coded()
    visit = stage.ready(kind=kind)
    with pytest.raises(Refused, match=words):
        scheme.submit(stage.lead, visit)
    approved = stage.approved(site=stage.firms(1)[0])
    stage.change(approved, kind=kind)
    with pytest.raises(Refused, match=words):
        scheme.issue_code(stage.lead, approved)


@pytest.mark.duty("HR-15-1", "allowed")
def test_a_case_visit_is_not_in_the_cap(stage):
    visit = stage.ready(kind="case")
    assert not counters.counts(visit) and counters.places(visit, stage.day) == []


# --- given back ---


@pytest.mark.duty("HR-15-8", "allowed")
def test_a_dropped_visit_gives_its_place_back_and_another_takes_it(stage):
    stage.cap(1)
    visit = stage.coded()
    scheme.drop(stage.lead, visit, "企业搬迁，改期另行安排")
    assert list(places().values()) == [0] and uses(visit) == ["returned"]
    assert codes.current(visit.number) is None
    assert stage.coded().state == "to_enter"


@pytest.mark.duty("HR-15-8", "allowed")
def test_a_rescheduled_visit_gives_back_and_reserves_again(stage):
    stage.cap(1)
    visit = stage.coded()
    scheme.reschedule(stage.lead, visit, stage.now, stage.now + dt.timedelta(hours=1), "企业停电")
    visit = stage.fresh(visit)
    assert (visit.state, visit.approved_at, uses(visit), list(places().values())) == ("to_approve", None, ["returned"], [0])
    scheme.approve(stage.head, visit)
    scheme.issue_code(stage.lead, visit)
    assert uses(visit) == ["reserved"] and list(places().values()) == [1]


@pytest.mark.duty("HR-15-8", "327-17-2", "allowed")
def test_a_change_of_officers_keeps_the_place_and_revokes_the_code(stage):
    stage.cap(1)
    visit = stage.coded()
    old = codes.current(visit.number)
    ill = visit.officers.get(role="assist")
    scheme.replace_officer(stage.head, visit, ill.pk, stage.world.officers[2].pk, "王敏生病")
    visit = stage.fresh(visit)
    assert (visit.state, uses(visit), codes.read(old.token).state) == ("to_code", ["reserved"], "revoked")
    assert [o.person.name for o in facts.seats(visit)] == ["李强（演示）", "周燕（演示）"]
    with pytest.raises(Refused, match="周燕（演示）尚未声明"):
        scheme.issue_code(stage.lead, visit)
    scheme.declare(stage.world.actor("officer3"), visit)
    new = scheme.issue_code(stage.lead, visit)
    assert new.generation == 2 and list(places().values()) == [1] and new.digest != old.digest


@pytest.mark.duty("327-18-1", "327-17-1", "refused")
def test_a_change_of_officers_takes_the_head_a_reason_and_a_certificate(stage):
    visit = stage.coded()
    seat = visit.officers.get(role="assist")
    for who, whom in ((stage.lead, stage.world.officers[2]), (stage.head, stage.world.lapsed), (stage.head, stage.world.officers[0])):
        with pytest.raises(Refused):
            scheme.replace_officer(who, visit, seat.pk, whom.pk, "生病")
    assert stage.fresh(visit).state == "to_enter" and codes.current(visit.number).state == "ready"


@pytest.mark.duty("HR-15-8", "HR-17-5", "allowed")
def test_an_unused_window_lapses_and_gives_back(stage):
    stage.cap(1)
    visit = stage.coded()
    assert scheme.lapse_due(visit.window_end + dt.timedelta(hours=1)) == []  # an entry without network may still come in
    assert scheme.lapse_due(visit.window_end + dt.timedelta(days=14)) == [visit]
    assert stage.fresh(visit).state == "lapsed" and list(places().values()) == [0]
    assert scheme.lapse_due(visit.window_end + dt.timedelta(days=14)) == []


def test_a_visit_without_code_lapses_at_the_end_of_its_window(stage):
    visit = stage.approved()
    scheme.lapse_due(visit.window_end + dt.timedelta(minutes=1))
    assert stage.fresh(visit).state == "lapsed"


@pytest.mark.duty("HR-15-8", "327-08-2", "allowed")
@pytest.mark.parametrize(("why", "left"), [("closed", 0), ("moved", 0), ("missing", 0), ("wrong", 0), ("refused", 1)])
def test_nobody_there_gives_back_a_refusal_does_not(stage, why, left):
    stage.cap(1)
    visit = stage.arrived()
    door.not_done(stage.lead, visit, why, "现场大门紧闭", photo=stage.photo(visit, "evidence"))
    assert list(places().values()) == [left]


def test_a_refusal_before_the_scan_gives_back_when_the_window_is_over(stage):
    stage.cap(1)
    visit = stage.coded()
    door.not_done(stage.lead, visit, "refused", "店长不让进门")
    assert list(places().values()) == [1]
    scheme.lapse_due(visit.window_end + dt.timedelta(minutes=1))
    assert list(places().values()) == [0] and stage.fresh(visit).state == "not_done"
    scheme.lapse_due(visit.window_end + dt.timedelta(minutes=2))
    assert list(places().values()) == [0]


@pytest.mark.duty("327-14-4", "HR-14-2", "allowed")
def test_a_withdrawn_row_revokes_what_was_planned_on_it(stage):
    stage.cap(1)
    visit, running = stage.coded(), stage.ready(site=stage.firms(1)[0])
    code = codes.current(visit.number)
    assert scheme.revoke_withdrawn_rows() == []
    stage.change(stage.row, withdrawn_at=timezone.now())
    assert set(scheme.revoke_withdrawn_rows()) == {visit, running}
    assert (stage.fresh(visit).state, codes.read(code.token).state, list(places().values())) == ("revoked", "revoked", [0])


@pytest.mark.duty("327-14-4", "HR-14-2", "refused")
def test_a_withdrawn_row_stops_the_scan_before_any_job_ran(stage):
    visit = stage.coded()
    stage.change(stage.row, withdrawn_at=timezone.now())
    with pytest.raises(Refused) as refused:
        stage.confirm(visit)
    assert "对应的计划行已取消" in str(refused.value)
    assert codes.current(visit.number).state == "ready"


def test_numbers_never_go_below_nothing(stage):
    stage.cap(1)
    visit = stage.coded()
    with ledger.act("test", SYSTEM):
        assert len(counters.give_back(visit)) == 1
        assert counters.give_back(visit) == []
    assert list(places().values()) == [0]


def test_places_stand_in_the_ledger(stage):
    stage.cap(1)
    visit = stage.arrived()
    assert ledger.holes(visit) == []
    assert VISIT.step("issue").discharges == ("327-17-2", "327-15-1")

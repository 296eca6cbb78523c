"""Who sees what, before and after arrival: lists, search, counts, children, codes, papers, draws, pages."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits import draw, queries
from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.inspection.visits.models import Draw, Recusal, Report, Visit, VisitItem, VisitOfficer
from jiangcheng.kernel.actor import Actor
from jiangcheng.papers import codes
from jiangcheng.papers.models import InspectionCode, Paper
from jiangcheng.parties.scope import scope
from jiangcheng.web.templatetags.text import short_code

EVERYBODY = (
    "officer1", "officer2", "officer3", "head", "deputy", "planner", "supervisor", "city_supervisor", "other_supervisor", "superior",
    "admin", "leader", "other_head", "other_planner", "other_officer1", "enterprise", "other_enterprise", "anonymous",
)
BEFORE = {"officer1", "officer2", "head", "deputy", "supervisor"}
AFTER = BEFORE | {"officer3", "planner", "city_supervisor", "superior", "leader", "enterprise"}


def who_sees(stage, queryset) -> set[str]:
    return {name for name in EVERYBODY if scope(stage.world.actor(name), queryset).exists()}


@pytest.mark.duty("327-06-1", "327-08-2", "refused")
@pytest.mark.parametrize("step", ["ready", "submitted", "approved", "coded"])
def test_before_arrival_its_people_their_head_and_the_judicial_office(stage, step):
    visit = getattr(stage, step)()
    assert who_sees(stage, Visit.objects.all()) == BEFORE
    search = Visit.objects.filter(Q(enterprise__name__icontains="演示食品") | Q(number__icontains=visit.number))
    assert who_sees(stage, search) == BEFORE
    for model in (VisitItem, VisitOfficer):
        assert who_sees(stage, model.objects.all()) == BEFORE
    for kind in (InspectionCode, Paper):
        assert who_sees(stage, kind.objects.all()) <= BEFORE
    for name in set(EVERYBODY) - BEFORE:
        actor = stage.world.actor(name)
        assert queries.visit_page(actor, visit.number) is None
        assert [queries.my_visits(actor).count(), queries.today(actor).count(), queries.to_approve(actor).count()] == [0, 0, 0]


@pytest.mark.duty("327-06-1", "HR-06-1", "allowed")
def test_after_arrival_those_concerned(stage):
    visit = stage.arrived()
    assert who_sees(stage, Visit.objects.all()) == AFTER
    assert who_sees(stage, VisitOfficer.objects.all()) == AFTER
    assert who_sees(stage, InspectionCode.objects.all()) == AFTER - {"enterprise"}
    assert {n for n in EVERYBODY if queries.visit_page(stage.world.actor(n), visit.number)} == AFTER


def test_what_never_arrived_stays_hidden_for_good(stage):
    dropped, lapsed, ill = stage.coded(), stage.approved(), stage.coded(row=stage.row, site=stage.firms(1)[0])
    scheme.drop(stage.lead, dropped, "改期")
    scheme.lapse_due(lapsed.window_end + dt.timedelta(minutes=1))
    door.not_done(stage.lead, ill, "illness", "主办生病")
    assert who_sees(stage, Visit.objects.all()) == BEFORE


def test_a_refused_visit_is_known_to_the_enterprise(stage):
    visit = stage.coded()
    door.not_done(stage.lead, visit, "refused", "店长不让进门")
    assert who_sees(stage, Visit.objects.filter(pk=visit.pk)) == AFTER


def test_a_replaced_officer_was_one_of_its_people(stage):
    visit = stage.coded()
    scheme.replace_officer(stage.head, visit, visit.officers.get(role="assist").pk, stage.world.officers[2].pk, "生病")
    assert who_sees(stage, Visit.objects.all()) == BEFORE | {"officer3"}
    assert queries.my_visits(stage.world.actor("officer2")).count() == 0


@pytest.mark.duty("327-06-1", "327-08-2", "refused")
def test_the_time_of_a_second_coming_is_known_to_its_people_alone(stage):
    visit = stage.started()
    door.break_off(stage.lead, visit, "停电")
    assert who_sees(stage, Visit.objects.all()) == AFTER
    scheme.reschedule(stage.lead, visit, stage.now, stage.now + dt.timedelta(hours=2), "停电未恢复")
    for step in (lambda: scheme.approve(stage.head, visit), lambda: scheme.issue_code(stage.lead, visit)):
        assert who_sees(stage, Visit.objects.all()) == BEFORE
        step()
    stage.confirm(visit)
    assert who_sees(stage, Visit.objects.all()) == AFTER


@pytest.mark.duty("327-06-1", "refused")
def test_the_count_of_a_row_tells_nobody_else_of_a_visit_to_come(stage):
    stage.coded()
    assert [r.made for r in queries.open_rows(stage.world.actor("officer3"))] == [0]
    stage.arrived()
    assert [r.made for r in queries.open_rows(stage.world.actor("officer3"))] == [1]
    assert [r.made for r in queries.open_rows(stage.lead)] == [2]


def test_children_follow_their_visit(stage):
    visit = stage.arrived()
    door.report_mismatch(stage.firm, visit, "人员不像")
    door.request_recusal(stage.firm, visit, visit.officers.get(role="lead").pk, "亲属")
    for model in (Report, Recusal):
        assert who_sees(stage, model.objects.all()) == AFTER


def test_a_draw_names_subjects_and_is_shown_to_few(stage):
    stage.firms(5)
    made = draw.draw_subjects(stage.lead, stage.row, 2)
    assert who_sees(stage, Draw.objects.filter(pk=made.pk)) == {"officer1", "head", "deputy", "supervisor"}
    visit = scheme.draft(stage.lead, row_id=stage.row.pk, draw_id=made.pk)
    stage.staffed(visit)
    assert who_sees(stage, Draw.objects.filter(pk=made.pk)) == {"officer1", "officer2", "head", "deputy", "supervisor"}


def test_nobody_and_the_holder_of_a_code(stage):
    visit = stage.coded()
    assert not scope(Actor(), Visit.objects.all()).exists()
    firm = door.at_the_door(codes.current(visit.number))
    assert not scope(firm, Visit.objects.all()).exists()
    stage.confirm(visit)
    assert scope(firm, Visit.objects.all()).get() == visit


# --- the page behind a code ---


@pytest.mark.duty("327-18-2", "327-17-4", "allowed")
def test_a_good_code_names_people_items_and_the_complaint_line(stage):
    code = codes.current(stage.coded().number)
    page = queries.door_page(codes.read(code.token))
    assert [p.person.name for p in page.people] == ["李强（演示）", "王敏（演示）"]
    assert [i.name for i in page.items] == ["食品经营监督检查"]
    assert (page.office, page.phone) == ("示范区司法局（演示）", "027-00000000")


@pytest.mark.duty("327-17-4", "HR-17-5", "refused")
@pytest.mark.parametrize("hours", [-1, 5])
def test_outside_the_window_no_names(stage, hours):
    visit = stage.coded()
    code = codes.current(visit.number)
    page = queries.door_page(codes.read(code.token, visit.window_start + dt.timedelta(hours=hours)))
    assert not page.named and page.people == () and page.visit is None


def test_a_used_code_still_names_while_the_visit_is_under_way(stage):
    visit = stage.arrived()
    code = codes.current(visit.number)
    late = visit.window_end + dt.timedelta(hours=1)
    assert queries.door_page(codes.read(code.token, late)).named
    door.not_done(stage.lead, visit, "closed", "已停业", photo=stage.photo(visit, "evidence"))
    assert not queries.door_page(codes.read(code.token, late)).named


# --- lists ---


@pytest.mark.duty("327-17-1", "allowed")
def test_lists_hold_what_waits(stage):
    visit = stage.submitted()
    assert list(queries.to_approve(stage.head)) == [visit]
    assert not queries.to_approve(stage.lead).exists()
    scheme.approve(stage.head, visit)
    assert not queries.to_approve(stage.head).exists()
    assert list(queries.today(stage.assist)) == [visit]
    later = stage.approved(start=timezone.now() + dt.timedelta(days=3))
    assert later not in queries.today(stage.lead) and later in queries.my_visits(stage.lead)


def test_a_page_shows_the_next_step_and_what_it_lacks(stage):
    stage.cap(2)
    visit = stage.coded()
    page = queries.visit_page(stage.lead, visit.number)
    assert (page.next_step, page.code_state, page.missing, page.not_counted) == ("arrive", "valid", (), "")
    assert [(x.used, x.limit) for x in page.limits] == [(0, 2)]
    assert {s.name for s in page.steps} >= {"arrive", "reissue", "not_done", "drop"} and "approve" not in {s.name for s in page.steps}
    assert [leaf.act for leaf in page.process] == [
        "visit.draft", "visit.scheme", "visit.officers", "visit.declared", "visit.submit", "visit.approve",
        "visit.issue",
    ]
    assert [p.kind for p in page.papers] == ["approval"]
    assert queries.visit_page(stage.head, stage.submitted().number).missing == ()


def test_open_rows_of_the_quarter(stage):
    assert [(r.n, r.made) for r in queries.open_rows(stage.lead)] == [(1, 0)]
    stage.coded()
    assert [(r.n, r.made) for r in queries.open_rows(stage.lead)] == [(1, 1)]
    stage.change(stage.row, quarters="")
    assert queries.open_rows(stage.lead) == []


@pytest.mark.duty("327-06-1", "HR-17-3", "refused")
def test_announced_the_code_itself_is_not_known_before_arrival(stage):
    """Neither the short code nor the notice that bears it: with them somebody could sign for people who are not there."""
    visit, client = stage.coded(), stage.world.client("enterprise")
    door.announce(stage.lead, visit)
    notice = door.issue_notice(stage.lead, visit)
    short = codes.current(visit.number).short
    pages = [reverse("enterprise-visit", args=[visit.number]), reverse("enterprise-answer", args=[visit.number]), reverse("enterprise-papers")]
    for page in pages:
        text = client.get(page).content.decode()
        assert short not in text and short_code(short) not in text and notice.number not in text, page
    assert client.get(reverse("paper-file", args=[notice.code, "pdf"])).status_code == 404
    stage.confirm(visit)
    assert notice.number in client.get(pages[2]).content.decode()


@pytest.mark.duty("327-06-1", "327-08-2", "allowed")
def test_announced_the_own_enterprise_knows_and_nobody_else(stage):
    visit = stage.coded()
    assert who_sees(stage, Visit.objects.all()) == BEFORE
    door.announce(stage.lead, visit)
    assert who_sees(stage, Visit.objects.all()) == BEFORE | {"enterprise"}
    assert who_sees(stage, InspectionCode.objects.all()) <= BEFORE
    page = stage.world.client("enterprise").get(reverse("enterprise-visits")).content.decode()
    assert "已预告" in page and reverse("enterprise-visit", args=[visit.number]) in page
    assert stage.world.client("enterprise").get(reverse("enterprise-visit", args=[visit.number])).status_code == 200
    assert stage.world.client("other_enterprise").get(reverse("enterprise-visit", args=[visit.number])).status_code == 404
    again = stage.now + dt.timedelta(days=1)
    scheme.reschedule(stage.lead, stage.fresh(visit), again, again + dt.timedelta(hours=2), "企业停电检修")
    assert who_sees(stage, Visit.objects.all()) == BEFORE

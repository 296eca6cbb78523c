"""从其规定: laws, regulations and rules alone, entered by one, confirmed by another, shown on every act under them (article 2)."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from jiangcheng.inspection.reach import actions, queries, rules
from jiangcheng.inspection.reach.models import LegalException
from jiangcheng.inspection.visits import counters
from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.inspection.visits.models import CapUse, Visit
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.papers.models import Paper
from tests.reach import scene

pytestmark = pytest.mark.django_db


def fields(found: pytest.ExceptionInfo) -> set[str]:
    return {b.field for b in found.value.breaches}


@pytest.mark.duty("327-02-3", "HR-02-1", "refused")
@pytest.mark.parametrize(("document", "level"), [
    ("市局关于加强检查的通知", "notice"), ("市局关于加强检查的通知", "law"), ("关于商请开展检查的函", "letter"), ("关于商请开展检查的函", "rule"),
    ("专题会议纪要", "regulation"), ("食品安全监督管理办法", "law"), ("", "law"), ("中华人民共和国食品安全法", ""),
])
def test_a_circular_or_letter_sets_nothing_aside(stage, document, level):
    with pytest.raises(Refused) as found:
        scene.enter(stage.world.actor("planner"), document=document, level=level)
    assert fields(found) & {"document", "level"} and not LegalException.objects.exists()
    assert all("327-02-3" in b.ids for b in found.value.breaches)


@pytest.mark.duty("327-02-3", "allowed")
@pytest.mark.parametrize(("document", "level"), [
    ("《中华人民共和国特种设备安全法》", "law"), ("湖北省安全生产条例", "regulation"), ("食品生产经营监督检查管理办法", "rule"),
])
def test_laws_regulations_and_rules_do(stage, document, level):
    row = scene.enter(stage.world.actor("planner"), document=document, level=level)
    assert row.state == "waiting" and row.office == stage.world.district_office and row.source.startswith("《")


@pytest.mark.duty("327-02-3", "refused")
@pytest.mark.parametrize(("said", "field"), [
    ({"clause": "有关规定"}, "clause"), ({"says": ""}, "says"), ({"duty": "327-17-2"}, "duty"), ({"fields": ()}, "fields"),
    ({"fields": ("nothing",)}, "fields"), ({"valid_from": None}, "valid_from"),
    ({"valid_until": dt.date(2020, 1, 1)}, "valid_until"),
])
def test_it_names_clause_duty_fields_and_term(stage, said, field):
    with pytest.raises(Refused) as found:
        scene.enter(stage.world.actor("planner"), **said)
    assert fields(found) == {field}


@pytest.mark.duty("327-02-3", "HR-02-1", "refused")
def test_one_person_does_not_confirm_what_he_entered(stage):
    row = scene.enter(stage.supervisor)
    with pytest.raises(Refused) as found:
        actions.confirm(stage.supervisor, row)
    assert "另一人" in found.value.breaches[0].remedies[0].text
    for who in ("planner", "head", "other_supervisor", "admin", "leader"):
        with pytest.raises(Refused):
            actions.confirm(stage.world.actor(who), LegalException.objects.get(pk=row.pk))
    assert LegalException.objects.get().state == "waiting"


@pytest.mark.duty("327-02-3", "327-15-1", "refused")
def test_before_it_is_confirmed_the_cap_holds(stage):
    stage.cap(1)
    stage.coded()
    scene.enter(stage.world.actor("planner"))
    with pytest.raises(Refused) as found:
        scheme.submit(stage.lead, stage.ready())
    assert "327-15-1" in {i for b in found.value.breaches for i in b.ids}


@pytest.mark.duty("327-02-3", "HR-02-1", "327-15-1", "allowed")
def test_every_act_under_it_shows_it_and_the_cap_is_set_aside(stage):
    stage.cap(1)
    first = stage.coded()
    row = scene.confirmed(stage)
    visit = stage.coded()
    assert visit.state == "to_enter" and counters.why_not_counted(visit) == "频次从其规定，不计入年度频次上限"
    assert CapUse.objects.filter(visit=first).exists() and not CapUse.objects.filter(visit=visit).exists()
    for leaf in ledger.history(visit).filter(act__in=("visit.submit", "visit.approve", "visit.issue")):
        said = json.loads(leaf.entry)["extra"]["under"]
        assert len(said) == 1 and row.source in said[0] and row.number in said[0] and "第十五条" in said[0]
    assert row.source in json.dumps(Paper.objects.get(matter=visit.number, kind="approval").data, ensure_ascii=False)


@pytest.mark.duty("327-02-3", "327-13-1", "allowed")
def test_a_visit_without_season_may_stand_on_another_provision(stage):
    with ledger.act("test.row", SYSTEM):
        row = stage.plan_row(2, stage.version, quarters=str((stage.day.month + 2) // 3 % 4 + 1))
    with pytest.raises(Refused):
        scheme.submit(stage.lead, stage.ready(row=row))
    scene.confirmed(stage, "327-13-1")
    assert stage.submitted(row=row).state == "to_approve"


@pytest.mark.duty("327-02-3", "refused")
@pytest.mark.parametrize("other", ["fields", "term", "duty", "ended", "refused"])
def test_outside_its_fields_term_or_duty_it_sets_nothing_aside(stage, other):
    stage.cap(1)
    stage.coded()
    if other == "fields":
        scene.confirmed(stage, fields=("fire",))
    elif other == "term":
        scene.confirmed(stage, valid_from=stage.day + dt.timedelta(days=40))
    elif other == "duty":
        scene.confirmed(stage, "327-18-1")
    elif other == "ended":
        row = scene.confirmed(stage, valid_from=stage.day - dt.timedelta(days=9), valid_until=stage.day - dt.timedelta(days=2))
        actions.end(stage.supervisor, row, "条文已修改")
    else:
        actions.refuse(stage.supervisor, scene.enter(stage.world.actor("planner")), "原文没有这样规定")
    with pytest.raises(Refused):
        scheme.submit(stage.lead, stage.ready())


def test_another_body_has_nothing_of_it(stage):
    scene.confirmed(stage)
    assert queries.under(stage.world.body, {"food"}, stage.day)
    assert not queries.under(stage.world.other_body, {"food"}, stage.day)
    assert not queries.under(stage.world.body, {"food", "fire"}, stage.day) and not queries.under(stage.world.body, (), stage.day)


@pytest.mark.duty("327-02-3", "refused")
def test_to_refuse_or_end_one_takes_a_reason(stage):
    row = scene.enter(stage.world.actor("planner"))
    with pytest.raises(Refused):
        actions.refuse(stage.supervisor, row, " ")
    actions.confirm(stage.supervisor, row)
    with pytest.raises(Refused):
        actions.end(stage.supervisor, row, "")


def test_a_breach_goes_only_when_every_article_of_it_is_set_aside():
    one, two, house = (Breach("x", ids=i) for i in (("327-13-1", "HR-13-2"), ("327-13-1", "327-15-1"), ("HR-18-2",)))
    under = (rules.Under("327-13-1", "", ""),)
    assert rules.standing((one, two, house), under) == (two, house)
    assert rules.standing((one, two, house), ()) == (one, two, house)


def test_one_officer_where_a_law_says_so(stage):
    visit = stage.draft()
    scheme.set_officers(stage.lead, visit, [(stage.world.officers[0].pk, "lead")], declared=True)
    with pytest.raises(Refused):
        scheme.submit(stage.lead, visit)
    scene.confirmed(stage, "327-18-1", document="中华人民共和国海关法", clause="第六条", says="可以由一名执法人员实施检查。")
    scheme.submit(stage.lead, Visit.objects.get(pk=visit.pk))

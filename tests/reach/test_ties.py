"""Own units and supervised state enterprises are out of the decree's reach; everybody else's inspections are not (article 2)."""

from __future__ import annotations

import datetime as dt

import pytest

from jiangcheng.inspection.outside import actions as outside
from jiangcheng.inspection.reach import actions
from jiangcheng.inspection.reach.models import Tie
from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.inspection.visits.models import CapCounter, CapUse
from jiangcheng.law.rule import Refused
from jiangcheng.papers.models import InspectionCode
from tests.reach import scene

pytestmark = pytest.mark.django_db


def ids(found: pytest.ExceptionInfo) -> set[str]:
    return {i for b in found.value.breaches for i in b.ids}


@pytest.mark.duty("327-02-2", "refused")
def test_a_tied_visit_gets_no_code_and_no_place(stage):
    stage.cap(2)
    visit = stage.approved()
    scene.tie(stage)
    with pytest.raises(Refused) as found:
        scheme.issue_code(stage.lead, visit)
    assert "327-02-2" in ids(found) and "隶属关系" in str(found.value) and "示编〔2024〕12号" in str(found.value)
    assert not InspectionCode.objects.filter(visit=visit.number).exists()
    assert not CapUse.objects.exists() and not CapCounter.objects.filter(n__gt=0).exists()


@pytest.mark.duty("327-02-2", "refused")
def test_a_tied_visit_is_not_even_sent_to_the_head(stage):
    scene.tie(stage, kind="state_asset")
    with pytest.raises(Refused) as found:
        scheme.submit(stage.lead, stage.ready())
    assert ids(found) == {"327-02-2"}
    assert {r.to for b in found.value.breaches for r in b.remedies} == {"outside-new", "ties"}


@pytest.mark.duty("327-02-2", "allowed")
def test_it_is_kept_as_a_visit_that_is_no_inspection_with_its_evidence(stage):
    row = scene.tie(stage)
    kept = outside.register(
        stage.lead, stage.world.enterprise, purpose="own_unit", aim="对下属单位做安全检查", people="李强、王敏", start=stage.now,
        end=stage.now + dt.timedelta(hours=1),
    )
    assert kept.tie == row and row.evidence is not None and kept.state == "planned"
    assert not InspectionCode.objects.exists() and not CapUse.objects.exists()
    outside.finish(stage.lead, kept, "发现两处隐患，已责令下属单位限期整改")
    assert kept.state == "done"


@pytest.mark.duty("327-02-2", "allowed")
def test_another_body_inspects_the_same_enterprise_in_the_normal_way(stage):
    stage.cap(2)
    scene.tie_of_other(stage, stage.world.city_body)
    visit = stage.coded()
    assert InspectionCode.objects.filter(visit=visit.number, state="ready").exists() and CapUse.objects.filter(visit=visit).count() == 1


@pytest.mark.duty("327-02-2", "allowed")
def test_after_the_tie_has_ended_the_decree_applies_again(stage):
    row = scene.tie(stage, valid_from=stage.day - dt.timedelta(days=30))
    actions.end_tie(stage.world.actor("planner"), row, stage.day - dt.timedelta(days=1))
    assert stage.coded().state == "to_enter"


@pytest.mark.duty("327-02-2", "refused")
@pytest.mark.parametrize("lacks", ["kind", "document", "evidence", "valid_from"])
def test_a_tie_without_proof_is_none(stage, lacks):
    with pytest.raises(Refused) as found:
        scene.tie(stage, **{lacks: None if lacks in ("evidence", "valid_from") else ""})
    assert [b.field for b in found.value.breaches] == [lacks] and not Tie.objects.exists()


@pytest.mark.duty("327-02-2", "refused")
def test_an_internal_check_without_a_tie_is_refused(stage):
    with pytest.raises(Refused) as found:
        outside.register(
            stage.lead, stage.world.enterprise, purpose="own_unit", aim="对下属单位做安全检查", people="李强", start=stage.now,
            end=stage.now + dt.timedelta(hours=1),
        )
    assert ids(found) == {"327-02-2"}


def test_only_a_planner_of_the_body_enters_or_ends_a_tie(stage):
    for who in ("officer1", "supervisor", "admin", "enterprise"):
        with pytest.raises(Refused):
            actions.save_tie(
                stage.world.actor(who), stage.world.enterprise, kind="subordinate", document="x", evidence=scene.paper(), valid_from=stage.day,
            )
    with pytest.raises(Refused):
        actions.end_tie(stage.world.actor("other_planner"), scene.tie(stage), stage.day)

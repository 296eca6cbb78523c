"""Steps that laws, regulations and rules add: each holds up the step it guards until it is done (article 18, item 6)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.inspection.items import extra
from jiangcheng.inspection.items.models import ItemStep
from jiangcheng.inspection.visits.actions import door, outcome, scheme, steps
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused

pytestmark = pytest.mark.django_db
SAID = {"text": "征求主管部门意见", "document": "食品安全法实施条例", "level": "regulation", "clause": "第五十九条"}


def add(stage, guards: str, **said) -> ItemStep:
    values = SAID | {"guards": guards, "valid_from": timezone.localdate() - dt.timedelta(days=1)} | said
    return extra.add_step(stage.world.actor("planner"), stage.version.item, **values)


def refused(work) -> str:
    with pytest.raises(Refused) as found:
        work()
    assert [b.ids for b in found.value.breaches] == [("327-18-6",)]
    assert found.value.breaches[0].article == "第十八条第六项" and found.value.breaches[0].remedies[0].to == "visit-steps"
    return str(found.value)


@pytest.mark.duty("327-18-6", "refused")
def test_a_scheme_waits_for_it(stage):
    add(stage, "scheme")
    visit = stage.ready()
    assert "《食品安全法实施条例》第五十九条要求的“征求主管部门意见”" in refused(lambda: scheme.submit(stage.lead, visit))


@pytest.mark.duty("327-18-6", "refused")
def test_the_start_waits_for_it(stage):
    add(stage, "start")
    visit = stage.prepared()
    refused(lambda: door.start(stage.lead, visit))
    assert stage.fresh(visit).state == "arrived"


@pytest.mark.duty("327-18-6", "refused")
def test_closing_waits_for_it(stage, walk):
    add(stage, "close")
    visit = walk.clear()
    refused(lambda: outcome.close(stage.lead, visit))
    assert stage.fresh(visit).state == "told"


@pytest.mark.duty("327-18-6", "allowed")
def test_once_done_nothing_waits_any_more(stage, walk):
    rows = [add(stage, g) for g in ("scheme", "start", "close")]
    visit = stage.ready()
    assert [(s.pk, d) for s, d in steps.table(visit)] == [(r.pk, None) for r in rows]
    for row in rows:
        steps.step_done(stage.lead, visit, row.pk, "已书面征求意见，示市监函〔2026〕9号")
    scheme.submit(stage.lead, visit)
    scheme.approve(stage.head, stage.fresh(visit))
    scheme.issue_code(stage.lead, stage.fresh(visit))
    stage.confirm(stage.fresh(visit))
    door.show_certificate(stage.lead, stage.fresh(visit))
    door.issue_notice(stage.lead, stage.fresh(visit))
    door.start(stage.lead, stage.fresh(visit))
    assert stage.fresh(visit).state == "inspecting"
    assert ledger.history(visit).filter(act="visit.step_done").count() == 3


@pytest.mark.duty("327-18-6", "allowed")
def test_a_step_of_another_item_or_day_holds_nothing_up(stage):
    other = stage.change(stage.version.item)
    with ledger.act("test.item", stage.world.actor("planner")):
        version = stage.item("SP-09", "另一事项")
    extra.add_step(stage.world.actor("planner"), version.item, guards="scheme", valid_from=stage.day, **SAID)
    add(stage, "scheme", valid_from=stage.day + dt.timedelta(days=30))
    old = add(stage, "scheme", valid_from=stage.day - dt.timedelta(days=60))
    extra.end_step(stage.world.actor("planner"), old, stage.day - dt.timedelta(days=2))
    assert other.pk == stage.version.item_id and stage.submitted().state == "to_approve"


@pytest.mark.duty("327-18-6", "refused")
@pytest.mark.parametrize(("said", "field"), [
    ({"document": "市局关于检查程序的通知"}, "level"), ({"level": "notice"}, "level"), ({"clause": "有关条款"}, "clause"), ({"text": ""}, "text"),
    ({"guards": ""}, "guards"), ({"valid_from": None}, "valid_from"),
])
def test_a_step_needs_a_source_that_binds(stage, said, field):
    with pytest.raises(Refused) as found:
        add(stage, said.pop("guards", "start"), **said)
    assert field in {b.field for b in found.value.breaches} and not ItemStep.objects.exists()


@pytest.mark.duty("327-18-6", "refused")
def test_a_step_is_done_once_in_words_by_people_of_the_visit(stage):
    row, visit = add(stage, "start"), stage.ready()
    third = stage.world.actor("officer3")
    for who, step, note in ((stage.lead, row.pk, " "), (stage.lead, 0, "已办"), (third, row.pk, "已办"), (stage.head, row.pk, "已办")):
        with pytest.raises(Refused):
            steps.step_done(who, visit, step, note)
    steps.step_done(stage.lead, visit, row.pk, "已办")
    with pytest.raises(Refused):
        steps.step_done(stage.lead, visit, row.pk, "再办")
    assert visit.steps_done.count() == 1


def test_only_the_bodys_planner_adds_steps(stage):
    for who in ("officer1", "head", "other_planner", "admin"):
        with pytest.raises(Refused):
            extra.add_step(stage.world.actor(who), stage.version.item, guards="start", valid_from=stage.day, **SAID)

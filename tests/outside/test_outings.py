"""What is an inspection and what is not: the purpose decides, by whatever name a visit goes (article 4)."""

from __future__ import annotations

import datetime as dt

import pytest

from jiangcheng.inspection.outside import actions, rules, words
from jiangcheng.inspection.outside.models import Outing
from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused
from jiangcheng.parties.scope import scope

pytestmark = pytest.mark.django_db


def register(stage, purpose="service", aim="讲解新修订的食品标签标准", **said) -> Outing:
    values = {"people": "李强、王敏", "start": stage.now, "end": stage.now + dt.timedelta(hours=1)} | said
    return actions.register(stage.lead, stage.world.enterprise, purpose=purpose, aim=aim, **values)


@pytest.mark.duty("327-04-2", "327-40-05", "refused")
@pytest.mark.parametrize("purpose", [p for p, _ in words.INSPECTING])
def test_a_purpose_that_verifies_is_an_inspection(stage, purpose):
    with pytest.raises(Refused) as found:
        register(stage, purpose)
    assert found.value.breaches[0].ids == ("327-04-2",) and found.value.breaches[0].article.startswith("第四条")
    assert found.value.breaches[0].remedies[0].to == "officer-scheme-new" and not Outing.objects.exists()


@pytest.mark.duty("327-04-2", "refused")
@pytest.mark.parametrize("purpose", ["service", "liaison", "observe"])
@pytest.mark.parametrize("aim", ["对后厨卫生做一次检查", "核验许可证是否在有效期", "到企业巡查安全情况", "调研并抽查台账", "看看是否合规"])
def test_nor_is_it_saved_under_another_name(stage, purpose, aim):
    with pytest.raises(Refused) as found:
        register(stage, purpose, aim)
    assert [b.field for b in found.value.breaches] == ["aim"] and not Outing.objects.exists()


@pytest.mark.duty("327-04-2", "allowed")
@pytest.mark.parametrize(("purpose", "aim"), [
    ("service", "讲解新修订的食品标签标准"), ("liaison", "听取企业对营商环境的意见，不做检查"), ("observe", "参观生产线，不涉及核查"),
])
def test_what_verifies_nothing_is_registered(stage, purpose, aim):
    row = register(stage, purpose, aim)
    assert row.state == "planned" and ledger.history(row).get().act == "outside.register" and row.number


@pytest.mark.duty("327-04-2", "refused")
def test_to_see_whether_an_order_was_carried_out_is_a_follow_up(stage, walk):
    walk.ordered()
    with pytest.raises(Refused) as found:
        register(stage, "service", "到企业回访整改进展")
    assert "跟踪检查" in str(found.value)
    assert {r.to for b in found.value.breaches for r in b.remedies} & {"officer-followups"}


@pytest.mark.duty("327-04-2", "allowed")
def test_a_follow_up_is_an_inspection_with_the_purpose_of_the_order(stage, walk):
    _, order = walk.ordered()
    visit = walk.coded_followup(order)
    assert visit.purpose == "order" and visit.state == "to_enter"


@pytest.mark.duty("327-04-2", "refused")
@pytest.mark.parametrize("purpose", ["", "service", "observe"])
def test_a_scheme_has_one_of_the_two_purposes(stage, purpose):
    visit = stage.change(stage.ready(), purpose=purpose)
    with pytest.raises(Refused) as found:
        scheme.submit(stage.lead, visit)
    assert [b.ids for b in found.value.breaches] == [("327-04-2",)]


@pytest.mark.duty("327-04-2", "refused")
def test_a_follow_up_keeps_the_purpose_of_the_order(stage, walk):
    _, order = walk.ordered()
    from jiangcheng.inspection.visits.actions import orders

    visit = orders.draft_followup(walk.lead, order, window_start=stage.now, window_end=stage.now + dt.timedelta(hours=2))
    stage.staffed(visit)
    stage.change(stage.fresh(visit), purpose="comply")
    with pytest.raises(Refused) as found:
        scheme.submit(walk.lead, stage.fresh(visit))
    assert "327-04-2" in {i for b in found.value.breaches for i in b.ids}


@pytest.mark.duty("327-40-05", "refused")
@pytest.mark.parametrize("note", ["发现企业有违法问题", "已责令限期整改", "当场查封设备", ""])
def test_nothing_hangs_on_a_visit_that_is_no_inspection(stage, note):
    row = register(stage)
    with pytest.raises(Refused):
        actions.finish(stage.lead, row, note)
    assert Outing.objects.get().state == "planned"


@pytest.mark.duty("327-40-05", "allowed")
def test_what_was_done_is_told_in_words(stage):
    row = register(stage)
    actions.finish(stage.lead, row, "讲解了标签标准，企业提出两条建议。")
    other = register(stage)
    actions.drop(stage.lead, other, "企业改期")
    assert [o.state for o in Outing.objects.order_by("id")] == ["done", "dropped"]


@pytest.mark.parametrize(("text", "word"), [
    ("检查台账", "检查"), ("不检查台账", ""), ("非检查性走访", ""), ("不做检查，只听意见", ""), ("不收费，检查台账", "检查"), ("送政策上门", ""),
])
def test_a_denied_word_is_no_check(text, word):
    assert rules.checks(text) == word


def test_who_reads_the_register(stage):
    row, everything = register(stage), Outing.objects.all()
    seen = {who for who in stage.world.people if scope(stage.world.actor(who), everything).exists()}
    own = {"head", "deputy", "planner", "officer1", "officer2", "officer3", "officer_lapsed"}
    assert seen == own | {"supervisor", "city_supervisor", "city_supervisor2"}
    actions.finish(stage.lead, row, "讲解了标签标准。")
    assert scope(stage.firm, everything).exists()

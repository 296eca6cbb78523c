"""Rules of articles 2, 3, 4, 6, 11 and 42, each refused and allowed."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Setting
from jiangcheng.law.rule import Refused
from jiangcheng.parties import bodies, certificates, conflicts, enterprises, territory
from jiangcheng.parties.models import Body, Competence, Enterprise, Headship
from jiangcheng.parties.rules import (
    BodyFacts,
    PlaceFacts,
    PowerFacts,
    SubjectFacts,
    lawful_body,
    subject_is_enterprise,
    territorial,
    within_powers,
)

DAY = dt.date(2026, 11, 23)
ORGAN = BodyFacts("甲局", DAY, "organ", basis="食品安全法", basis_level="law")
AUTHORISED = BodyFacts("乙大队", DAY, "authorised", basis="消防法", basis_level="law")
ENTRUSTED = BodyFacts(
    "丙中心", DAY, "entrusted", principal="甲局", principal_kind="organ", scope="日常检查",
    start=dt.date(2026, 1, 1), until=dt.date(2026, 12, 31),
)


def put(row, **values):
    """Change a row on the record, as a test's preparation."""
    with ledger.act("demo.change", SYSTEM, about=row):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return row


@pytest.mark.duty("327-03-1", "refused")
@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(ORGAN, basis=""), "依据"),
        (replace(ORGAN, basis_level=""), "依据"),
        (replace(ORGAN, kind="other"), "不是行政执法主体"),
        (replace(ORGAN, enforces=False), "不是行政执法主体"),
        (replace(AUTHORISED, basis=""), "依据"),
        (replace(AUTHORISED, basis_level="rule"), "不是法律、法规"),
        (replace(AUTHORISED, basis_level="notice"), "不是法律、法规"),
        (replace(ENTRUSTED, principal=""), "委托机关"),
        (replace(ENTRUSTED, principal_kind="entrusted"), "不是行政机关"),
        (replace(ENTRUSTED, scope=""), "委托范围"),
        (replace(ENTRUSTED, until=None), "委托期限"),
        (replace(ENTRUSTED, until=dt.date(2026, 11, 22)), "2026年11月22日 到期"),
        (replace(ENTRUSTED, start=dt.date(2026, 11, 24)), "2026年11月24日 起"),
    ],
)
def test_a_body_without_standing_is_refused(facts, words):
    (breach,) = lawful_body(facts)
    assert words in breach.sentence and breach.ids == ("327-03-1",)


@pytest.mark.duty("327-03-1", "refused")
def test_every_gap_of_an_entrustment_is_named_at_once():
    assert len(lawful_body(BodyFacts("丙中心", DAY, "entrusted"))) == 3


@pytest.mark.duty("327-03-1", "allowed")
@pytest.mark.parametrize(
    "facts", [ORGAN, AUTHORISED, replace(AUTHORISED, basis_level="regulation"), ENTRUSTED, replace(ENTRUSTED, until=DAY)]
)
def test_the_three_kinds_of_body_stand(facts):
    assert lawful_body(facts) == ()


@pytest.mark.duty("327-03-1", "refused")
def test_standing_is_judged_by_the_day_and_by_the_principal(world):
    day = world.today
    assert bodies.standing_on(world.entrusted, day) == ()
    later = world.entrusted.entrust_until + dt.timedelta(days=1)
    assert "到期" in bodies.standing_on(world.entrusted, later)[0].sentence
    put(world.body, basis="")
    world.entrusted.refresh_from_db()
    assert "示范区市场监督管理局" in bodies.standing_on(world.entrusted, day)[0].sentence


@pytest.mark.duty("327-03-2", "refused")
@pytest.mark.parametrize(("kind", "word"), [("organ", "法定职责"), ("authorised", "法定授权"), ("entrusted", "委托")])
def test_a_field_outside_the_powers_is_refused(kind, word):
    (breach,) = within_powers(PowerFacts("甲局", kind, "消防安全", holds=False))
    assert f"{word}范围" in breach.sentence


@pytest.mark.duty("327-03-2", "refused")
def test_a_principal_cannot_entrust_what_it_does_not_hold():
    (breach,) = within_powers(PowerFacts("丙中心", "entrusted", "消防安全", True, "甲局", False))
    assert "甲局" in breach.sentence


@pytest.mark.duty("327-03-2", "allowed")
@pytest.mark.parametrize("kind", ["organ", "authorised", "entrusted"])
def test_a_field_inside_the_powers_is_allowed(kind):
    assert within_powers(PowerFacts("甲局", kind, "食品安全", holds=True)) == ()


@pytest.mark.duty("327-03-2", "allowed")
def test_competence_stands_on_record_with_a_term(world):
    day = world.today
    assert bodies.competent(world.body, "food", day) and not bodies.competent(world.body, "fire", day)
    assert bodies.competent(world.authorised, "fire", day) and not bodies.competent(world.authorised, "food", day)
    assert bodies.competent(world.entrusted, "food", day) and not bodies.competent(world.entrusted, "market", day)
    put(Competence.objects.get(body=world.entrusted), valid_until=day - dt.timedelta(days=1))
    assert not bodies.competent(world.entrusted, "food", day)


@pytest.mark.duty("HR-03-1", "allowed")
def test_papers_of_an_entrusted_body_name_the_principal_first(world):
    assert bodies.names_on_papers(world.entrusted) == (world.body.name, world.entrusted.name)
    assert bodies.names_on_papers(world.body) == (world.body.name,)


@pytest.mark.duty("327-04-1", "refused")
def test_an_excluded_kind_is_refused(world):
    (breach,) = enterprises.breaches(world.institution)
    assert "事业单位" in breach.sentence and "327-04-1" in breach.ids
    assert subject_is_enterprise(SubjectFacts("甲", "yes", problem="统一社会信用代码校验位不符"))


@pytest.mark.duty("327-04-1", "allowed")
def test_an_enterprise_is_a_subject(world):
    assert enterprises.breaches(world.enterprise) == ()


@pytest.mark.duty("327-04-1", "HR-04-1", "refused")
def test_what_the_code_leaves_open_follows_the_house_rule(world):
    assert world.law_firm.applies == "undecided" and enterprises.breaches(world.law_firm) == ()
    Setting.objects.create(
        name="HR-04-1", value="out-of-scope-until-decided", valid_from=world.today, decided_by="市司法局",
        decided_at=timezone.now(), ground="会议纪要",
    )
    (breach,) = enterprises.breaches(world.law_firm)
    assert "尚未认定" in breach.sentence


@pytest.mark.duty("HR-04-1", "refused")
def test_a_decision_needs_a_reason_and_an_open_question(world):
    with pytest.raises(Refused) as no_reason:
        enterprises.decide(world.law_firm, "no", "  ", world.actor("planner"))
    assert [b.field for b in no_reason.value.breaches] == ["reason"]
    with pytest.raises(Refused):
        enterprises.decide(world.enterprise, "no", "理由", world.actor("planner"))
    with pytest.raises(Refused):
        enterprises.decide(world.law_firm, "undecided", "理由", world.actor("planner"))


@pytest.mark.duty("HR-04-1", "327-04-1", "allowed")
def test_a_person_decides_with_a_reason_on_the_record(world):
    receipt = enterprises.decide(world.law_firm, "no", "律师事务所不以营利企业登记", world.actor("planner"))
    assert Enterprise.objects.get(pk=world.law_firm.pk).applies == "no"
    leaf = list(ledger.history(world.law_firm))[-1]
    assert leaf.number == receipt.number and leaf.actor == world.planner.pk and "律师" in leaf.opinion
    world.law_firm.refresh_from_db()
    assert enterprises.breaches(world.law_firm)


@pytest.mark.duty("327-42-1", "allowed")
def test_subjects_by_analogy_are_marked_and_counted_apart(world):
    assert enterprises.breaches(world.household) == ()
    assert enterprises.mark(world.household) == "参照执行" and enterprises.mark(world.enterprise) == ""
    assert enterprises.counts(Enterprise.objects.all()) == {"enterprise": 3, "analogy": 1}


@pytest.mark.duty("327-11-4", "refused")
def test_a_site_outside_the_territory_is_refused():
    (breach,) = territorial(PlaceFacts("甲局", "对照区", covered=False))
    assert "管辖区域" in breach.sentence
    (breach,) = territorial(PlaceFacts("甲局", "对照区", covered=False, exception="assigned"))
    assert breach.field == "document"
    assert territorial(PlaceFacts("甲局", "对照区", covered=False, exception="convenience", document="函"))


@pytest.mark.duty("327-11-4", "allowed")
def test_a_site_inside_or_with_a_ground_is_allowed():
    assert territorial(PlaceFacts("甲局", "示范区", covered=True)) == ()
    assert territorial(PlaceFacts("甲局", "对照区", covered=False, exception="assigned", document="市监函〔2026〕3号")) == ()


@pytest.mark.duty("327-11-4", "HR-11-1", "allowed")
def test_territory_is_a_question_of_the_path(world):
    assert territory.covers(world.body, world.street) and territory.covers(world.city_body, world.street)
    assert not territory.covers(world.body, world.other_district) and not territory.covers(world.body, world.city)
    assert territory.covers(world.body, world.zone) and territory.covers(world.body, world.zone_street)
    assert not territory.covers(world.other_body, world.zone_street)


@pytest.mark.duty("327-02-1", "allowed")
def test_the_place_decides_whether_the_decree_governs(world):
    provincial = Body(name="省局", level="province", division=world.province, vertical=True)
    for body in (world.body, world.city_body, provincial, world.authorised):
        assert territory.governed(body, world.street).applies
    outside = territory.governed(world.city_body, world.elsewhere)
    assert not outside.applies and "不在本市" in outside.reason
    guest = Body(name="邻市局", level="city", division=world.elsewhere)
    assert territory.governed(guest, world.street).applies and "第十二条" in territory.governed(guest, world.street).reason


@pytest.mark.duty("327-06-1", "HR-06-1", "allowed")
def test_offices_supervise_their_own_level(world):
    reach = bodies.supervision
    assert reach(world.district_office, world.body) == "acts" and reach(world.district_office, world.other_body) == ""
    assert reach(world.city_office, world.city_body) == "acts" and reach(world.city_office, world.body) == "reads"
    assert reach(world.district_office, world.city_body) == "" and reach(world.body, world.body) == ""
    assert set(bodies.supervised(world.district_office)) == {world.body, world.authorised, world.entrusted}


@pytest.mark.duty("HR-06-2", "allowed")
def test_a_zone_body_gets_the_office_of_the_delegating_district(world):
    zone_body = Body(name="开发区局", level="district", division=world.zone)
    assert territory.same_level_offices(zone_body) == [world.district_office]
    assert territory.same_level_offices(world.body) == [world.district_office]
    street = Body(name="街道办", level="street", division=world.street)
    assert territory.same_level_offices(street) == [world.district_office]


@pytest.mark.duty("327-06-3", "allowed")
def test_a_body_without_responsible_head_is_listed(world):
    assert world.body not in bodies.without_head(world.today) and world.authorised in bodies.without_head(world.today)
    assert bodies.responsible_head(world.body, world.today).person == world.head
    put(Headship.objects.get(person=world.head), valid_until=world.today - dt.timedelta(days=1))
    assert world.body in bodies.without_head(world.today) and bodies.responsible_head(world.body, world.today) is None


def test_the_state_of_a_certificate(world):
    card = world.certificates[0]
    state = certificates.status_on
    assert state(card, card.valid_from) == state(card, card.valid_until) == "valid"
    assert state(card, card.valid_until + dt.timedelta(days=1)) == "expired"
    assert state(card, card.valid_from - dt.timedelta(days=1)) == "not_yet"
    card.suspended_from = world.today
    assert state(card, world.today) == "suspended" and state(card, world.today - dt.timedelta(days=1)) == "valid"
    card.suspended_until = world.today
    assert state(card, world.today + dt.timedelta(days=1)) == "valid"
    card.revoked_at = world.today
    assert state(card, world.today) == "revoked"


@pytest.mark.duty("327-18-1", "allowed")
def test_facts_about_officers(world):
    wanted = [world.officers[0].pk, world.lapsed.pk, world.head.pk]
    good, lapsed, none = certificates.officer_facts(wanted, world.body.pk, world.today)
    assert good.valid and good.sentence == ""
    assert lapsed.status == "expired" and "到期" in lapsed.sentence
    assert none.status == "missing" and "没有本单位" in none.sentence
    assert certificates.valid_certificate(world.officers[0].pk, world.body.pk, world.today) == world.certificates[0]
    assert certificates.valid_certificate(world.officers[0].pk, world.other_body.pk, world.today) is None


def test_one_person_two_conflicting_seats(world):
    held = {"officer": [world.head.pk], "drafter": [world.planner.pk]}
    (breach,) = conflicts.breaches(world.actor("head"), held, "approver")
    assert "检查人员" in breach.sentence
    assert conflicts.breaches(world.actor("deputy"), held, "approver") == ()
    assert conflicts.seats_in_matter(world.planner.pk, held, "officer") == ()


def test_divisions_stand_in_their_order(world):
    wrong = (
        lambda: territory.add_division("4201Z9", "无授权开发区", "zone", world.city),
        lambda: territory.add_division("4201Z9", "开发区", "zone", world.city, delegated_by=world.city),
        lambda: territory.add_division("420197", "某区", "district", world.city, delegated_by=world.district),
        lambda: territory.add_division("420197", "某区", "district", world.street),
        lambda: territory.add_division("420197", "某区", "district"),
    )
    for enter in wrong:
        with pytest.raises(ValueError):
            enter()

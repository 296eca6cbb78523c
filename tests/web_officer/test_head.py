"""The head's desk: what the card checks, who is replaced by whom, written delegations."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door, scheme
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel.models import Leaf, Setting
from jiangcheng.law.rule import Refused
from jiangcheng.parties import access
from jiangcheng.parties import actions as parties
from jiangcheng.parties.models import Delegation
from jiangcheng.web.head.views import CHECKS
from tests.visits.test_seats import recused, seat_in_firm


@pytest.mark.duty("327-17-1", "allowed")
def test_every_rule_of_the_approval_stands_behind_a_line_of_the_card():
    shown = {rule.name for _, rules in CHECKS for rule in rules}
    assert {r.name for r in VISIT.step("approve").unless_broken} - {"head_approves"} == shown


@pytest.mark.duty("327-13-1", "HR-18-2", "refused")
def test_the_card_says_which_line_fails(stage, world):
    visit = stage.submitted()
    seat_in_firm(stage, "officer2")
    stage.change(visit, kind="case")
    page = world.client("head").get(reverse("head-visit", args=[visit.number]))
    failed = [c["word"] for c in page.context["checks"] if not c["ok"]]
    assert len(failed) == 2 and "责令文书" in failed[0] and "企业用户" in failed[1]


@pytest.mark.duty("327-18-1", "HR-18-2", "allowed")
def test_the_place_of_who_stood_aside_is_offered_and_the_person_is_not(stage, world):
    visit = stage.coded()
    seat = recused(stage, visit)
    client, address = world.client("head"), reverse("head-replace", args=[visit.number])
    page = client.get(address)
    assert seat in page.context["people"]
    free = {c.person_id for c in page.context["free"]}
    assert world.officers[2].pk in free and not free & {world.officers[0].pk, world.officers[1].pk}
    sent = {"leaving": seat.pk, "coming": world.officers[2].pk, "reason": "原人员回避", "key": "k1"}
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert [o.person_id for o in facts.seats(visit)] == [world.officers[0].pk, world.officers[2].pk]
    with pytest.raises(Refused, match="周燕（演示）尚未声明"):
        scheme.issue_code(stage.lead, visit)


@pytest.mark.duty("HR-18-2", "HR-17-5", "allowed")
def test_a_recusal_decided_twice_is_decided_once(stage, world):
    visit = stage.coded()
    asked = door.request_recusal(stage.assist, visit, visit.officers.get(role="assist").pk, "亲属")
    client = world.client("head")
    assert "王敏（演示）申请本人回避" in client.get(reverse("head-home")).content.decode()
    for _ in range(2):
        assert client.post(reverse("head-recusal", args=[asked.pk]), {"granted": "yes", "key": "k2"}).status_code == 302
    assert Visit.objects.get(pk=visit.pk).state == "to_code"


# --- delegation


def given(world, **values) -> Delegation:
    base = {
        "taker": world.deputy, "scope": "scheme", "paper": "授〔2026〕1号", "valid_from": world.today,
        "valid_until": world.today + dt.timedelta(days=30),
    }
    return Delegation(**(base | values))


@pytest.mark.duty("HR-17-1", "327-17-1", "allowed")
def test_a_delegation_is_given_once_and_ended_on_the_record(world):
    client, address = world.client("head"), reverse("head-delegation")
    sent = {
        "taker": world.deputy.pk, "scope": "scheme", "paper": "授〔2026〕1号", "valid_from": world.today.isoformat(),
        "valid_until": (world.today + dt.timedelta(days=30)).isoformat(), "key": "d1",
    }
    assert [client.post(address, sent).status_code for _ in range(2)] == [302, 302]
    row = Delegation.objects.get()
    assert (row.body_id, row.giver_id) == (world.body.pk, world.head.pk)
    assert client.post(address, sent | {"paper": "授〔2026〕2号"}).status_code == 409
    client.post(reverse("head-delegation-end", args=[row.pk]), {"key": "d2"})
    row.refresh_from_db()
    assert row.ended_at is not None
    assert set(Leaf.objects.filter(act__startswith="parties.deleg").values_list("act", flat=True)) == {"parties.delegate", "parties.delegation.end"}


@pytest.mark.duty("HR-17-1", "refused")
@pytest.mark.parametrize("who", ["officer1", "other_head", "planner"])
def test_who_is_no_head_of_the_body_neither_gives_nor_ends(world, who):
    parties.delegate(given(world), world.actor("head"))
    row = Delegation.objects.get()
    with pytest.raises(Refused):
        parties.end_delegation(row, world.actor(who))
    if who != "other_head":
        with pytest.raises(Refused):
            parties.delegate(given(world, paper="授〔2026〕9号", taker=world.officers[0]), world.actor(who))
    assert Delegation.objects.count() == 1


@pytest.mark.duty("HR-17-1", "refused")
@pytest.mark.parametrize("values", ["self", "backwards", "overlap"])
def test_a_delegation_that_says_nothing_new_or_nothing_at_all(world, values):
    parties.delegate(given(world), world.actor("head"))
    wrong = {
        "self": {"taker": world.head}, "overlap": {"paper": "授〔2026〕2号"},
        "backwards": {"taker": world.officers[2], "valid_until": world.today - dt.timedelta(days=1)},
    }[values]
    with pytest.raises(Refused):
        parties.delegate(given(world, **wrong), world.actor("head"))
    assert Delegation.objects.count() == 1


@pytest.mark.duty("HR-17-1", "refused")
def test_where_approval_is_kept_to_the_principal_a_delegation_gives_no_right(world):
    """The house rule's other value is 'principal only': neither deputies on record nor papers; no new paper is taken."""
    acting = world.add_person("acting", "代理（演示）", ("head", world.body))
    parties.delegate(given(world, taker=acting), world.actor("head"))
    assert access.may_approve(acting.pk, world.body.pk, world.today).rank == "delegated"
    Setting.objects.create(
        name="HR-17-1", value="principal-only", valid_from=world.today, decided_by="市司法局", decided_at=timezone.now(), ground="会议纪要",
    )
    assert [access.may_approve(p.pk, world.body.pk, world.today) for p in (acting, world.deputy)] == [None, None]
    with pytest.raises(Refused, match="只由主要负责人审批"):
        parties.delegate(given(world, paper="授〔2026〕2号"), world.actor("head"))
    page = world.client("head").get(reverse("head-delegation")).content.decode()
    assert "授权不产生效力" in page and 'name="taker"' not in page

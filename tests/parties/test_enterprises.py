"""Claim of an account by credit code and printed code, consent, registration."""

import datetime as dt

import pytest
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Refused
from jiangcheng.parties import access, enterprises, uscc
from jiangcheng.parties.models import Account, ClaimCode, Enterprise

NEW = {"username": "qianming", "password": "Yizhi-Xiangcheng-7", "name": "钱明"}


def test_a_claim_makes_an_account_for_the_enterprise_once(world):
    code = enterprises.make_claim_code(world.other_enterprise, "照市监检通〔2026〕1号")
    assert len(code) == 10 and code not in ClaimCode.objects.get().digest
    typed = f" {code[:5].lower()}-{code[5:].lower()} "
    account = enterprises.claim(world.other_enterprise.uscc, typed, **NEW)
    (seat,) = access.seats_today(account)
    actor = access.actor_for(account, seat)
    assert actor.enterprise == world.other_enterprise.pk and actor.roles == {"enterprise"}
    with pytest.raises(Refused):
        enterprises.claim(world.other_enterprise.uscc, code, **(NEW | {"username": "another"}))


def test_wrong_codes_are_counted_and_then_refused(world):
    code = enterprises.make_claim_code(world.enterprise, "示市监检通〔2026〕1号")
    for left in (4, 3, 2, 1):
        with pytest.raises(Refused, match=f"还可试 {left} 次"):
            enterprises.check_claim(world.enterprise.uscc, "2222222222")
    with pytest.raises(Refused, match="不能再试"):
        enterprises.check_claim(world.enterprise.uscc, "2222222222")
    with pytest.raises(Refused, match="不能再试"):
        enterprises.check_claim(world.enterprise.uscc, code)


def test_a_code_fits_its_own_enterprise_alone_and_ends(world):
    code = enterprises.make_claim_code(world.enterprise, "")
    with pytest.raises(Refused):
        enterprises.check_claim(world.other_enterprise.uscc, code)
    assert enterprises.check_claim(world.enterprise.uscc, code) == world.enterprise
    with ledger.act("demo.end", SYSTEM):
        row = ClaimCode.objects.get()
        row.valid_until = timezone.now() - dt.timedelta(seconds=1)
        row.save()
    with pytest.raises(Refused):
        enterprises.check_claim(world.enterprise.uscc, code)


def test_a_refused_account_keeps_the_code(world):
    code = enterprises.make_claim_code(world.enterprise, "")
    with pytest.raises(Refused) as wrong:
        enterprises.claim(world.enterprise.uscc, code, username="head", password="kurz", name="")
    assert {b.field for b in wrong.value.breaches} == {"name", "username", "password"}
    assert enterprises.claim(world.enterprise.uscc, code, **NEW)
    assert Account.objects.filter(username="qianming").count() == 1


def test_consent_is_recorded_and_can_end(world):
    enterprises.record_consent(world.enterprise, "孙兰", world.actor("enterprise"))
    fresh = Enterprise.objects.get(pk=world.enterprise.pk)
    assert fresh.e_delivery_at and fresh.e_delivery_by == "孙兰"
    enterprises.withdraw_consent(fresh, "孙兰", world.actor("enterprise"))
    assert Enterprise.objects.get(pk=world.enterprise.pk).e_delivery_at is None
    assert [leaf.act for leaf in ledger.history(fresh)][-2:] == ["parties.consent", "parties.consent_withdrawn"]


@pytest.mark.duty("327-04-1", "refused")
def test_a_bad_code_is_not_registered(world):
    with pytest.raises(Refused, match="校验位"):
        enterprises.register("91420100711954273B", "某公司", world.actor("planner"))


@pytest.mark.duty("327-04-1", "327-42-1", "allowed")
def test_the_code_decides_at_registration(world):
    made = enterprises.register(uscc.make("93", "420199", 77), "某合作社", world.actor("planner"), division=world.district)
    assert made.applies == "analogy" and enterprises.find(made.uscc.lower()) == made


def test_phones_are_masked():
    assert enterprises.mask("13812345678") == "138****5678" and enterprises.mask("1234") == "**34" and enterprises.mask("") == ""


def test_an_enterprise_lets_in_its_own_people_alone(world):
    made = enterprises.add_user(world.enterprise, world.actor("enterprise"), **NEW)
    assert access.actor_for(made, access.seats_today(made)[0]).enterprise == world.enterprise.pk
    for key in ("other_enterprise", "officer1", "admin"):
        with pytest.raises(Refused):
            enterprises.add_user(world.enterprise, world.actor(key), **(NEW | {"username": key + "2"}))

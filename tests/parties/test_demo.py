"""Real facts stay as printed; the demo city is generated, deterministic and kept out of real databases."""

import datetime as dt

import pytest

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.parties import access, bodies, demo, real, territory, uscc
from jiangcheng.parties.models import Account, Body, Division, Enterprise, Site

DAY = dt.date(2026, 11, 23)
pytestmark = pytest.mark.django_db


def test_real_facts_load_once_and_as_printed():
    assert real.load_real() == real.Loaded(15, 33, 35)
    assert real.load_real() == real.Loaded(0, 0, 0)
    assert Division.objects.get(code="420106").path == "420000/420100/420106/"
    firm = Enterprise.objects.get(uscc="91420100711954273A")
    assert firm.division.name == "洪山区" and firm.applies == "yes" and firm.source_url and not Site.objects.exists()
    market = Body.objects.get(name="武汉市东西湖区市场监督管理局")
    assert market.division.name == "东西湖区" and not market.enforces and not market.basis


@pytest.mark.duty("327-03-1", "refused")
def test_a_name_seen_is_no_enforcement_body():
    real.load_real()
    assert all(bodies.standing_on(b, DAY) for b in Body.objects.all())


def snapshot():
    return (
        list(Enterprise.objects.order_by("uscc").values_list("uscc", "name", "address", "division", "applies", "phone")),
        list(Body.objects.order_by("name").values_list("name", "kind", "entrust_until")),
        list(Account.objects.order_by("username").values_list("username", "person__name")),
    )


def test_the_demo_city_is_the_same_for_seed_and_day(django_db_blocker):
    from django.db import transaction

    shots = []
    for seed in (327, 327, 5):
        with transaction.atomic():
            demo.build(DAY, seed)
            shots.append(snapshot())
            transaction.set_rollback(True)
    assert shots[0] == shots[1] != shots[2]


def test_the_demo_city_is_marked_and_sound():
    city = demo.build(DAY)
    assert len(city.enterprises) == 300 and all(e.name.endswith("（演示）") and e.demo for e in city.enterprises)
    assert all(uscc.check(e.uscc).valid and uscc.check(e.uscc).applies == e.applies for e in city.enterprises)
    assert {e.applies for e in city.enterprises} == {"yes", "analogy", "undecided"}
    assert all(b.name.endswith("（演示）") and b.demo for b in Body.objects.all())
    assert all(not bodies.standing_on(b, DAY) for b in Body.objects.filter(enforces=True))
    assert access.may_approve(city.people["head"].pk, city.bodies["market"].pk, DAY)
    assert territory.covers(city.bodies["market"], city.enterprises[0].division)
    assert access.is_demo()


def test_every_demo_log_in_works():
    city = demo.build(DAY)
    for username, _ in demo.LOGINS:
        account = access.Backend().authenticate(None, username=username, password=demo.PASSWORD)
        assert account == city.accounts[username] and access.seats_today(account, DAY)


def test_a_second_build_finds_the_first():
    first, second = demo.build(DAY), demo.build(DAY)
    assert first.bodies == second.bodies and Enterprise.objects.count() == 300 and second.people["head"] == first.people["head"]


def test_real_use_refuses_demo_data():
    real.load_real()
    assert demo.refuse_demo_reason() == ""
    with ledger.act("test.body", SYSTEM):
        body = Body.objects.get(name="市商务局")
        body.enforces = True
        body.save()
    with pytest.raises(demo.DemoRefused, match="行政执法主体"):
        demo.build(DAY)
    with ledger.act("test.body", SYSTEM):
        body.enforces = False
        body.save()
    Account.objects.create(username="real")
    with pytest.raises(demo.DemoRefused, match="账号"):
        demo.build(DAY)

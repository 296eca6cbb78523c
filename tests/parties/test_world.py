"""The shared world stands, is quick, and its people are who they say."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from jiangcheng.parties import access, uscc
from jiangcheng.parties.models import Account, Enterprise
from tests.world import PASSWORD, World


def test_people_act_in_their_seats(world):
    officer = world.actor("officer1")
    assert officer.roles == {"officer"} and officer.body == world.body.pk and officer.name == "李强（演示）"
    firm = world.actor("enterprise")
    assert firm.roles == {"enterprise"} and firm.enterprise == world.enterprise.pk and firm.body is None
    assert world.actor("anonymous").roles == frozenset()


def test_every_credit_code_is_valid(world):
    assert all(uscc.check(e.uscc).valid for e in Enterprise.objects.all())


def test_the_password_opens_the_account(world):
    assert access.Backend().authenticate(None, username="head", password=PASSWORD) == world.accounts["head"]


def test_building_asks_little(db):
    """Many tests build a world of their own: it costs statements, not seconds of hashing."""
    with CaptureQueriesContext(connection) as asked:
        World()
    assert len(asked) < 600
    assert len({a.password for a in Account.objects.all()}) == 1  # hashed once a process

"""The shared world stands, is quick, and its people are who they say."""

import time

from jiangcheng.parties import access, uscc
from jiangcheng.parties.models import Enterprise
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


def test_building_is_quick(db):
    start = time.perf_counter()
    World()
    assert time.perf_counter() - start < 10

"""Log-in with lock-out, sessions, seats, and who may approve."""

import datetime as dt
import time

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.utils import timezone

from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.models import Setting
from jiangcheng.parties import access
from jiangcheng.parties.models import Account, Delegation, Headship, LoginEvent, OpenSession, Seat
from tests.world import PASSWORD


def attempt(username="head", password="falsch-2026"):
    return access.Backend().authenticate(None, username=username, password=password)


def request_of(account, session=None):
    request = RequestFactory().get("/")
    request.session = session or SessionStore()
    request.user = account
    return request


def logged_in(account):
    request = request_of(AnonymousUser())
    access.log_in(request, account)
    request.session.save()
    return request


def test_passwords_are_argon2(world):
    assert world.accounts["head"].password.startswith("argon2$argon2id$")


def test_five_misses_lock_and_the_right_password_waits(world):
    for _ in range(access.TRIES - 1):
        assert attempt() is None
    assert access.login_allowed("head") is None and access.tries_left("head") == 1
    attempt()
    wait = access.login_allowed("head")
    assert dt.timedelta(minutes=14) < wait <= dt.timedelta(minutes=15)
    assert attempt(password=PASSWORD) is None
    Account.objects.filter(username="head").update(locked_until=timezone.now())
    assert attempt(password=PASSWORD) == world.accounts["head"]
    assert LoginEvent.objects.filter(username="head", ok=True).count() == 1


def test_a_good_log_in_forgets_the_misses(world):
    attempt()
    attempt(password=PASSWORD)
    assert Account.objects.get(username="head").failures == 0


def test_the_administrator_unlocks(world):
    for _ in range(access.TRIES):
        attempt()
    access.unlock(world.accounts["head"])
    assert attempt(password=PASSWORD)


def test_an_unknown_account_looks_and_lasts_like_a_known_one(world):
    def cost(name):
        start = time.perf_counter()
        attempt(name)
        return time.perf_counter() - start

    known, unknown = min(cost("head") for _ in range(3)), min(cost("nobody") for _ in range(3))
    assert unknown > known / 3 and known > unknown / 3
    attempt("nobody"), attempt("nobody")
    assert access.tries_left("nobody") == 0 and access.login_allowed("nobody") > dt.timedelta(minutes=14)


def test_an_address_that_tries_everybody_is_stopped(world):
    rows = [LoginEvent(username=f"u{i}", ok=False, address="10.0.0.9") for i in range(access.ADDRESS_TRIES)]
    LoginEvent.objects.bulk_create(rows)
    request = RequestFactory().post("/", REMOTE_ADDR="10.0.0.9")
    assert access.Backend().authenticate(request, username="head", password=PASSWORD) is None
    assert access.Backend().authenticate(RequestFactory().post("/"), username="head", password=PASSWORD)


def test_a_disabled_account_stays_out(world):
    Account.objects.filter(username="head").update(is_active=False)
    assert attempt(password=PASSWORD) is None
    assert access.Backend().get_user(world.accounts["head"].pk) is None


def test_nobody_acts_without_log_in(world):
    actor = access.actor_of(request_of(AnonymousUser()))
    assert actor.roles == frozenset() and actor.account is None


def test_the_active_seat_decides_the_role(world):
    world.add_person("both", "双岗（演示）", ("officer", world.body), ("planner", world.body))
    request = logged_in(world.accounts["both"])
    assert access.actor_of(request).roles == {"officer"}
    labels = access.seats_of(request)
    assert [s["current"] for s in labels] == [True, False] and "计划管理员" in labels[1]["label"]
    assert access.switch_seat(request, world.seats["both"][1].pk)
    assert access.actor_of(request).roles == {"planner"}
    assert access.switch_seat(request, world.seats["head"][0].pk) is None
    assert access.actor_of(request).roles == {"planner"}


def test_a_seat_that_ended_gives_nothing(world):
    request = logged_in(world.accounts["planner"])
    seat = Seat.objects.get(account=world.accounts["planner"])
    with ledger.act("demo.end", SYSTEM):
        seat.valid_until = world.today - dt.timedelta(days=1)
        seat.save()
    actor = access.actor_of(request)
    assert actor.name == "叶芳（演示）" and actor.roles == frozenset() and actor.body is None


def test_a_session_ended_elsewhere_is_over(world):
    first, second = logged_in(world.accounts["head"]), logged_in(world.accounts["head"])
    assert access.sessions_of(world.accounts["head"]).count() == 2
    row = OpenSession.objects.get(key=first.session.session_key)
    assert not access.end_session(world.accounts["planner"], row.pk)
    assert access.end_session(world.accounts["head"], row.pk)
    assert access.actor_of(first).account is None
    assert access.actor_of(second).account == world.accounts["head"].pk


def test_ending_all_other_sessions_keeps_this_one(world):
    first, second = logged_in(world.accounts["head"]), logged_in(world.accounts["head"])
    assert access.end_all(world.accounts["head"], keep=second.session.session_key) == 1
    assert access.actor_of(first).account is None and access.actor_of(second).account


def give(world, taker, **values):
    base = {"body": world.body, "giver": world.head, "taker": taker, "scope": "scheme", "paper": "授〔2026〕1号",
            "valid_from": world.today, "valid_until": world.today + dt.timedelta(days=7)}
    with ledger.act("demo.delegate", SYSTEM):
        row = Delegation(**(base | values))
        row.save()
    return row


@pytest.mark.duty("HR-17-1", "allowed")
def test_heads_on_record_approve(world):
    today, body = world.today, world.body.pk
    assert access.heads_on(body, today) == [(world.head.pk, "principal"), (world.deputy.pk, "deputy")]
    assert access.may_approve(world.head.pk, body, today, "scheme").rank == "principal"
    assert access.may_approve(world.deputy.pk, body, today, "scheme").rank == "deputy"


@pytest.mark.duty("HR-17-1", "allowed")
def test_a_written_delegation_in_term(world):
    acting = world.add_person("acting", "代理（演示）", ("head", world.body))
    assert access.may_approve(acting.pk, world.body.pk, world.today) is None
    row = give(world, acting)
    found = access.may_approve(acting.pk, world.body.pk, world.today)
    assert (found.rank, found.delegation, found.paper) == ("delegated", row.pk, "授〔2026〕1号")


@pytest.mark.duty("HR-17-1", "refused")
@pytest.mark.parametrize(
    "values",
    [{"valid_from": dt.date(2020, 1, 1), "valid_until": dt.date(2020, 12, 31)}, {"scope": "other"}, {"ended_at": timezone.now()}],
)
def test_a_delegation_out_of_term_or_scope_is_nothing(world, values):
    acting = world.add_person("acting", "代理（演示）", ("head", world.body))
    give(world, acting, **values)
    assert access.may_approve(acting.pk, world.body.pk, world.today) is None


@pytest.mark.duty("HR-17-1", "refused")
def test_nobody_else_approves(world):
    today, body = world.today, world.body.pk
    give(world, world.officers[0])
    assert access.may_approve(world.officers[0].pk, body, today) is None
    assert access.may_approve(world.other_head.pk, body, today) is None
    with ledger.act("demo.end", SYSTEM):
        row = Headship.objects.get(person=world.head)
        row.valid_until = today - dt.timedelta(days=1)
        row.save()
    assert access.may_approve(world.head.pk, body, today) is None


@pytest.mark.duty("HR-17-1", "refused")
def test_a_city_may_keep_approval_to_the_principal(world):
    Setting.objects.create(name="HR-17-1", value="principal-only", valid_from=world.today, decided_by="市司法局",
                           decided_at=timezone.now(), ground="会议纪要")
    assert access.may_approve(world.deputy.pk, world.body.pk, world.today) is None
    assert access.may_approve(world.head.pk, world.body.pk, world.today)

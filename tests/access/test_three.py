"""Every address once more, for the three administrators of a city that has divided their offices: each less than the one was."""

from __future__ import annotations

import pytest
from django.db import transaction

from jiangcheng.parties import access
from tests.access import people

pytestmark = pytest.mark.django_db
THREE = ("admin", "security", "audit")
DESKS = ("admin-", "security-", "audit-")


def opened(cells, who, method, begins):
    """Addresses with such a beginning that let the person in."""
    return {name for (name, m, w), cell in cells.items() if (m, w) == (method, who) and name.startswith(begins) and cell == "ok"}


@pytest.fixture(scope="module")
def cells(django_db_setup, django_db_blocker):
    """(address, method, person) -> cell, in one world thrown away afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene = people.build()
        whole = scene.world.client("admin")
        found = _walk(scene, {"undivided": whole})
        for role in THREE[1:]:
            scene.world.add_person(role, role, (role, scene.world.city_office))
        found |= _walk(scene, {who: scene.world.client(who) for who in THREE})
        transaction.set_rollback(True)
    access.split_since.forget()
    return found


def _walk(scene, clients):
    found = {}
    for name in people.addresses():
        for method in ("GET", "POST"):
            for who, client in clients.items():
                with transaction.atomic():
                    found[name, method, who] = people.call(client, method, name, scene.arguments(name, "running"))
                    transaction.set_rollback(True)
    return found


@pytest.mark.duty("327-08-3", "327-06-1", "refused")
def test_none_of_the_three_may_what_the_one_might_not(cells):
    more = {(n, m, w) for (n, m, w), cell in cells.items() if cell == "ok" and cells[n, m, "undivided"] != "ok"}
    assert more == set()


@pytest.mark.duty("327-08-3", "refused")
def test_the_audit_administrator_sends_nothing_and_reads_his_own(cells):
    assert opened(cells, "audit", "POST", DESKS) == set()
    assert opened(cells, "audit", "GET", DESKS[:2]) == {"admin-accounts", "admin-account", "admin-parameters", "admin-parameter"}


@pytest.mark.duty("327-08-3", "allowed")
def test_the_security_administrator_has_seats_and_log_in_alone(cells):
    accounts = {"admin-accounts", "admin-account-active", "admin-account-password", "admin-seat-new", "admin-unlock"}
    assert opened(cells, "security", "POST", "admin-") == accounts
    assert opened(cells, "security", "GET", "audit-") == set()


@pytest.mark.duty("327-08-3", "refused")
def test_the_system_administrator_has_no_part_in_them_any_more(cells):
    assert opened(cells, "admin", "GET", DESKS[1:]) | opened(cells, "admin", "POST", DESKS[1:]) == set()
    gone = {n for n in opened(cells, "undivided", "POST", "admin-") if cells[n, "POST", "admin"] != "ok"}
    assert gone == {"admin-accounts", "admin-account-active", "admin-account-password", "admin-seat-new", "admin-unlock"}

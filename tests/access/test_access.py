"""The access table: every address × method × relation × person. An address that is missing from it fails here."""

from __future__ import annotations

import pytest
from django.db import transaction

from tests.access import people

pytestmark = pytest.mark.django_db
ROWS = people.expected()


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker):
    """Built once; thrown away with its transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield people.build()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def clients(scene):
    return {column: scene.world.client(account) for column, account in people.PEOPLE.items()}


def test_every_address_stands_in_the_table() -> None:
    listed = {(row["name"], row["method"]) for row in ROWS}
    assert {(name, method) for name in people.addresses() for method in ("GET", "POST")} == listed


def test_addresses_of_a_visit_stand_in_every_relation() -> None:
    ofvisit = {n for n in people.addresses() if {"number", "value", "code"} & set(people.places(n))}
    listed = {(row["name"], row["method"], row["relation"]) for row in ROWS if row["name"] in ofvisit}
    assert {(n, m, r) for n in ofvisit for m in ("GET", "POST") for r in people.RELATIONS} == listed


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['name']}-{r['method']}-{r['relation']}")
@pytest.mark.duty("327-06-1", "allowed")
def test_access(row: dict[str, str], scene, clients, django_db_blocker) -> None:
    arguments = scene.arguments(row["name"], row["relation"])
    found = {}
    with django_db_blocker.unblock():
        for column in people.PEOPLE:
            with transaction.atomic():
                found[column] = people.call(clients[column], row["method"], row["name"], arguments)
                transaction.set_rollback(True)
    assert found == {column: row[column] for column in people.PEOPLE}


def test_a_page_of_a_visit_is_hidden_from_all_others_before_arrival() -> None:
    outsiders = ("anonymous", "other district", "planner", "other head", "other supervisor", "superior", "enterprise", "other enterprise",
                 "admin", "leader", "same body", "other body")
    shown = {
        (row["name"], column) for row in ROWS for column in outsiders
        if row["relation"] == "before" and row["method"] == "GET" and row[column] == "ok"
    }
    assert {name for name, _ in shown if not name.startswith(("verify", "paper-"))} == set()

"""Lists stay quick when they are long: at 20,000 rows a page asks the database few questions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from jiangcheng.inspection.items.models import Item, ItemVersion
from jiangcheng.inspection.plans.models import Filing, Plan
from jiangcheng.kernel import storage
from jiangcheng.parties.models import Body, Enterprise
from tests.world import World

pytestmark = pytest.mark.django_db
MANY = 20_000
MOST = 15
"""Queries a list page may need, log-in, seat and navigation included."""
LARGEST = 150_000
"""Bytes that a page showing one screenful of the rows stays below."""


def put(model: Any, rows: list[Any]) -> list[Any]:
    """Rows put in past the ledger: what is measured is reading."""
    return model._base_manager.bulk_create(rows, batch_size=2000)


def fill(world: Any, many: int) -> None:
    """Bodies of the district, each with a plan sent to both offices; items of one body; subjects to decide on."""
    now, start = timezone.now(), world.today - dt.timedelta(days=30)
    bodies = put(Body, [
        Body(name=f"单位{n}", short=f"单位{n}", kind="organ", basis="三定规定", basis_level="law", level="district", division=world.district,
             judicial_office=world.district_office, superior=world.city_body) for n in range(many)
    ])
    plans = put(Plan, [
        Plan(body=body, year=world.today.year, n=1, round=1, state="published" if n % 2 else "submitted", submitted_at=now,
             filed_at=now if n % 2 else None, published_at=now if n % 2 else None) for n, body in enumerate(bodies)
    ])
    put(Filing, [
        Filing(plan=plan, round=1, state="waiting" if plan.state == "submitted" else done, office_kind=kind, office=office,
               office_name=office.name, received_at=now, rows=[])
        for plan in plans for kind, office, done in (
            ("judicial", world.district_office, "filed"), ("superior", world.city_body, "acknowledged"),
        )
    ])
    items = put(Item, [Item(body=world.body, code=f"{n:05d}") for n in range(many)])
    put(ItemVersion, [
        ItemVersion(item=item, n=1, name=f"事项{n}", field="food", state="published" if n % 2 else "draft",
                    effective_from=start if n % 2 else None) for n, item in enumerate(items)
    ])
    put(Enterprise, [
        Enterprise(uscc=f"X{n:017d}", name=f"对象{n}", applies="undecided", division=world.district) for n in range(many)
    ])


PAGES = {
    "planner-items": "planner", "head-items": "head", "public-items": "anonymous", "public-bodies": "anonymous",
    "public-plans": "anonymous", "supervisor-filings": "supervisor", "subjects": "officer1",
}
GATHERED = {"admin-bodies": "admin", "superior-home": "superior"}
"""Pages that look at every row to say what stands out: they may ask more, not show more."""


@pytest.fixture(scope="module")
def clients(django_db_setup, django_db_blocker):
    """One long world for all pages; thrown away with its transaction. Each page was opened once while it was short."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        clients = {name: world.client(who) for name, who in (PAGES | GATHERED).items()}
        for name, client in clients.items():
            client.get(reverse(name))
        fill(world, MANY)
        storage.gather_statistics()
        yield clients
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", PAGES)
def test_a_long_list_asks_little(name, clients, django_db_blocker):
    with django_db_blocker.unblock(), CaptureQueriesContext(connection) as asked:
        response = clients[name].get(reverse(name), {"page": 3})
    assert response.status_code == 200
    questions = [q["sql"] for q in asked if q["sql"].startswith("SELECT")]  # a session is besides renewed now and then
    assert len(questions) <= MOST, "\n".join(q[:240] for q in questions)


@pytest.mark.parametrize("name", PAGES | GATHERED)
def test_a_long_list_is_shown_page_by_page(name, clients, django_db_blocker):
    with django_db_blocker.unblock():
        response = clients[name].get(reverse(name))
    assert response.status_code == 200
    assert len(response.content) < LARGEST

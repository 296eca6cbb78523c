"""Long lists of work: at 20,000 rows a page asks few questions, and finding a row reads the index, not the table."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiangcheng.inspection.visits.models import Visit, VisitOfficer
from jiangcheng.kernel import search, storage
from jiangcheng.kernel.models import Leaf
from jiangcheng.parties.models import Enterprise
from jiangcheng.work.models import Notice
from tests.visits.stage import Stage
from tests.world import World

pytestmark = pytest.mark.django_db
MANY = 20_000
MOST = 15
"""Questions that a page may ask, log-in, seat and navigation included."""


def put(model: Any, rows: list[Any]) -> list[Any]:
    """Rows put in past the ledger: what is measured is reading."""
    return model._base_manager.bulk_create(rows, batch_size=2000)


def fill(world: Any, many: int) -> None:
    """Visits of one body, half of them waiting for its head, all drafted by one officer who is on them; notices."""
    stage, now = Stage(world), timezone.now()
    firms = put(Enterprise, [
        Enterprise(uscc=f"X{n:017d}", name=f"武汉第{n}食品厂", applies="yes", division=world.district) for n in range(many)
    ])
    visits = put(Visit, [
        Visit(number=f"演示-2027-{n:06d}", kind="daily", body=world.body, enterprise=firm, site=world.site, row=stage.row, chosen="picked",
              drafted_by=world.officers[0], window_start=now + dt.timedelta(days=n % 300), window_end=now + dt.timedelta(days=n % 300, hours=2),
              state="to_approve" if n % 2 else "told") for n, firm in enumerate(firms)
    ])
    put(VisitOfficer, [
        VisitOfficer(visit=v, person=world.officers[0], certificate=world.certificates[0], role="lead", recusal_declared_at=now) for v in visits
    ])
    put(Leaf, [
        Leaf(act=act, subject_kind="visits.Visit", subject_id=str(v.pk), actor=world.officers[0].pk, actor_name="x", body=world.body.pk,
             body_name="y", source="draft", target="to_approve", at=now, entry="{}", hash=f"{act}{v.pk}", receipt="", key_id="", chain=act,
             n=v.pk) for v in visits for act in ("visit.draft", "visit.submit")
    ])
    put(Notice, [Notice(account=world.accounts["head"], kind="approve", words=f"第 {n} 条", at=now) for n in range(many)])
    for _ in search.rebuild([Enterprise, Visit]):
        pass


PAGES = (
    ("/todo/", "officer1", {}), ("/todo/", "head", {}), ("/todo/", "head", {"q": "食品", "page": "7"}), ("/todo/", "head", {"q": "第777"}),
    ("/done/", "officer1", {}), ("/done/", "officer1", {"q": "第777食"}), ("/started/", "officer1", {"page": "40"}),
    ("/started/", "officer1", {"q": "食品厂"}), ("/messages/", "head", {}), ("/head/batch/", "head", {"q": "第777食"}),
    ("/search/", "officer1", {"q": "食品"}), ("/search/", "head", {"q": "第777食"}), ("/search/", "supervisor", {"q": "演示-2027-000777"}),
    ("/officer/visits/", "officer1", {"q": "食品"}), ("/supervisor/visits/", "supervisor", {"q": "第777"}), ("/subjects/", "planner", {"q": "食品"}),
)


@pytest.fixture(scope="module")
def clients(django_db_setup, django_db_blocker):
    """One long world for all pages; thrown away with its transaction. Each desk was opened once while it was short."""
    with django_db_blocker.unblock(), transaction.atomic():
        world = World()
        clients = {who: world.client(who) for _, who, _ in PAGES}
        for client in clients.values():
            client.get("/messages/")
        fill(world, MANY)
        storage.gather_statistics()
        yield clients
        transaction.set_rollback(True)


@pytest.mark.parametrize(("address", "who", "query"), PAGES, ids=lambda p: "-".join(p.values()) if isinstance(p, dict) else p)
def test_a_long_list_asks_little(address, who, query, clients, django_db_blocker):
    with django_db_blocker.unblock(), CaptureQueriesContext(connection) as asked:
        response = clients[who].get(address, query)
    assert response.status_code == 200 and len(response.content) < 150_000
    questions = [q["sql"] for q in asked if q["sql"].startswith("SELECT")]
    assert len(questions) <= MOST, "\n".join(q[:240] for q in questions)
    assert "食品厂" in response.content.decode() or address == "/messages/" or address == "/subjects/"


def plan(rows: Any) -> str:
    return rows.explain().lower()


def test_finding_reads_the_index(clients, django_db_blocker):
    """The plan of the one question: the pairs' index, on either engine; no reading of the whole table."""
    with django_db_blocker.unblock():
        kept = search.SearchRow.objects.filter(kind="e", grams__hold=search._asked("e", "第777食"))
        said = plan(kept.values_list("key", flat=True))
        assert ("kernel_searchrow_grams" in said and "seq scan" not in said) or "virtual table" in said, said
        assert set(kept.values_list("text", flat=True)) >= {"武汉第777食品厂\nwhdspc\nx00000000000000777"} or kept.count() == 1

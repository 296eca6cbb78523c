"""Who calls, and the records that the calls are about: one world with a visit before arrival, one running, one archived."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from jiangcheng.inspection.items.models import LibraryRow
from jiangcheng.inspection.plans.models import Filing
from jiangcheng.inspection.visits.actions import archive, door, outcome, record
from jiangcheng.inspection.visits.demo import STROKES
from jiangcheng.inspection.visits.models import Order
from jiangcheng.kernel import ledger
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.papers import codes
from jiangcheng.papers import demo as portraits
from jiangcheng.papers.models import InspectionCode, Paper
from tests.visits.stage import Stage
from tests.world import World

TABLE = Path(__file__).with_name("table.csv")
# Column of the table -> account of the world. Each is a relation to the records of the scene.
PEOPLE = {
    "anonymous": "anonymous", "own": "officer1", "same body": "officer3", "other district": "other_officer1", "planner": "planner",
    "head": "head", "other head": "other_head", "supervisor": "supervisor", "other supervisor": "other_supervisor",
    "city supervisor": "city_supervisor", "superior": "superior", "enterprise": "enterprise", "other enterprise": "other_enterprise",
    "admin": "admin", "leader": "leader", "other body": "fire_officer",
}
RELATIONS = ("before", "running", "archived")


def addresses() -> dict[str, str]:
    """Every address of the project: name -> route."""
    found = list(_walk(get_resolver(), ""))
    names = Counter(name for _, name in found)
    assert max(names.values()) == 1, f"one name for several addresses: {names.most_common(1)}"
    return dict(sorted((name, route) for route, name in found))


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, route)
        elif isinstance(one, URLPattern):
            assert one.name, f"{route} has no name"
            yield route, one.name


def places(name: str) -> list[str]:
    """Names of the variable parts of an address."""
    patterns = get_resolver().reverse_dict.getlist(name)
    return list(patterns[0][0][0][1]) if patterns else []


@dataclass
class Scene:
    """The world and the records of each relation."""

    world: World
    records: dict[str, dict[str, Any]]

    def arguments(self, name: str, relation: str) -> dict[str, Any]:
        """Values for the variable parts of an address."""
        found = self.records[relation if relation in self.records else "running"]
        special = found.get(name, {})
        return {part: special.get(part, found.get(part)) for part in places(name)}


def build() -> Scene:
    """One world; three visits of the same two officers; an order; a filing; a published item and plan."""
    world = World()
    world.add_person("fire_officer", "夏雷（演示）", ("officer", world.authorised))  # another body of the same district
    stage = Stage(world)
    portraits.build()
    before, running = stage.coded(site=world.site2), _running(stage)
    done = _archived(stage)
    with ledger.act("test.filing", SYSTEM):
        filing = Filing(plan=stage.plan, round=1, office_kind="judicial", office=world.district_office, office_name="示范区司法局（演示）",
                        received_at=stage.now, state="waiting")
        filing.save()
        sent = Filing(plan=stage.plan, round=1, office_kind="superior", office=world.city_body, office_name="市局（演示）",
                      received_at=stage.now, state="waiting")
        sent.save()
    LibraryRow(table="inspection_items", n=1, title="某事项", owner="某单位", data={}, source_url="", source_title="", source_date="",
               source_kind="").save()
    common = {
        "body": world.body.pk, "year": stage.plan.year, "desk": "officer", "slug": "filed", "table": "inspection_items", "n": 1,
        "leaf": "1", "kind": "head", "name": "HR-14-1", "pk": stage.version.item_id,
        "supervisor-filing": {"pk": filing.pk}, "supervisor-filing-table": {"pk": filing.pk}, "superior-filing": {"pk": sent.pk},
        "public-body": {"pk": world.body.pk}, "sample": {"name": "refused"}, "subject": {"pk": world.law_firm.pk},
        "admin-body": {"pk": world.body.pk}, "admin-body-edit": {"pk": world.body.pk}, "admin-body-power": {"pk": world.body.pk},
        "admin-body-head": {"pk": world.body.pk}, "admin-person": {"pk": world.planner.pk},
        "certificate-photo": {"pk": world.certificates[0].pk}, "planner-paper": {"kind": "notice"}, "planner-paper-start": {"kind": "notice"},
    }
    return Scene(world, {r: common | _of(v) for r, v in zip(RELATIONS, (before, running, done), strict=True)})


def _running(stage: Stage) -> Any:
    """A started visit of another enterprise of the district."""
    visit, now = stage.coded(site=stage.firms(1)[0]), timezone.now()
    code = codes.current(visit.number)
    door.confirm_by_enterprise(door.at_the_door(code), visit, rotating=codes.rotating(code, now), now=now)
    door.show_certificate(stage.lead, visit)
    door.issue_notice(stage.lead, visit)
    door.start(stage.lead, stage.fresh(visit))
    return stage.fresh(visit)


def _archived(stage: Stage) -> Any:
    """A visit of the world's own enterprise, walked to the archive with a corrected order."""
    visit = stage.started()
    record.set_receiver(stage.lead, visit, "陈店长（演示）", "店长")
    record.all_fine(stage.assist, visit)
    outcome.hand_over_notice(stage.lead, visit, "glass", drawing=STROKES, receiver="陈店长（演示）")
    record.sign(stage.lead, visit, "enterprise", "glass", name="陈店长（演示）", drawing=STROKES)
    for officer in (stage.lead, stage.assist):
        record.sign(officer, visit, "officer", "glass", drawing=STROKES)
    outcome.finish(stage.lead, stage.fresh(visit), ["none"])
    outcome.tell(stage.lead, stage.fresh(visit), "glass", drawing=STROKES)
    outcome.close(stage.lead, stage.fresh(visit))
    archive.archive_visit(stage.lead, stage.fresh(visit))
    return stage.fresh(visit)


def _of(visit: Any) -> dict[str, Any]:
    code = InspectionCode.objects.filter(visit=visit.number).order_by("-pk").first()
    paper = Paper.objects.filter(matter=visit.number).order_by("pk").first()
    order = Order.objects.filter(visit=visit).first()
    number = {"number": order.number if order else f"{visit.number}-1"}
    return {
        "number": visit.number, "value": code.token, "code": paper.code, "form": "pdf", "officer-order": number, "enterprise-order": number,
        "verify-order": number | {"value": code.token},
    }


def expected() -> list[dict[str, str]]:
    """Rows of the table: name, method, relation, then a cell a person: ok, login, 403, 404, 405."""
    return list(csv.DictReader(io.StringIO(TABLE.read_text("utf-8"))))


def cell(response: HttpResponse) -> str:
    """What an answer says about access."""
    moved = response.headers.get("Location", "")
    if response.status_code == 401 or (response.status_code in (301, 302) and moved.startswith("/login/")):
        return "login"
    if response.status_code in (403, 404, 405):
        return str(response.status_code)
    assert response.status_code < 500, f"status {response.status_code}"
    return "ok"


def call(client: Client, method: str, name: str, arguments: dict[str, Any]) -> str:
    """One call, a POST with an empty form; what it answers. The client stays logged in whatever the call did."""
    send, kept = client.post if method == "POST" else client.get, client.cookies.copy()
    try:
        return cell(send(reverse(name, kwargs=arguments or None)))
    finally:
        client.cookies = kept

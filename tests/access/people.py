"""Who calls, and the records that the calls are about: one world with a visit at the scheme, at the door, and archived."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from jiangcheng.inspection.visits.actions import record
from jiangcheng.inspection.visits.facts.record import questions
from jiangcheng.papers import codes
from jiangcheng.papers.models import Paper
from tests.visits.stage import Stage
from tests.world import World

TABLE = Path(__file__).with_name("table.csv")
# Column: what a person is to the records. Relations: on the visit, same body, other body, other district, its head …
PEOPLE = (
    "anonymous", "officer1", "officer3", "other_officer", "planner", "head", "other_head", "supervisor", "other_supervisor",
    "city_supervisor", "superior", "enterprise", "other_enterprise", "admin", "leader",
)
OK, LOGIN, FORBIDDEN, HIDDEN = "ok", "login", "403", "404"


def addresses() -> list[tuple[str, str]]:
    """Every named address of the project with its route."""
    return sorted({(name, route) for route, name in _walk(get_resolver(), "")})


def _walk(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, route)
        elif isinstance(one, URLPattern):
            assert one.name, f"{route} has no name"
            yield route, one.name


@dataclass
class Scene:
    """The records by relation: ``before`` arrival, ``door`` (running), ``after`` (archived)."""

    world: World
    stage: Stage
    records: dict[str, dict[str, Any]]

    def arguments(self, route: str, relation: str) -> dict[str, Any]:
        """Values for the places of a route, taken from the records of the relation."""
        found = self.records.get(relation, self.records["after"])
        return {name: found[name] for name in places(route)}


def places(route: str) -> list[str]:
    """Names of the variable parts of a route."""
    names = []
    for part in route.split("<")[1:]:
        names.append(part.split(">")[0].split(":")[-1])
    return [n.removeprefix("P") for n in names]


def build() -> Scene:
    """One world, three visits."""
    world = World()
    stage = Stage(world)
    before = stage.coded(start=stage.now)
    door = stage.started(site=world.other_site if hasattr(world, "other_site") else world.site)
    after = stage.started(site=stage.firms(1)[0])
    question = questions(after)[0]
    record.answer(stage.lead, after, question, "problem", "记录不完整，不能当场提供。")
    record.all_fine(stage.assist, after)
    return Scene(world, stage, {"before": _of(before), "door": _of(door), "after": _of(after)})


def _of(visit: Any) -> dict[str, Any]:
    code = codes.InspectionCode.objects.filter(visit=visit.number).order_by("-pk").first()
    paper = Paper.objects.filter(matter=visit.number).order_by("pk").first()
    return {"number": visit.number, "value": code.token, "code": paper.code, "form": "pdf"}


def expected() -> list[dict[str, str]]:
    """Rows of the table: name, method, relation, then a cell a person."""
    return list(csv.DictReader(io.StringIO(TABLE.read_text("utf-8"))))


def outcome_of(response: HttpResponse) -> str:
    """A cell: ok, login, 403, 404."""
    if response.status_code in (301, 302) and "/login/" in response.headers.get("Location", ""):
        return LOGIN
    if response.status_code == 401:
        return LOGIN
    if response.status_code in (403, 404):
        return str(response.status_code)
    assert response.status_code < 500, response.status_code
    return OK


def call(client: Client, method: str, name: str, arguments: dict[str, Any]) -> str:
    """One call with an empty form; what it answers."""
    send: Callable[..., HttpResponse] = client.post if method == "POST" else client.get
    return outcome_of(send(reverse(name, kwargs=arguments or None)))

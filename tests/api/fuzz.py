"""Requests that a schema-driven fuzzer (schemathesis) makes from the OpenAPI file, with the key of each role. None may break the server.

In the suite a few hundred cases a role run (``test_fuzz.py``). The long run, on the engine of ``DATABASE_URL`` or SQLite, is::

    TEST_ENGINE=postgresql bin/test tests/api/test_fuzz.py --fuzz-cases 20000 -s

``run(cases)`` is the same as a function: it wants Django set up, an empty migrated database, and answers with a ``Report``.
Half of the cases fit the file, half break it on purpose. Names in addresses are mostly those of records that exist, in the
relation of the scene (before arrival, running, archived). What a case changes is rolled back.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from jiangcheng.api import app
from jiangcheng.kernel.models import Setting
from jiangcheng.law import parameters
from tests.access import people
from tests.api.client import key_for

ROLES = {
    "anonymous": "anonymous", "officer": "officer1", "planner": "planner", "head": "head", "supervisor": "supervisor", "superior": "superior",
    "enterprise": "enterprise", "leader": "leader",
}
"""Role -> account of the world. The administrator has no key: its desk has no part of the interface."""
KNOWN = 4
"""Of so many names in addresses, all but one are of records that exist."""


@dataclass
class Report:
    """What a run saw: cases by role and by status, and every answer of 500 or more."""

    cases: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    operations: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        found = ", ".join(f"{status}: {n}" for status, n in sorted(self.statuses.items()))
        return (f"{sum(self.cases.values())} cases over {len(self.operations)} operations in {self.seconds:.0f} s; {found}; "
                f"{len(self.broken)} answers of 500 or more")


class Undone(Exception):
    """Raised to roll back what a case did."""


def unlimited() -> None:
    """Let this database answer as often as it is asked."""
    numbers = parameters.shipped()["HR-08-5"].versions[-1].value | {"api": 0, "api-address": 0, "upload": 0, "code": 10**9, "paper": 10**9}
    Setting.objects.create(name="HR-08-5", value=json.dumps(numbers), valid_from=timezone.localdate(), decided_by="test",
                           decided_at=timezone.now(), ground="test")


def _names(scene: people.Scene, path: str, rng: random.Random) -> dict[str, Any]:
    """Names of records for the variable parts of an address."""
    relation = rng.choice(people.RELATIONS)
    found = scene.records[relation]
    name = next((n for n, route in people.addresses().items() if "/" + route.replace("<", "{").replace(">", "}") == path), "")
    special = found.get(name, {})
    special = special if isinstance(special, dict) else {}
    return {part: special.get(part, found.get(part)) for part in people.places(name)}


def _operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application())
    for found in schema.get_all_operations():
        yield found.ok()


def _try(operation: Any, mode: GenerationMode, many: int, head: dict[str, str], scene: people.Scene, report: Report, role: str, start: int) -> None:
    rng = random.Random(f"{operation.label}/{role}/{mode}/{start}")

    @seed(start)
    @hypothesis_settings(max_examples=many, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode), known=st.integers(0, KNOWN - 1))
    def one(case: Any, known: int) -> None:
        if known and case.path_parameters:
            names = _names(scene, operation.path, rng)
            case.path_parameters |= {k: v for k, v in names.items() if k in case.path_parameters and v is not None}
        try:
            with transaction.atomic():
                answer = case.call(headers=dict(case.headers or {}) | head)
                raise Undone
        except Undone:
            pass
        report.cases[role] += 1
        report.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            report.broken.append(f"{role} {case.as_curl_command()[:600]} -> {answer.status_code}")

    with contextlib.suppress(Unsatisfiable):  # nothing can break an operation that takes nothing
        one()
    report.operations.add(operation.label)


def _open_to(role: str) -> set[str]:
    """Ids of the operations that are for a role. The others are tried once each: they answer alike whatever is sent."""
    gates = {op.operation_id: op.auth_callbacks[0] for r in app.API._get_bound_routers() for v in r.path_operations.values() for op in v.operations}
    return {name for name, gate in gates.items() if not gate.roles or role in gate.roles}


def run(cases: int, roles: dict[str, str] | None = None, *, start: int = 1, say: Callable[[str], None] = lambda line: None) -> Report:
    """At least ``cases`` requests in all, spread over roles and operations. Everything is rolled back at the end."""
    roles, report, began = roles or ROLES, Report(), time.monotonic()
    settings.TESTING = True
    with transaction.atomic():
        unlimited()
        scene = people.build()
        every = list(_operations())
        open_ = {role: _open_to(role) for role in roles}
        closed = sum(len(every) - len(known) for known in open_.values())
        share = max(1, -(-(cases - closed) // (2 * sum(map(len, open_.values())))))
        for role, who in roles.items():
            head = {} if who == "anonymous" else {"Authorization": f"Bearer {key_for(scene.world, who)}"}
            for operation in every:
                mine = operation.definition.raw["operationId"] in open_[role]
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if mine else (GenerationMode.POSITIVE,):
                    _try(operation, mode, share if mine else 1, head, scene, report, role, start)
            say(f"{role}: {report.cases[role]} cases")
        transaction.set_rollback(True)
    report.seconds = time.monotonic() - began
    return report

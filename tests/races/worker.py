"""A worker of the race tests; started by ``crowd`` as a process of its own.

``prepare`` makes database and world; ``cap`` reserves places for 20 enterprises as issuing a code does; ``code``
redeems one code; ``door`` confirms one arrival from both sides.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import OperationalError, connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from jiangcheng.inspection.visits import counters  # noqa: E402
from jiangcheng.inspection.visits.actions import door, scheme  # noqa: E402
from jiangcheng.inspection.visits.models import Visit  # noqa: E402
from jiangcheng.kernel import ledger  # noqa: E402
from jiangcheng.kernel.actor import SYSTEM  # noqa: E402
from jiangcheng.law.rule import Refused  # noqa: E402
from jiangcheng.papers import codes  # noqa: E402
from jiangcheng.papers.models import InspectionCode  # noqa: E402
from tests.visits.stage import Stage  # noqa: E402
from tests.world import World  # noqa: E402

FIRMS, LIMIT = 20, 3
NOTES = Path(settings.VAR) / "race.json"


def prepare() -> dict:
    """Twenty enterprises with more approved visits than the cap has places, and one visit with a code."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    world = World()
    stage = Stage(world)
    coded = stage.coded()
    stage.cap(LIMIT)
    visits = []
    with ledger.act("test.race", SYSTEM):
        for site in stage.firms(FIRMS):
            for _ in range(LIMIT * 3):
                visits.append(copy_of(coded, site))
    return {"visits": visits, "coded": coded.number, "code": codes.current(coded.number).pk}


def copy_of(visit: Visit, site) -> int:
    """Another approved visit, without a code."""
    made = Visit.objects.get(pk=visit.pk)
    seats, items = list(visit.officers.all()), list(visit.items.all())
    made.pk = made.id = None
    made._state.adding, made._stored_state = True, None
    made.number, made.state, made.site, made.enterprise = f"R-{Visit.objects.count():05d}", "to_code", site, site.enterprise
    made.save()
    for row in (*seats, *items):
        row.pk = row.id = None
        row._state.adding, row.visit = True, made
        row.save()
    return made.pk


def take_place(n: int, notes: dict) -> str:
    """What issuing a code does to the counters, on a visit of its own enterprise."""
    visit = Visit.objects.select_related("enterprise", "row__plan").get(pk=notes["visits"][n % len(notes["visits"])])
    try:
        with transaction.atomic(), ledger.act("code.issue", SYSTEM, about=visit):
            counters.reserve(visit)
    except Refused:
        return "refused"
    return "reserved"


def issue_code(n: int, notes: dict) -> str:
    """The whole act: rules, places, signature, code."""
    lead = scheme_actor(notes)
    visit = Visit.objects.get(pk=notes["visits"][n % len(notes["visits"])])
    try:
        scheme.issue_code(lead, visit)
    except Refused:
        return "refused"
    return "issued"


def scheme_actor(notes: dict):
    from jiangcheng.parties import access
    from jiangcheng.parties.models import Account

    account = Account.objects.select_related("person").get(username="officer1")
    return access.actor_for(account, access.seats_today(account)[0])


def redeem(n: int, notes: dict) -> str:
    """One redemption of the one code, in a transaction of its own."""
    code = InspectionCode.objects.get(pk=notes["code"])
    with transaction.atomic():
        return "first" if codes.redeem(code, "enterprise", timezone.now()) else "later"


def arrive(n: int, notes: dict) -> str:
    """Enterprise and officer at once."""
    code = InspectionCode.objects.get(pk=notes["code"])
    visit, now = door.visit_of(code), timezone.now()
    if n % 2:
        done = door.confirm_by_enterprise(door.at_the_door(code), visit, rotating=codes.rotating(code, now), now=now)
    else:
        done = door.type_uscc(scheme_actor(notes), visit, code.uscc, now=now)
    return "first" if done.first else "later"


WHAT = {"cap": take_place, "issue": issue_code, "code": redeem, "door": arrive}


def patiently(act, n: int, notes: dict) -> str:
    """SQLite gives writers the lock without fairness: a client that waited too long asks again, as a browser would."""
    for _ in range(20):
        try:
            return act(n, notes)
        except OperationalError as busy:
            if "locked" not in str(busy):
                raise
    raise RuntimeError("the database stayed locked")


def main(what: str, count: str = "0", threads: str = "1", offset: str = "0") -> dict:
    if what == "prepare":
        notes = prepare()
        NOTES.write_text(json.dumps(notes))
        return {"visits": len(notes["visits"])}
    notes = json.loads(NOTES.read_text())
    start = int(count) * int(offset)

    def client(numbers: list[int]) -> Counter:
        seen = Counter(patiently(WHAT[what], n, notes) for n in numbers)
        connection.close()
        return seen

    shares = [[start + i for i in range(t, int(count), int(threads))] for t in range(int(threads))]
    with ThreadPoolExecutor(int(threads)) as pool:
        return dict(sum(pool.map(client, shares), Counter()))


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))

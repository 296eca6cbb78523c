"""Whatever people do, in whatever order: no state outside the flow, no cap exceeded or leaking, no act without its leaf.

Steps come from hypothesis: most lead on, others are what may go wrong on that day, the rest any verb by anybody. Beside them
stand orders of steps that once got past a rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jiangcheng.inspection.visits.actions import archive, door, outcome, record, scheme
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.models import CapCounter, CapUse, Visit
from jiangcheng.inspection.visits.words import STATES
from jiangcheng.kernel import ledger
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes, issue
from jiangcheng.papers.models import InspectionCode, Paper
from tests.visits.stage import Stage
from tests.visits.walk import STROKES, order

PEOPLE = ("officer1", "officer2", "officer3", "head", "deputy", "supervisor", "superior", "enterprise", "other_enterprise", "other_officer1")
LIMIT = 1
ON_IT = {"officer1", "officer2", "officer3"}
MAY: dict[str, set[str]] = {
    "declare": ON_IT, "submit": ON_IT, "withdraw": ON_IT, "approve": {"head", "deputy"}, "give_back": {"head", "deputy"}, "issue": ON_IT,
    "replace": {"head", "deputy"}, "reschedule": ON_IT, "drop": ON_IT | {"head", "deputy"}, "elsewhere": ON_IT, "confirm": {"enterprise"},
    "scan": ON_IT, "offline": ON_IT, "show": ON_IT, "notice": ON_IT, "receive": ON_IT | {"enterprise"}, "start": ON_IT, "fine": ON_IT,
    "problem": ON_IT, "break_off": ON_IT, "resume": ON_IT, "closed_door": ON_IT, "refused": ON_IT, "changed_mind": ON_IT,
    "lead": ON_IT, "aside": ON_IT | {"enterprise"}, "decide": {"head", "deputy"}, "sign": ON_IT, "finish": ON_IT, "tell": ON_IT,
    "close": ON_IT, "archive": ON_IT, "revoke": {"supervisor", "superior"},
}
ONWARD = {
    "draft": ("submit",), "returned": ("submit",), "to_approve": ("approve",), "to_code": ("issue", "declare", "issue"),
    "to_enter": ("confirm", "scan", "offline"),
    "arrived": ("show", "notice", "start"), "inspecting": ("receive", "fine", "sign", "finish"), "broken_off": ("resume",),
    "not_done": ("close",), "to_tell": ("tell",), "told": ("close",), "following": ("close",), "closed": ("archive",),
}
SIDEWAYS = {
    "draft": ("elsewhere", "drop"), "returned": ("elsewhere", "drop"), "to_approve": ("give_back", "withdraw", "drop"),
    "to_code": ("replace", "reschedule", "drop"), "to_enter": ("replace", "reschedule", "closed_door", "refused", "issue", "aside", "lead"),
    "arrived": ("break_off", "replace", "closed_door", "refused", "reschedule", "aside", "revoke"),
    "inspecting": ("break_off", "problem", "closed_door", "refused", "aside"),
    "broken_off": ("reschedule", "fine", "sign", "finish", "replace"), "not_done": ("changed_mind",), "told": ("revoke",),
}
BY = {"approve": "head", "give_back": "head", "replace": "head", "decide": "head", "confirm": "enterprise", "revoke": "supervisor"}
NOT_HELD = ("draft", "returned", "revoked", "lapsed")


class Any_:
    """The verbs, each for one visit by one actor."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.world = stage, stage.world
        self.visits = [stage.ready(), stage.ready(end=stage.now + dt.timedelta(days=1))]

    def way(self, visit: Visit, n: int, ways: dict[str, tuple[str, ...]]) -> tuple[str, str]:
        """A verb of the visit's state, and who does it."""
        verb = ways[visit.state][n % len(ways[visit.state])] if visit.state in ways else "archive"
        if visit.recusals.filter(decided_at=None).exists() and n % 2:
            verb = "decide"
        seat = visit.officers.filter(left_at=None).order_by("id").first()
        if verb == "declare":
            seat = visit.officers.filter(left_at=None, recusal_declared_at=None).first() or seat
        officer = next((k for k in sorted(ON_IT) if seat and self.world.people[k].pk == seat.person_id), "officer1")
        return verb, BY.get(verb, officer)

    # verbs

    def declare(self, actor, visit, n):
        scheme.declare(actor, visit)

    def submit(self, actor, visit, n):
        return scheme.submit(actor, visit)

    def withdraw(self, actor, visit, n):
        return scheme.withdraw(actor, visit)

    def approve(self, actor, visit, n):
        return scheme.approve(actor, visit)

    def give_back(self, actor, visit, n):
        return scheme.return_(actor, visit, "请补充步骤")

    def issue(self, actor, visit, n):
        scheme.issue_code(actor, visit)

    def replace(self, actor, visit, n):
        seats = list(visit.officers.order_by("id"))
        return scheme.replace_officer(actor, visit, seats[n % len(seats)].pk, self.world.officers[n % 3].pk, "生病")

    def reschedule(self, actor, visit, n):
        start = self.stage.now + dt.timedelta(days=n % 3)
        return scheme.reschedule(actor, visit, start, start + dt.timedelta(hours=2), "企业停电")

    def drop(self, actor, visit, n):
        return scheme.drop(actor, visit, "另行安排")

    def elsewhere(self, actor, visit, n):
        scheme.save_scheme(actor, visit, site_id=(self.world.site, self.world.site2, self.world.household_site)[n % 3].pk)

    def confirm(self, actor, visit, n):
        code, now = codes.current(visit.number), timezone.now()
        if code is None:
            raise Refused(())
        return door.confirm_by_enterprise(actor, visit, rotating=codes.rotating(code, now), now=now).receipt

    def scan(self, actor, visit, n):
        return door.type_uscc(actor, visit, visit.enterprise.uscc).receipt

    def offline(self, actor, visit, n):
        return door.arrive_offline(actor, visit, reason="地下室", device_at=timezone.now(), photo=self.stage.photo(visit)).receipt

    def show(self, actor, visit, n):
        return door.show_certificate(actor, visit)

    def notice(self, actor, visit, n):
        door.issue_notice(actor, visit)

    def receive(self, actor, visit, n):
        outcome.hand_over_notice(actor, visit, "glass", receiver="孙兰", drawing=STROKES)

    def start(self, actor, visit, n):
        return door.start(actor, visit)

    def fine(self, actor, visit, n):
        record.all_fine(actor, visit, record_facts.questions(visit))

    def problem(self, actor, visit, n):
        record.answer(actor, visit, record_facts.questions(visit)[n % 3], "problem", "柜温9℃")

    def break_off(self, actor, visit, n):
        return door.break_off(actor, visit, "停电")

    def resume(self, actor, visit, n):
        return door.resume(actor, visit)

    def closed_door(self, actor, visit, n):
        return door.not_done(actor, visit, "closed", "大门紧锁", photo=self.stage.photo(visit, "evidence"))

    def refused(self, actor, visit, n):
        return door.not_done(actor, visit, "refused", "店长不让进门")

    def changed_mind(self, actor, visit, n):
        return door.resume_refused(actor, visit)

    def lead(self, actor, visit, n):
        return door.take_over_lead(actor, visit)

    def aside(self, actor, visit, n):
        seats = list(visit.officers.order_by("id"))
        door.request_recusal(actor, visit, seats[n % len(seats)].pk, "亲属")

    def decide(self, actor, visit, n):
        asked = visit.recusals.filter(decided_at=None).first()
        if asked is None:
            raise Refused(())
        return door.decide_recusal(actor, asked, bool(n % 2), "已核实")

    def sign(self, actor, visit, n):
        record.sign(actor, visit, "enterprise", "glass", name="孙兰", drawing=STROKES)
        for seat in facts.seats(visit):
            record.sign(actor, visit, "officer", "glass", person=seat.person_id, drawing=STROKES)

    def finish(self, actor, visit, n):
        bad = visit.answers.filter(verdict="problem").exists()
        return outcome.finish(actor, visit, ["correct"] if bad else ["none"], [order()] if bad else [], "已讲解")

    def tell(self, actor, visit, n):
        return outcome.tell(actor, visit, "glass", receiver="孙兰", drawing=STROKES)

    def close(self, actor, visit, n):
        return outcome.close(actor, visit)

    def archive(self, actor, visit, n):
        archive.archive_visit(actor, visit)

    def revoke(self, actor, visit, n):
        return door.revoke(actor, visit, "与上级部署冲突")


def tally() -> tuple[int, int, int]:
    return Leaf.objects.count(), Paper.objects.count(), CapUse.objects.count()


def step(run: Any_, n: int) -> None:
    """One step: the visit, the verb and the person come from one number; what holds afterwards is looked at."""
    if n % 29 == 0:
        scheme.lapse_due(run.stage.now + dt.timedelta(hours=4 if n % 2 else 24 * 20))
        return
    visit = Visit.objects.get(pk=run.visits[n % 5 // 3].pk)
    if n % 20 < 16:
        verb, name = run.way(visit, n // 20, ONWARD if n % 20 < 12 else SIDEWAYS)
    else:
        verb, name = list(MAY)[n // 20 % len(MAY)], PEOPLE[n // 700 % len(PEOPLE)]
    before, state = tally(), visit.state
    try:
        with transaction.atomic():
            done = getattr(run, verb)(run.world.actor(name), visit, n // 7)
    except Refused:
        assert tally() == before and Visit.objects.get(pk=visit.pk).state == state, f"{verb} by {name} was refused and left something"
        return
    assert name in MAY[verb], f"{verb} was done by {name}"
    if isinstance(done, Receipt):
        assert Leaf.objects.filter(pk=int("".join(filter(str.isdigit, done.number)) or 0)).exists() or done.promise
        assert tally()[0] > before[0], f"{verb}: acknowledged without a leaf"
    if Visit.objects.get(pk=visit.pk).state != state:
        assert ledger.history(visit).exclude(target="").last().source == state or verb in ("finish", "tell")


def holds() -> None:
    """What is true of all visits and places at any time."""
    for counter in CapCounter.objects.all():
        held = counter.uses.filter(state__in=("reserved", "used")).count()
        assert counter.n == held <= LIMIT, f"{counter}: {held} places held"
    for visit in Visit.objects.all():
        assert visit.state in STATES and ledger.holes(visit) == []
        held = visit.cap_uses.filter(state__in=("reserved", "used"))
        assert held.count() <= 1
        if visit.state in NOT_HELD and not visit.started_at:
            assert not held.exists(), f"{visit} {visit.state} still holds a place"
        if visit.state in ("closed", "archived") and not visit.started_at:
            assert not held.exists(), f"{visit} never began and was closed with its place"
        if visit.started_at:
            assert held.filter(state="used").count() == 1, f"{visit} took place without its place"
            assert visit.state not in ("draft", "lapsed"), f"{visit} had begun and is {visit.state}"
            done = set(ledger.history(visit).values_list("act", flat=True))
            assert {"visit.approve", "visit.issue", "visit.start"} <= done and done & {"visit.arrive", "visit.arrive_offline"}
            assert Paper.objects.filter(matter=visit.number, kind="notice").exists()
        if visit.outcomes or visit.answers.exists():
            assert visit.started_at, f"{visit} was inspected without a start"
        if visit.state in ("revoked", "lapsed", "closed", "archived", "to_code", "to_approve"):
            running = InspectionCode.objects.filter(visit=visit.number, state="ready", window_end__gt=timezone.now())
            assert visit.state == "lapsed" or not running.exists(), f"{visit} {visit.state} has a code that opens doors"


@pytest.fixture
def any_(stage, monkeypatch) -> Callable[[], Any_]:
    """A stage with one cap. Papers are set as plain bytes: how they look is tested elsewhere and takes most of the time."""
    monkeypatch.setattr(issue, "_set", lambda kind, data, layout=None: (f"{kind}{data.get('code', '')}".encode(), b"docx"))
    stage.cap(LIMIT)
    return lambda: Any_(stage)


@pytest.mark.duty("327-05-2", "327-15-1", "HR-15-8", "327-08-2", "refused")
@settings(
    max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=(Phase.explicit, Phase.generate), database=None,
)
@given(steps=st.lists(st.integers(1, 99_999), min_size=40, max_size=50))
def test_no_order_of_steps_breaks_what_must_hold(any_, steps):
    with transaction.atomic():
        run = any_()
        for n in steps:
            step(run, n)
            holds()
        transaction.set_rollback(True)


TO_CODE = [("submit", "officer1"), ("approve", "head"), ("issue", "officer1")]
TO_START = [*TO_CODE, ("confirm", "enterprise"), ("show", "officer1"), ("notice", "officer1"), ("start", "officer1")]
SEQUENCES = {
    "broken off before the start it is not recorded": (
        [*TO_CODE, ("confirm", "enterprise"), ("break_off", "officer1"), ("resume", "officer1")], [("fine", "officer1"), ("finish", "officer1")],
    ),
    "begun and moved it is not dropped": (
        [*TO_START, ("break_off", "officer1"), ("reschedule", "officer1")], [("drop", "officer1"), ("drop", "head")],
    ),
    "a problem is not buried": ([*TO_START, ("problem", "officer1")], [("closed_door", "officer1"), ("refused", "officer1")]),
    "a stranger to the visit does not scan": (TO_CODE, [("scan", "officer3"), ("confirm", "other_enterprise"), ("show", "other_officer1")]),
    "who stood aside ends the code": (
        [*TO_CODE, ("aside", "enterprise"), ("decide", "head")], [("confirm", "enterprise"), ("issue", "officer1")],
    ),
    "at the door too": (
        [*TO_CODE, ("confirm", "enterprise"), ("aside", "enterprise"), ("decide", "head")], [("start", "officer1"), ("confirm", "enterprise")],
    ),
    "who comes instead declares first": ([*TO_CODE, ("replace", "head")], [("issue", "officer1"), ("confirm", "enterprise")]),
    "the code of another window opens nothing": ([*TO_CODE, ("reschedule", "officer1")], [("confirm", "enterprise"), ("start", "officer1")]),
}


@pytest.mark.duty("327-05-2", "327-17-4", "HR-17-5", "HR-18-2", "refused")
@pytest.mark.parametrize("name", SEQUENCES)
def test_these_orders_of_steps_end_where_they_should(any_, name):
    run = any_()
    visit, (done, refused) = run.visits[0], SEQUENCES[name]
    for verb, who in done:
        getattr(run, verb)(run.world.actor(who), visit, 5)
        visit = Visit.objects.get(pk=visit.pk)
        holds()
    state, before = visit.state, tally()
    for verb, who in refused:
        with pytest.raises(Refused), transaction.atomic():
            getattr(run, verb)(run.world.actor(who), visit, 5)
        assert (Visit.objects.get(pk=visit.pk).state, tally()) == (state, before), f"{verb} by {who}"
    holds()

"""No sequence of steps reaches a started on-site inspection past a step of articles 7 and 13 to 18 (article 5 paragraph 2).

A machine of hypothesis breaks and mends what the articles ask for, and takes any step at any time. Whether an inspection that
has begun went through all of them is asked of the tables, not of the rules: the oracle below knows nothing of ``rules/``.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from jiangcheng.inspection.items.extra import add_step
from jiangcheng.inspection.items.models import Cap
from jiangcheng.inspection.visits.actions import door, scheme, steps
from jiangcheng.inspection.visits.models import CapUse, Visit
from jiangcheng.kernel import ledger
from jiangcheng.law import registry
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes, issue
from jiangcheng.papers.models import InspectionCode, Paper
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db
ARTICLES = {"第七条", "第十三条", "第十四条", "第十五条", "第十六条", "第十七条", "第十八条"}
FACTS = ("item", "plan", "row", "cap", "certificate", "delegation", "step", "manner", "window")
VERBS = (
    "submit", "withdraw", "approve", "give_back", "issue", "reschedule", "confirm", "scan", "show", "show_second", "notice", "start", "pause",
    "resume", "replace", "extra", "own_approval", "stranger",
)


def passed(visit: Visit) -> list[str]:
    """What a begun inspection lacks of the statutory steps, read off the tables as they were left."""
    acts = list(ledger.history(visit).order_by("id").values_list("act", flat=True))
    lacks = []
    for names in (("visit.submit",), ("visit.approve",), ("visit.issue", "visit.reissue"), ("visit.arrive",)):
        if not set(names) & set(acts[: acts.index("visit.start")]):
            lacks.append(names[0])
    if visit.approved_by_id in {visit.drafted_by_id, *visit.officers.values_list("person", flat=True)}:
        lacks.append("approved by oneself")
    if not InspectionCode.objects.filter(visit=visit.number, used_at__isnull=False).exists():
        lacks.append("code not scanned")
    if not Paper.objects.filter(matter=visit.number, kind="notice", issued_at__lte=visit.started_at).exists():
        lacks.append("no notice")
    if visit.officers.filter(left_at=None, shown_at__isnull=False).count() < 2:
        lacks.append("certificates of fewer than two shown")
    return lacks


class Machine(RuleBasedStateMachine):
    """One visit, the facts around it, and everybody's steps."""

    world = None

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.stage = stage = Stage(type(self).world)
        self.cap = stage.cap(1)
        self.visit = stage.ready(end=stage.now + dt.timedelta(days=1))
        self.broken: set[str] = set()
        self.refused: set[str] = set()
        self.at_start: list[str] | None = None

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.point)

    def fresh(self) -> Visit:
        return Visit.objects.get(pk=self.visit.pk)

    # --- what the articles ask for, broken and mended

    @rule(what=st.sampled_from(FACTS))
    def break_or_mend(self, what: str) -> None:
        """One fact turns; a fact that is broken refuses the start whatever was done before."""
        mend, self.broken = what in self.broken, self.broken ^ {what}
        getattr(self, f"_{what}")(mend)

    def _item(self, mend: bool) -> None:
        ended = None if mend else self.stage.day - dt.timedelta(days=1)
        type(self.stage.version)._base_manager.filter(pk=self.stage.version.pk).update(ended_on=ended)

    def _plan(self, mend: bool) -> None:
        type(self.stage.plan)._base_manager.filter(pk=self.stage.plan.pk).update(state="published" if mend else "drafting")

    def _row(self, mend: bool) -> None:
        type(self.stage.row)._base_manager.filter(pk=self.stage.row.pk).update(withdrawn_at=None if mend else timezone.now())

    def _cap(self, mend: bool) -> None:
        Cap._base_manager.filter(pk=self.cap.pk).update(limit=1 if mend else 0)

    def _certificate(self, mend: bool) -> None:
        row = self.stage.world.certificates[1]
        type(row)._base_manager.filter(pk=row.pk).update(revoked_at=None if mend else self.stage.day)

    def _delegation(self, mend: bool) -> None:
        heads = self.stage.world.body.headships
        until = None if mend else self.stage.day - dt.timedelta(days=1)
        type(heads.first())._base_manager.filter(body=self.stage.world.body).update(valid_until=until)

    def _step(self, mend: bool) -> None:
        if mend:
            rows = self.stage.version.item.steps.model._base_manager.filter(item=self.stage.version.item)
            rows.update(valid_from=self.stage.day - dt.timedelta(days=9), valid_until=self.stage.day - dt.timedelta(days=8))
        else:
            add_step(self.stage.world.actor("planner"), self.stage.version.item, text="征求意见", document="食品安全法实施条例", level="regulation",
                     clause="第五十九条", guards="start", valid_from=self.stage.day)

    def _manner(self, mend: bool) -> None:
        type(self.stage.version)._base_manager.filter(pk=self.stage.version.pk).update(manner="onsite" if mend else "offsite")

    def _window(self, mend: bool) -> None:
        start = self.stage.now + dt.timedelta(minutes=-10) if mend else self.stage.now + dt.timedelta(days=2)
        Visit._base_manager.filter(pk=self.visit.pk).update(window_start=start, window_end=start + dt.timedelta(days=1))

    # --- steps, in any order

    @rule(verb=st.sampled_from(VERBS))
    def take(self, verb: str) -> None:
        """A step by whoever takes it. Done or refused; a refusal changes nothing and names its source."""
        visit, before = self.fresh(), (self.fresh().state, ledger.history(self.visit).count())
        try:
            with transaction.atomic():
                getattr(self, f"do_{verb}")(visit)
        except Refused as found:
            self._named(verb, found)
            assert (self.fresh().state, ledger.history(self.visit).count()) == before, f"{verb} was refused and left something"

    @rule()
    def go_on(self) -> None:
        """All that leads on from here, so that runs come to the start at all."""
        for verb in ("submit", "approve", "issue", "confirm", "show", "show_second", "notice", "extra", "start"):
            self.take(verb)

    def _named(self, verb: str, found: Refused) -> None:
        assert found.breaches, f"{verb} refused without a breach"
        for breach in found.breaches:
            assert breach.sentence and breach.ids, f"{verb}: “{breach.sentence}” names no source"
            assert breach.article == "、".join(registry.display_source(i) for i in breach.ids)
            self.refused |= {registry.article_name(registry.duties()[i]) for i in breach.ids}

    def do_submit(self, visit: Visit) -> None:
        scheme.submit(self.stage.lead, visit)

    def do_withdraw(self, visit: Visit) -> None:
        scheme.withdraw(self.stage.lead, visit)

    def do_approve(self, visit: Visit) -> None:
        scheme.approve(self.stage.head, visit)

    def do_own_approval(self, visit: Visit) -> None:
        scheme.approve(self.stage.lead, visit)

    def do_give_back(self, visit: Visit) -> None:
        scheme.return_(self.stage.head, visit, "请补充步骤")

    def do_issue(self, visit: Visit) -> None:
        scheme.issue_code(self.stage.lead, visit)

    def do_reschedule(self, visit: Visit) -> None:
        scheme.reschedule(self.stage.lead, visit, self.stage.now, self.stage.now + dt.timedelta(hours=3), "企业停电")

    def do_confirm(self, visit: Visit) -> None:
        code, now = codes.current(visit.number), timezone.now()
        rotating = codes.rotating(code, now) if code else "000000"
        door.confirm_by_enterprise(self.stage.firm, visit, rotating=rotating, now=now)

    def do_scan(self, visit: Visit) -> None:
        door.type_uscc(self.stage.lead, visit, visit.enterprise.uscc)

    def do_show(self, visit: Visit) -> None:
        door.show_certificate(self.stage.lead, visit)

    def do_show_second(self, visit: Visit) -> None:
        door.show_certificate(self.stage.assist, visit)

    def do_notice(self, visit: Visit) -> None:
        door.issue_notice(self.stage.lead, visit)

    def do_start(self, visit: Visit) -> None:
        broken = sorted(self.broken & {"item", "certificate", "window"})
        broken += [step.text for step, done in steps.table(visit) if done is None]
        door.start(self.stage.lead, visit)
        assert not broken, f"begun although broken: {broken}"
        self.at_start = passed(self.fresh())

    def do_stranger(self, visit: Visit) -> None:
        door.start(self.stage.world.actor("other_officer1"), visit)

    def do_pause(self, visit: Visit) -> None:
        door.break_off(self.stage.lead, visit, "停电")

    def do_resume(self, visit: Visit) -> None:
        door.resume(self.stage.lead, visit)

    def do_replace(self, visit: Visit) -> None:
        seat = visit.officers.filter(left_at=None).order_by("id").last()
        scheme.replace_officer(self.stage.head, visit, seat.pk, self.stage.world.officers[2].pk, "生病")

    def do_extra(self, visit: Visit) -> None:
        for step, done in steps.table(visit):
            if done is None:
                steps.step_done(self.stage.lead, visit, step.pk, "已办理")

    # --- what holds

    @invariant()
    def nothing_was_passed_by(self) -> None:
        """A begun inspection has all the statutory steps behind it, and its place under the cap."""
        visit = self.fresh()
        if visit.started_at is None:
            assert visit.state not in ("inspecting", "to_tell", "told", "closed", "archived")
            return
        assert self.at_start == [], f"begun past {self.at_start}"
        assert CapUse.objects.filter(visit=visit, state="used").exists(), "begun without a place under the cap"
        assert self.cap.uses.filter(state__in=("reserved", "used")).count() <= 1


def machine(world) -> type[Machine]:
    return type("Order", (Machine,), {"world": world})


@pytest.fixture
def plain(monkeypatch):
    """Papers are set as plain bytes: how they look is tested elsewhere and takes most of the time."""
    monkeypatch.setattr(issue, "_set", lambda kind, data: (f"{kind}{data.get('code', '')}".encode(), b"docx"))


@pytest.mark.duty("327-05-2", "refused")
def test_no_sequence_of_steps_starts_past_a_statutory_step(world, plain):
    run_state_machine_as_test(machine(world), settings=settings(
        max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None,
        phases=(Phase.explicit, Phase.generate),
    ))


@pytest.mark.duty("327-05-2", "refused")
@pytest.mark.parametrize(("what", "articles"), [
    ("item", {"第七条"}), ("plan", {"第十三条"}), ("row", {"第十三条"}), ("cap", {"第十五条"}), ("manner", {"第十六条"}),
    ("certificate", {"第十八条"}), ("step", {"第十八条"}), ("window", {"第十七条"}),
])
def test_what_is_broken_refuses_and_names_its_article(world, plain, what, articles):
    run = machine(world)()
    try:
        run.break_or_mend(what)
        for verb in ("submit", "approve", "issue", "confirm", "show", "show_second", "notice", "start"):
            run.take(verb)
        assert run.fresh().started_at is None, "begun although broken"
        assert articles <= run.refused, f"refused by {run.refused}"
        assert run.refused & ARTICLES
    finally:
        run.teardown()


@pytest.mark.duty("327-05-2", "refused")
@pytest.mark.parametrize("left_out", ["submit", "approve", "issue", "confirm", "show", "notice"])
def test_a_step_left_out_refuses_the_start_and_names_an_article(world, plain, left_out):
    run = machine(world)()
    try:
        for verb in ("submit", "approve", "issue", "confirm", "show", "show_second", "notice"):
            if not verb.startswith(left_out):
                run.take(verb)
        run.refused.clear()
        run.take("start")
        assert run.fresh().started_at is None and run.refused & ARTICLES
    finally:
        run.teardown()


@pytest.mark.duty("327-05-2", "allowed")
def test_all_steps_in_their_order_lead_to_the_start(world, plain):
    run = machine(world)()
    try:
        run.go_on()
        visit = run.fresh()
        assert visit.state == "inspecting" and passed(visit) == [] and not run.refused
        run.nothing_was_passed_by()
    finally:
        run.teardown()


def test_the_oracle_finds_a_start_past_a_step(stage):
    """The machine can fail: an inspection put to 检查中 past the actions lacks everything."""
    visit = stage.ready()
    with ledger.act("visit.start", stage.lead, about=visit):
        Visit._base_manager.filter(pk=visit.pk).update(started_at=timezone.now(), state="inspecting")
    assert {"visit.approve", "code not scanned", "no notice", "certificates of fewer than two shown"} <= set(passed(stage.fresh(visit)))

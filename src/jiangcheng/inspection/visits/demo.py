"""Generated visits of the demo city, one a state: each is walked there by the real actions, nothing is written past them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.plans.models import PlanRow
from jiangcheng.inspection.visits import draw
from jiangcheng.inspection.visits.actions import archive, door, orders, outcome, record, scheme
from jiangcheng.inspection.visits.facts.record import questions
from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.papers import codes
from jiangcheng.parties import access
from jiangcheng.parties.models import Account, Seat, Site

STROKES = {"width": 324, "height": 128, "strokes": [[[40, 60], [70, 40], [90, 90]], [[120, 40], [130, 95]], [[160, 60], [220, 58]]]}
SEED = "%032x"


def _actor(username: str) -> Actor | None:
    account = Account.objects.filter(username=username, demo=True).first()
    if account is None:
        return None
    seats = access.seats_today(account)
    return access.actor_for(account, seats[0], "job") if seats else None


class Walk:
    """The people of the demo market office and the steps they take."""

    def __init__(self, seed: int) -> None:
        self.lead, self.second, self.head = (_actor(n) for n in ("officer1", "officer2", "head"))
        self.seed, self.count = seed, 0
        self.site: Site | None = None
        now = timezone.now()
        self.start, self.end = now - timedelta(minutes=20), self._evening(now)

    @staticmethod
    def _evening(now: datetime) -> datetime:
        late = timezone.localtime(now).replace(hour=23, minute=30, second=0, microsecond=0)
        return max(late, now + timedelta(hours=2))

    def complete(self) -> bool:
        return None not in (self.lead, self.second, self.head)

    def draft(self, row: PlanRow) -> Visit:
        self.count += 1
        if self.site is not None:  # the enterprise whose log-in is printed has something to see and to do
            site, self.site = self.site, None
            visit = scheme.draft(self.lead, row_id=row.pk, site_id=site.pk, pick_reason="上次检查发现的问题需要核实。")
            return self._window(visit)
        drawn = draw.draw_subjects(self.lead, row, 1, seed=SEED % (self.seed + self.count))
        visit = scheme.draft(self.lead, row_id=row.pk, draw_id=drawn.pk)
        return self._window(visit)

    def _window(self, visit: Visit) -> Visit:
        return scheme.save_scheme(self.lead, visit, window_start=self.start, window_end=self.end, risk="一般风险，避开经营高峰。")

    def ready(self, row: PlanRow) -> Visit:
        visit = self.draft(row)
        visit = scheme.set_officers(self.lead, visit, [(self.lead.person, "lead"), (self.second.person, "assist")], declared=True)
        return scheme.declare(self.second, visit)

    def submitted(self, row: PlanRow) -> Visit:
        visit = self.ready(row)
        scheme.submit(self.lead, visit)
        return fresh(visit)

    def approved(self, row: PlanRow) -> Visit:
        visit = self.submitted(row)
        scheme.approve(self.head, visit)
        return fresh(visit)

    def coded(self, row: PlanRow) -> Visit:
        visit = self.approved(row)
        scheme.issue_code(self.lead, visit)
        return fresh(visit)

    def arrived(self, row: PlanRow) -> Visit:
        visit = self.coded(row)
        now, code = timezone.now(), codes.current(visit.number)
        door.confirm_by_enterprise(door.at_the_door(code), visit, rotating=codes.rotating(code, now), now=now)
        return fresh(visit)

    def started(self, row: PlanRow) -> Visit:
        visit = self.arrived(row)
        door.show_certificate(self.lead, visit)
        door.issue_notice(self.lead, visit)
        outcome.hand_over_notice(self.lead, visit, "glass", drawing=STROKES, receiver="陈店长（演示）", receiver_role="店长")
        door.start(self.lead, visit)
        record.set_receiver(self.lead, visit, "陈店长（演示）", "店长")
        return fresh(visit)

    def told(self, row: PlanRow, *, problem: bool) -> Visit:
        visit = self.started(row)
        if problem:
            question = questions(visit)[0]
            record.answer(self.lead, visit, question, "problem", "现场有两处记录不完整，不能当场提供凭证。")
        record.all_fine(self.second, visit)
        record.set_statement(self.lead, visit, "情况属实，马上补齐。" if problem else "没有意见。")
        record.sign(self.lead, visit, "enterprise", "glass", name="陈店长（演示）", drawing=STROKES)
        for officer in (self.lead, self.second):
            record.sign(officer, visit, "officer", "glass", drawing=STROKES)
        drafts = []
        if problem:
            points = [{
                "fact": "两处记录不完整，不能当场提供凭证", "broken": "检查标准要求如实记录并留存凭证", "ground": "《食品安全法》第一百二十六条",
                "todo": "补齐记录和凭证，拍照提交",
            }]
            drafts = [{"kind": "correct", "points": points, "due": outcome.proposal(), "term_reason": "所涉凭证需向供货方调取。"}]
        outcome.finish(self.lead, fresh(visit), ["correct"] if problem else ["none"], drafts, guidance="已讲解记录要求。" if problem else "")
        outcome.tell(self.lead, fresh(visit), "glass", drawing=STROKES)
        return fresh(visit)

    def visited(self, row: PlanRow) -> Visit:
        """A visit with a problem at the enterprise of the demo log-in, when it has a site in the territory."""
        own = Seat.objects.filter(account__username="enterprise", role="enterprise").values("enterprise")
        self.site = draw.sites_in(row).filter(enterprise__in=own).order_by("id").first()
        return self.told(row, problem=True)

    def closed(self, row: PlanRow) -> Visit:
        visit = self.told(row, problem=False)
        outcome.close(self.lead, visit)
        return fresh(visit)

    def archived(self, row: PlanRow) -> Visit:
        visit = self.closed(row)
        archive.archive_visit(self.lead, visit)
        return fresh(visit)

    def returned(self, row: PlanRow) -> Visit:
        visit = self.submitted(row)
        scheme.return_(self.head, visit, "请写明第二步的分工。")
        return fresh(visit)

    def corrected(self, row: PlanRow) -> Visit:
        visit = self.told(row, problem=True)
        order = Order.objects.get(visit=visit)
        orders.extend(self.head, order, order.due + timedelta(days=5), "供货方寄送凭证需要时间。")
        return visit


def fresh(visit: Visit) -> Visit:
    """The visit as it is stored now."""
    return Visit.objects.select_related("body", "enterprise", "site", "row__plan", "order").get(pk=visit.pk)


def build(seed: int = 327, say: Callable[[str], None] = lambda words: None) -> int:
    """One visit in each state that is worth seeing; answers with their number. A database that has visits is left alone."""
    if Visit.objects.exists():
        return 0
    walk = Walk(seed)
    if not walk.complete():
        return 0
    day = calendar.today()
    rows = [r for r in plans.usable_rows(walk.lead.body, day) if plans.in_season(r, day) and r.item_id and "非" not in r.manner]
    if not rows:
        return 0
    steps = [
        walk.archived, walk.visited, walk.corrected, walk.closed, walk.started, walk.arrived, walk.coded,
        walk.approved, walk.submitted, walk.submitted, walk.returned, walk.draft,
    ]
    for n, step in enumerate(steps):
        visit = step(rows[n % len(rows)])
        say(f"  {visit.number} {visit.enterprise.name}：{visit.state_word}")
    return len(steps)

"""Visits in numbers: most of them archived, some in every other state, each with all that its pages and counters ask for.

Visit ``v`` belongs to the ``v mod b``-th of the ``b`` bodies at work and goes to an enterprise of that body's district
that it has not visited before, so no cap is passed. State, day and people follow from seed and ``v``; signatures,
secrets and salts are this installation's own. Papers and packages are specimens (``papers.growth``). One transaction
and one leaf a batch.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import accumulate
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.plans import growth as ground
from jiangcheng.inspection.plans.growth import Post
from jiangcheng.inspection.visits.actions.drafting import STEPS
from jiangcheng.inspection.visits.models import Answer, CapCounter, CapUse, Order, Visit, VisitItem, VisitOfficer
from jiangcheng.kernel import bulk, keys, storage
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.papers import codes
from jiangcheng.papers import growth as papers
from jiangcheng.papers.archive import years as retention
from jiangcheng.papers.models import ArchivePackage, Delivery, InspectionCode, Paper
from jiangcheng.parties import growth as parties
from jiangcheng.parties.growth import mix

ACT = "demo.grow_visits"
BATCH = 2_000
STANDING = "demo.standing_visits"
MEASURED = 9_000_000
"""Numbers of visits from here on are those of ``standing``."""
STATES = {  # in ten thousand
    "archived": 9100, "closed": 200, "told": 40, "following": 120, "to_tell": 15, "inspecting": 15, "arrived": 5, "to_enter": 45,
    "to_code": 40, "to_approve": 20, "returned": 15, "draft": 55, "revoked": 130, "lapsed": 80, "not_done": 120,
}
_NAMES, _STEPS = tuple(STATES), tuple(accumulate(STATES.values()))
LIVE = ("to_tell", "inspecting", "arrived", "to_enter", "to_code", "to_approve", "returned", "draft")
"""States of visits of these days; the others lie in the three years."""
CODED = ("archived", "closed", "told", "following", "to_tell", "inspecting", "arrived", "to_enter")
BEGUN = ("archived", "closed", "told", "following", "to_tell", "inspecting")
ENDED = ("archived", "closed", "told", "following", "to_tell")
TOLD = ("archived", "closed", "told", "following")
MINUTE = timedelta(minutes=1)


@dataclass
class _Place:
    """Enterprises of a district by turn: keys, sites and numbers in arrays, as there are many."""

    firms: array = field(default_factory=lambda: array("q"))
    sites: array = field(default_factory=lambda: array("q"))
    numbers: array = field(default_factory=lambda: array("q"))


@dataclass
class _Key:
    """Reserved keys of one batch, handed out one by one; and how many more a batch may need of each table."""

    left: dict[type, Iterator[int]]

    def __call__(self, model: type) -> int:
        return next(self.left[model])


@dataclass(frozen=True)
class Town:
    """All that stays the same from batch to batch."""

    day: date
    seed: int
    posts: list[Post]
    places: dict[str, _Place]
    units: list[parties.Unit]
    specimens: dict[str, papers.Specimen]
    package: papers.File
    found_years: int
    clean_years: int


def grown() -> int:
    """Visits grown so far."""
    return bulk.reached(ACT)


def town(day: date, seed: int) -> Town:
    """Look up what visits stand on; makes items and plans for bodies that have none."""
    posts, units = ground.posts(day), parties.units()
    places = {u.district.code: _Place() for u in units}
    for n, (firm, site) in enumerate(parties.grown_keys()):
        mine = places[units[n % len(units)].district.code]
        mine.firms.append(firm)
        mine.sites.append(site)
        mine.numbers.append(n)
    specimens = {kind: papers.specimen(kind) for kind in ("result", "correct")}
    return Town(day, seed, posts, places, units, specimens, papers.package(specimens["result"], day), retention(False), retention(True))


def room(here: Town) -> int:
    """How many visits there may be: each body goes to each enterprise of its district once."""
    return len(here.posts) * min(len(here.places[p.body.division.code].firms) for p in here.posts) if here.posts else 0


def visits(here: Town, wanted: int, progress: Callable[[int], None] = lambda n: None, batch: int = BATCH) -> int:
    """Grow to ``wanted`` visits, a batch a transaction; goes on where an earlier run ended. ValueError beyond ``room``."""
    if wanted > room(here):
        raise ValueError(f"visits: {wanted:,} wanted, room for {room(here):,}; grow more enterprises first")
    v = grown()
    while v < wanted:
        last = min(v + batch, wanted)
        with transaction.atomic():
            bulk.load(ACT, SYSTEM, **_batch(here, range(v, last)), extra={"from": v, "to": last, "seed": here.seed})
        progress(last - v)
        v = last
    return v


def _batch(here: Town, numbers: range) -> dict[str, Any]:
    asked = max(len(p.questions) for p in here.posts)
    each = {
        Visit: 1, VisitItem: 1, VisitOfficer: 2, Answer: asked, InspectionCode: 1, CapUse: 2, CapCounter: 2, Paper: 2, Delivery: 1,
        ArchivePackage: 1, Order: 1,
    }
    key = _Key({model: iter(storage.reserve_keys(model, n * len(numbers))) for model, n in each.items()})
    order = {model: n for n, model in enumerate((Visit, CapCounter, Paper))}
    rows, links = [], {}
    for v in numbers:
        rows += _Grower(here, v, key, links).rows()
    rows.sort(key=lambda r: order.get(type(r), len(order)))
    return {"rows": rows, "links": links}


def standing(here: Town, username: str, many: int, state: str, start: datetime) -> list[str]:
    """``many`` more visits of the body of an officer's log-in in one state, all in the same window, led by that officer;
    their numbers. For measuring: their firms are those that the next grown visits would go to."""
    held = next(c for p in here.posts for c in p.officers if c.person.accounts.filter(username=username).exists())
    post = next(p for p in here.posts if p.body.pk == held.body_id)
    people = (held, next(c for c in post.officers if c.pk != held.pk))
    each = {Visit: 1, VisitItem: 1, VisitOfficer: 2, InspectionCode: 1, CapUse: 2, CapCounter: 2}
    numbers, first, free = [], bulk.reached(STANDING), grown() // len(here.posts) + 1
    for begin in range(first, first + many, BATCH):
        turns = range(begin, min(begin + BATCH, first + many))
        with transaction.atomic():
            key = _Key({model: iter(storage.reserve_keys(model, n * len(turns))) for model, n in each.items()})
            rows: list[Any] = []
            for n in turns:
                one = _Grower(here, MEASURED + n, key, {}, post=post, turn=free + n)
                one.state, one.start, one.people = state, start, people
                rows += one.rows()
            rows.sort(key=lambda r: (type(r) is not Visit, type(r) is not CapCounter))
            numbers += [r.number for r in rows if type(r) is Visit]
            bulk.load(STANDING, SYSTEM, rows, extra={"from": turns.start, "to": turns.stop})
    return numbers


def state_of(here: Town, v: int) -> str:
    """The state in which visit ``v`` stands."""
    return _NAMES[bisect_right(_STEPS, mix(here.seed, v, 2) % 10_000)]


class _Grower:
    """One visit with its rows."""

    def __init__(self, here: Town, v: int, key: _Key, links: dict[Any, Any], post: Post | None = None, turn: int | None = None) -> None:
        self.here, self.v, self.key, self.links = here, v, key, links
        self.post = post or here.posts[v % len(here.posts)]
        where = here.places[self.post.body.division.code]
        turn = v // len(here.posts) if turn is None else turn
        self.firm, self.site, self.number = where.firms[turn], where.sites[turn], where.numbers[turn]
        self.r, self.state = mix(here.seed, v, 3), state_of(here, v)
        self.found = self.state == "following" or self.r % 7 == 0
        self.start = self._start()
        officers = self.post.officers
        first = self.r // 64 % len(officers)
        self.people = (officers[first], officers[(first + 1) % len(officers)])

    def _start(self) -> datetime:
        day, r = self.here.day, self.r >> 8
        if self.state in LIVE:
            ahead = {"to_tell": -2, "inspecting": 0, "arrived": 0}.get(self.state, 2 + r % 20)
            on = day + timedelta(days=ahead)
        elif self.state in ("told", "following"):
            on = day - timedelta(days=3 + r % 25)
        else:
            year = ground.years(day)[r % 3]
            last = min(date(year, 12, 31), day - timedelta(days=10))
            on = date(year, 1, 2) + timedelta(days=r // 3 % max(1, (last - date(year, 1, 2)).days))
        return timezone.make_aware(datetime.combine(on, time(9 + r % 7, 0 if r & 16 else 30)))

    def rows(self) -> list[Any]:
        """The visit and everything of it that its state asks for."""
        visit = self._visit()
        item = bulk.new(VisitItem, pk=self.key(VisitItem), visit_id=visit.pk, version_id=self.post.version.pk)
        out: list[Any] = [visit, item, *self._officers(visit)]
        if self.state in CODED:
            out.append(self._code(visit))
            out += self._caps(visit)
        if self.state in ENDED:
            out += self._answers(visit)
        if self.state in TOLD:
            out += self._papers(visit)
        if self.state == "archived":
            years = self.here.found_years if self.found else self.here.clean_years
            out.append(papers.packed(
                self.here.package, self.key(ArchivePackage), self.v, body=self.post.body.pk, word=self.post.body.word,
                matter=visit.number, at=visit.closed_at + 60 * MINUTE, by=self.people[0].person_id, years=years,
            ))
        return out

    def _visit(self) -> Visit:
        state, start, lead = self.state, self.start, self.people[0].person_id
        row = self.post.rows.get(timezone.localdate(start).year) or self.post.rows[self.here.day.year]
        visit = bulk.new(
            Visit, pk=self.key(Visit), number=f"{self.post.body.word[:4]}批{start.year}-{self.v:07d}", kind="daily", body_id=self.post.body.pk,
            enterprise_id=self.firm, site_id=self.site, row_id=row.pk, chosen="picked", window_start=start, window_end=start + timedelta(hours=3),
            pick_reason="上年度有投诉，需要核实" + parties.MARK, why_onsite="须查看现场" + parties.MARK,
            steps=STEPS, risk="一般风险。", drafted_by_id=lead, state=state, demo=True,
        )
        if state in CODED or state in ("to_code", "revoked", "not_done"):
            visit.approved_by_id, visit.approved_at = self.post.head, start - timedelta(days=3)
        if (state in CODED and state != "to_enter") or state == "not_done":
            visit.arrived_at = visit.scanned_at = start + (5 + self.r % 20) * MINUTE
        if state in BEGUN:
            visit.started_at, visit.receiver, visit.receiver_role = visit.arrived_at + 6 * MINUTE, "店长" + parties.MARK, "店长"
        if state in ENDED:
            visit.ended_at, visit.statement = visit.started_at + 50 * MINUTE, "情况属实，马上补齐。" if self.found else "没有意见。"
            visit.outcomes = "correct" if self.found else "none"
        if state in TOLD:
            visit.told_at = visit.ended_at + 10 * MINUTE
        if state in ("closed", "archived"):
            visit.closed_at = visit.told_at + timedelta(days=5 if self.found else 0, minutes=10)
        if state == "not_done":
            visit.not_done_why, visit.not_done_note = ("closed", "moved", "missing")[self.r % 3], "现场无人（演示）"
        if state == "revoked":
            visit.stopped_why = "企业已被其他检查合并（演示）"
        return visit

    def _officers(self, visit: Visit) -> Iterator[VisitOfficer]:
        shown = visit.arrived_at + MINUTE if visit.arrived_at and visit.started_at else None
        for role, held in zip(("lead", "assist"), self.people, strict=True):
            yield bulk.new(
                VisitOfficer, pk=self.key(VisitOfficer), visit_id=visit.pk, person_id=held.person_id, certificate_id=held.pk, role=role,
                recusal_declared_at=self.start - timedelta(days=5) if self.state != "draft" else None, shown_at=shown,
            )

    def _code(self, visit: Visit) -> InspectionCode:
        key, version = keys.code_key(), self.post.version
        content = {
            "visit": visit.number, "site": parties.address(self.number, parties.place(self.number, self.here.units)), "kind": visit.kind,
            "items": [[version.item_id, version.n, version.name]], "officers": sorted(c.number for c in self.people),
        }
        digest = codes.content_digest(content)
        claims = codes.Claims(
            key.id[:8], visit.number, 1, self.post.body.pk, parties.code_of(self.number), visit.window_start, visit.window_end,
            bytes.fromhex(digest)[:16],
        )
        used = visit.scanned_at
        return bulk.new(
            InspectionCode, pk=self.key(InspectionCode), visit=visit.number, body_id=self.post.body.pk, uscc=claims.uscc,
            token=codes.sign(claims, key), short=short_of(self.v), secret=codes.new_secret(), window_start=claims.start,
            window_end=claims.end, digest=digest, key_id=key.id, issued_at=self.start - timedelta(days=1),
            state="used" if used else "ready", used_at=used, used_by="officer" if used else "",
        )

    def _caps(self, visit: Visit) -> Iterator[Any]:
        day = timezone.localdate(self.start)
        for limit in ground.counted(self.post, day):
            counter = bulk.new(
                CapCounter, pk=self.key(CapCounter), cap_key=limit.key, subject=caps.subject_key(limit, self.firm, self.site),
                period=caps.period_key(limit, day), n=1,
            )
            yield counter
            yield bulk.new(
                CapUse, pk=self.key(CapUse), visit_id=visit.pk, counter_id=counter.pk, cap_id=limit.cap and limit.cap.pk,
                row_id=limit.row and limit.row.pk, state="used" if visit.arrived_at else "reserved",
            )

    def _answers(self, visit: Visit) -> Iterator[Answer]:
        for n, question in enumerate(self.post.questions):
            bad = self.found and n == 0
            yield bulk.new(
                Answer, pk=self.key(Answer), visit_id=visit.pk, question_id=question.pk, verdict="problem" if bad else "fine", method=question.method,
                text="记录不完整，不能当场提供凭证。" if bad else "", by_id=self.people[0].person_id, at=visit.started_at + (n + 1) * 5 * MINUTE,
            )

    def _papers(self, visit: Visit) -> Iterator[Any]:
        told = [self._paper("result", visit)]
        if self.found:
            told.append(self._paper("correct", visit))
            yield self._order(visit, told[-1])
        yield from told
        done = bulk.new(
            Delivery, pk=self.key(Delivery), matter=visit.number, manner="glass", receiver=visit.receiver, receiver_role=visit.receiver_role,
            state="signed", delivered_at=visit.told_at, by_id=self.people[0].person_id,
        )
        self.links[Delivery, done.pk] = {"papers": [p.pk for p in told]}
        yield done

    def _paper(self, kind: str, visit: Visit) -> Paper:
        return papers.paper(
            self.here.specimens[kind], self.key(Paper), self.v, body=self.post.body.pk, word=self.post.body.word, matter=visit.number,
            at=visit.told_at, by=self.people[0].person_id,
        )

    def _order(self, visit: Visit, paper: Paper) -> Order:
        due = timezone.localdate(visit.told_at) + timedelta(days=15)
        running = self.state in ("told", "following")
        state = ("overdue" if due < self.here.day else "open") if running else "corrected"
        points = [{"fact": "记录不完整", "broken": "应当如实记录并留存凭证", "ground": self.post.version.basis, "todo": "补齐记录和凭证"}]
        return bulk.new(
            Order, pk=self.key(Order), number=f"{visit.number}-1", visit_id=visit.pk, kind="correct", points=points, due=due, paper_id=paper.pk,
            state=state, term_reason="按事项惯例确定（演示）", corrected_at=None if running else visit.told_at + timedelta(days=4),
        )


def short_of(v: int) -> str:
    """Short code of visit ``v``: every number has its own, and neighbours do not look alike."""
    base = len(codes.LETTERS)
    left, signs = (v * 7_368_787_003 + 91_193) % base**codes.SHORT, ""
    for _ in range(codes.SHORT):
        left, place = divmod(left, base)
        signs += codes.LETTERS[place]
    return signs

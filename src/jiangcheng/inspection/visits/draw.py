"""Random draw of subjects: recorded pool, seed and algorithm, so that anyone can repeat it.

Algorithm ``sha256-rank/1``: every subject of the pool gets SHA-256 of the seed followed by its credit code; the
smallest digests are drawn. The seed comes from the system's source of chance and is written down with the pool.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.plans.models import PlanRow
from jiangcheng.inspection.visits import counters
from jiangcheng.inspection.visits.models import CapCounter, Draw, Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.numbering import next_number
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.parties import territory
from jiangcheng.parties.models import Enterprise, Site

ALGORITHM = "sha256-rank/1"
OPEN = ("draft", "to_approve", "returned", "to_code", "to_enter", "arrived", "inspecting", "broken_off")


@dataclass(frozen=True)
class Pool:
    """Which subjects take part: words in name or address, industry, class mark; ``free``: without those that have
    reached a limit or have a visit of this row under way."""

    q: str = ""
    industry: str = ""
    mark: str = ""
    free: bool = True

    @property
    def words(self) -> str:
        parts = [f"名称或地址含“{self.q}”" if self.q else "", f"行业为{self.industry}" if self.industry else "",
                 f"分类为{self.mark}" if self.mark else "", "已达频次上限和已有安排的除外" if self.free else ""]
        return "、".join(p for p in ["本单位管辖区域内的企业", *parts] if p)


def rank(seed: str, uscc: str) -> str:
    """Place of a subject in the draw: smaller comes first."""
    return hashlib.sha256(f"{seed}{uscc}".encode()).hexdigest()


def choose(pool: Iterable[str], seed: str, count: int) -> list[str]:
    """The first ``count`` of the pool by rank; a pure function, the same on any machine."""
    return sorted(set(pool), key=lambda uscc: rank(seed, uscc))[:count]


def replay(draw: Draw) -> bool:
    """Does the recorded draw come out the same when it is repeated from pool, seed and algorithm?"""
    return draw.algorithm == ALGORITHM and choose(draw.pool, draw.seed, len(draw.result)) == list(draw.result)


def sites_in(row: PlanRow) -> QuerySet[Site]:
    """Sites in the territory of the row's body."""
    return Site.objects.filter(territory.within(row.plan.body.division, "division"), active=True)


def candidates(row: PlanRow, pool: Pool, day: date | None = None) -> QuerySet[Enterprise]:
    """Enterprises that may be drawn for a plan row: covered by the decree, open, with a site in the territory."""
    here = sites_in(row).filter(enterprise=OuterRef("pk"))
    found = Enterprise.objects.filter(Exists(here), applies__in=("yes", "analogy", "undecided"), status="open")
    found = found.filter(demo=row.plan.demo)
    if pool.q:
        found = found.filter(Q(name__icontains=pool.q) | Q(sites__address__icontains=pool.q)).distinct()
    if pool.industry:
        found = found.filter(industry=pool.industry)
    if pool.mark:
        found = found.filter(classes__icontains=pool.mark)
    if pool.free:
        found = _without_full(found, row, day or calendar.today())
    return found


def _without_full(found: QuerySet[Enterprise], row: PlanRow, day: date) -> QuerySet[Enterprise]:
    busy = Visit.objects.filter(row=row, state__in=OPEN, enterprise=OuterRef("pk"))
    found = found.filter(~Exists(busy))
    if row.item_id is None:
        return found
    version = row.item.versions.order_by("-n").first()
    full: set[int] = set()
    for limit in caps.limits(row.plan.body_id, row.item_id, version.field if version else "", None, day, row):
        if limit.per != "enterprise":
            continue
        held = CapCounter.objects.filter(cap_key=counters.key_of(limit), period=caps.period_key(limit, day), n__gte=limit.limit)
        full |= {int(s[1:]) for s in held.values_list("subject", flat=True) if s.startswith("e")}
    return found.exclude(pk__in=full) if full else found


@enforces("327-17-1", "327-08-2")
def draw_subjects(
    actor: Actor, row: PlanRow, count: int, pool: Pool | None = None, seed: str | None = None,
) -> Draw:
    """Draw ``count`` subjects for a plan row and record it. Refused for another body's row, an empty pool, or words that
    single one enterprise out: that is no draw, and its answer would tell whether a visit there is arranged already."""
    pool = pool or Pool()
    if row.plan.body_id != actor.body or not actor.has("officer", "planner"):
        raise Refused([Breach("只能为本单位的计划行抽取对象。", (Remedy("由该单位抽取"),), ids=("327-17-1",))])
    if pool.q and candidates(row, replace(pool, free=False)).count() == 1:
        ways = (Remedy("放宽名录条件"), Remedy("指定对象（需理由）"))
        raise Refused([Breach("符合条件的企业只有一家，不是随机抽取。", ways, "pool", ("327-17-1",))])
    names = sorted(candidates(row, pool).values_list("uscc", flat=True))
    if not names or count < 1:
        ways = (Remedy("放宽名录条件"), Remedy("指定对象（需理由）"))
        raise Refused([Breach("名录中没有可以抽取的企业。" if not names else "抽取数量至少为 1。", ways, "pool", ("327-17-1",))])
    seed = seed or secrets.token_hex(16)
    year = calendar.today().year
    with ledger.act("draw.made", actor, duties=("327-17-1",)):
        draw = Draw(
            body_id=actor.body, row=row, number=f"C-{year}-{next_number(f'draw:{year}'):04d}", pool=names, pool_note=pool.words[:300],
            seed=seed, algorithm=ALGORITHM, result=choose(names, seed, count), at=timezone.now(), by_id=actor.person,
        )
        draw.save()
    return draw


def left(draw: Draw) -> list[str]:
    """Drawn subjects that have no visit yet, in the order of the draw."""
    used = set(draw.visits.exclude(state__in=("revoked", "lapsed")).values_list("enterprise__uscc", flat=True))
    return [u for u in draw.result if u not in used]


def site_of(draw: Draw, uscc: str) -> Site | None:
    """The first site of a drawn enterprise in the body's territory."""
    return sites_in(draw.row).filter(enterprise__uscc=uscc).order_by("id").first()

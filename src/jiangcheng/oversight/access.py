"""Who looks at personal data and trade secrets (article 40, item 6): noted at the door, watched by the day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.seats import drafter_or_on_visit
from jiangcheng.kernel import parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.oversight import alerts
from jiangcheng.oversight.models import AccessEvent, Alert
from jiangcheng.parties.models import Body, Person

NOTED = ("officer", "planner", "head", "supervisor", "superior", "leader", "government", "admin")


@enforces("327-40-06")
def off_duty(actor: Actor, visit: Visit | None) -> bool:
    """Does the person look at an inspection with which their work has nothing to do? Officers and planners have to do with
    what they drafted or are on; heads, judicial offices and superiors with all that they may see."""
    if visit is None or not actor.has("officer", "planner"):
        return False
    return not drafter_or_on_visit(actor, visit)


@enforces("327-40-06")
def note(
    actor: Actor, kind: str, what: str, about: str = "", *, records: int = 1, visit: Visit | None = None, address: str = "",
) -> AccessEvent | None:
    """Write down that a member of staff looked at (page, file, reveal) or took out (export) protected information.

    Enterprises that read what is their own are not noted; an export leaves its leaf on the ledger where it is made.
    """
    if not actor.has(*NOTED) or actor.account is None:
        return None
    return AccessEvent.objects.create(
        at=timezone.now(), account=actor.account, person_id=actor.person, name=actor.name[:100], role=next(iter(sorted(actor.roles)), ""),
        body_id=actor.body, kind=kind, what=what[:100], about=about[:120], records=max(records, 0), off_duty=off_duty(actor, visit),
        address=address[:45],
    )


def watermark(actor: Actor, now: datetime | None = None) -> str:
    """The line that a file with protected information bears: who took it out, of which body, when."""
    at = timezone.localtime(now or timezone.now())
    return f"{actor.name} {actor.body_name} {at:%Y-%m-%d %H:%M} 导出，仅限工作使用，不得外传"


@enforces("327-40-06", "HR-40-7")
def watch(now: datetime | None = None) -> list[Alert]:
    """Alerts about people who on this day looked at more than HR-40-7 allows, or at what their work has nothing to do with."""
    day = timezone.localdate(now or timezone.now())
    limits: Any = parameters.value("HR-40-7", day)
    today = AccessEvent.objects.filter(at__date=day, person__isnull=False, body__isnull=False)
    sums = today.values("person", "body").annotate(n=Sum("records"), off=Count("id", filter=Q(off_duty=True))).order_by("person")
    found = []
    for row in sums:
        if row["n"] > limits["bulk"]:
            found.append(_alert("bulk_read", row, day, f"一日内查看、导出受保护信息 {row['n']} 条，超过 {limits['bulk']} 条", row["n"]))
        if row["off"] >= limits["off-duty"]:
            found.append(_alert("off_duty", row, day, f"一日内查看与本人经办无关的检查 {row['off']} 次", row["off"]))
    return [a for a in found if a]


def _alert(kind: str, row: dict[str, Any], day: Any, said: str, n: int) -> Alert | None:
    body, person = Body.objects.get(pk=row["body"]), Person.objects.get(pk=row["person"])
    events = AccessEvent.objects.filter(at__date=day, person=person, body=body)
    events = events.filter(off_duty=True) if kind == "off_duty" else events
    shown = events.order_by("-records", "id")[:20]
    lines = [f"{timezone.localtime(e.at):%H:%M} {e.get_kind_display()} {e.what} {e.about} {e.records}条" for e in shown]
    return alerts.tell(
        kind, f"{kind}:{person.pk}:{body.pk}:{day}", body, f"{person.name}（{body.name}）{day.year}年{day.month}月{day.day}日{said}",
        {"次数": n, "记录": lines}, person=person.pk, duties=("327-40-06",),
    )

"""已办 and 我发起: read from the ledger, a line a thing. What may not be known any more is not named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, Max, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import Leaf
from jiangcheng.kernel.search import at_end, found, holding_many
from jiangcheng.parties.scope import scope
from jiangcheng.work import kinds
from jiangcheng.work.kinds import SUBJECTS, Subject
from jiangcheng.work.models import Nudge

ALSO_DONE = ("work.hand_over", "visit.offline_checked", "report.handled", "visit.recusal_decided", "plans.sent")
"""Acts that are no step of a flow and yet finish a piece of work."""


@dataclass
class Line:
    """One thing: the last act of the person on it, where it stands now, and what the person may still do."""

    leaf: Leaf
    subject: Subject
    record: Any
    title: str
    url: str
    state: str
    waits_for: str = ""
    since: datetime | None = None
    days: int = 0
    nudge: bool = False
    nudged: bool = False
    withdraw: bool = False


def _holding(actor: Actor, query: str, labels: list[str]) -> Q:
    """Condition on leaves: they are about things that hold the query and that the actor may know of."""
    asked, known = Q(pk__in=()), holding_many([at_end(SUBJECTS[label].model, SUBJECTS[label].search) for label in labels], query)
    for label in labels:
        own = SUBJECTS[label]
        rows = found(scope(actor, own.model._base_manager.all()), query, own.search, known)
        asked |= Q(subject_kind=label, subject_id__in=rows.order_by().values_list(Cast("pk", CharField()), flat=True))
    return asked


def _labels(wanted: str) -> list[str]:
    return [label for label in SUBJECTS if wanted in ("", label)]


def done(actor: Actor, wanted: str = "", query: str = "") -> QuerySet:
    """The last step of the actor on each thing, newest first: rows with ``last``, the key of its leaf."""
    labels = _labels(wanted)
    mine = Leaf.objects.filter(Q(target__gt="") | Q(act__in=ALSO_DONE), actor=actor.person, body=actor.body, subject_kind__in=labels)
    if query:
        mine = mine.filter(_holding(actor, query, labels))
    return mine.values("subject_kind", "subject_id").annotate(last=Max("id")).order_by("-last")


def started(actor: Actor, wanted: str = "", query: str = "") -> QuerySet[Leaf]:
    """The leaves by which the actor began things, newest first."""
    labels = _labels(wanted)
    acts = [act for label in labels for act in SUBJECTS[label].starts]
    mine = Leaf.objects.filter(act__in=acts, actor=actor.person, body=actor.body, subject_kind__in=labels)
    return (mine.filter(_holding(actor, query, labels)) if query else mine).order_by("-id")


def lines(actor: Actor, leaves: list[Leaf], *, own: bool = False) -> list[Line]:
    """What a page shows of some leaves. ``own``: the person began these things, and may urge them or take them back."""
    wanted: dict[str, list[str]] = {}
    for leaf in leaves:
        wanted.setdefault(leaf.subject_kind, []).append(leaf.subject_id)
    known = {label: _known(actor, SUBJECTS[label], keys) for label, keys in wanted.items()}
    made = [_line(actor, leaf, SUBJECTS[leaf.subject_kind], known[leaf.subject_kind].get(leaf.subject_id)) for leaf in leaves]
    if own:
        _follow(actor, [line for line in made if line.record is not None])
    return made


def _known(actor: Actor, subject: Subject, keys: list[str]) -> dict[str, Any]:
    rows = scope(actor, subject.model._base_manager.filter(pk__in=keys)).select_related(*subject.related)
    return {str(row.pk): row for row in rows}


def _line(actor: Actor, leaf: Leaf, subject: Subject, record: Any) -> Line:
    if record is None:
        return Line(leaf, subject, None, "已不在您的查看范围", "", "")
    name, attribute = next((page for role, page in subject.pages.items() if actor.has(role)), ("", ""))
    url = reverse(name, args=[kinds.at(record, attribute)] if attribute else []) if name else ""
    return Line(leaf, subject, record, subject.title(record), url, record.state_word)


def _follow(actor: Actor, made: list[Line]) -> None:
    """Who has each thing now and since when; whether it may be urged or taken back."""
    if not made:
        return
    about = Q(pk__in=())
    for line in made:
        about |= Q(subject_kind=line.subject.label, subject_id=str(line.record.pk))
    last = {(k, i): at for k, i, at in Leaf.objects.filter(about).exclude(target="").values_list("subject_kind", "subject_id").annotate(Max("at"))}
    today = timezone.localdate()
    urged = set(Nudge.objects.filter(day=today, key__in=[line.record.pk for line in made]).values_list("subject", "key"))
    for line in made:
        role, line.waits_for = line.subject.holder.get(line.record.state, ("", ""))
        line.since = last.get((line.subject.label, str(line.record.pk)), line.leaf.at)
        line.days = calendar.working_days_between(timezone.localdate(line.since), today)
        line.nudged = (line.subject.label, line.record.pk) in urged
        line.nudge = bool(role) and not actor.has(role)
        step = line.subject.flow.step(line.subject.withdraw_step) if line.subject.withdraw else None
        line.withdraw = step is not None and line.record.state in step.source and step.who(actor, line.record)

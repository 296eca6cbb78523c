"""转办 and 催办, and the filters that a person keeps. One function a verb."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import Leaf
from jiangcheng.law.rule import Breach, Refused, Remedy, check_all, enforces
from jiangcheng.work import kinds, people, rules
from jiangcheng.work.kinds import Kind, Subject
from jiangcheng.work.models import Filter, Handover, Nudge
from jiangcheng.work.notices import Tell, post

FILTERS = 20
"""Filters that one account may keep for one list."""


# --- hand-over -----------------------------------------------------------------------------------------------------


def colleagues(actor: Actor, kind: Kind, record: Any) -> list[Actor]:
    """Colleagues of the same body who may do the work themselves, each person once."""
    if kind.may is None or actor.body is None:
        return []
    found = {a.person: a for a in people.actors(kind.role, actor.body) if a.person != actor.person and kind.may(a, record)}
    return sorted(found.values(), key=lambda a: a.name)


def handed(kind: Kind, rows: QuerySet) -> QuerySet:
    """Hand-overs that hold, of some rows of a kind of work."""
    return Handover.objects.filter(kind=kind.slug, key__in=rows.order_by().values("pk"), ended_at=None)


def left_with(actor: Actor, kind: Kind, rows: QuerySet) -> QuerySet:
    """Of some work what is the actor's: all but what was handed to somebody else."""
    if kind.may is None:
        return rows
    gone = Handover.objects.filter(kind=kind.slug, key=OuterRef("pk"), ended_at=None).exclude(taker=actor.person)
    return rows.filter(~Exists(gone))


@enforces("HR-08-22")
def hand_over(actor: Actor, slug: str, record: Any, taker: int | None, reason: str) -> Handover:
    """转办: the work leaves the giver's list and stands on the colleague's. Who may do it stays as it was.

    Whoever was given the work may give it on or back; a new hand-over ends the one before.
    """
    kind, now = kinds.KINDS[slug], timezone.now()
    with transaction.atomic():
        before = Handover.objects.select_related("taker").filter(kind=slug, key=record.pk, ended_at=None).first()
        found = next((a for a in colleagues(actor, kind, record) if a.person == taker), None)
        facts = rules.HandoverFacts(
            allowed=parameters.value("HR-08-22") != "off", waits=kind.rows(actor).filter(pk=record.pk).exists(), shared=kind.may is not None,
            holder=before.taker.name if before and before.taker_id != actor.person else "", taker=found is not None,
            itself=taker is not None and taker == actor.person,
        )
        if broken := check_all(rules.HAND_OVER, facts):
            raise Refused(broken)
        made = Handover(kind=slug, key=record.pk, body_id=actor.body, giver_id=actor.person, taker_id=taker, reason=reason.strip()[:200], at=now)
        with ledger.act("work.hand_over", actor, about=record, duties=("HR-08-22",), opinion=made.reason, extra={"kind": slug, "to": found.name}):
            if before:
                before.ended_at = now
                before.save()
            made.save()
        page, args = kind.address(record)
        post(Tell([found.account], "handover", f"{actor.name}把“{kind.word}”转给您办理", page, args), actor)
    return made


# --- reminder ------------------------------------------------------------------------------------------------------


def started(actor: Actor, subject: Subject, record: Any) -> bool:
    """Did the person start the thing?"""
    mine = Leaf.objects.filter(subject_kind=subject.label, subject_id=str(record.pk), actor=actor.person, act__in=subject.starts)
    return actor.person is not None and mine.exists()


@enforces("HR-08-21")
def nudge(actor: Actor, subject: Subject, record: Any) -> Nudge:
    """催办: whoever has the thing now is told, once a day."""
    role, word = subject.holder.get(record.state, ("", ""))
    holders = subject.holders(record, role) if role else []
    day = timezone.localdate()
    facts = rules.NudgeFacts(
        started=started(actor, subject, record), waits_for=word, for_oneself=bool(holders) and actor.account in holders,
        today=Nudge.objects.filter(subject=subject.label, key=record.pk, day=day).count(), most=int(parameters.value("HR-08-21")),
    )
    if broken := check_all(rules.NUDGE, facts):
        raise Refused(broken)
    made = Nudge(subject=subject.label, key=record.pk, day=day, by_id=actor.person, at=timezone.now())
    try:
        with transaction.atomic(), ledger.act("work.nudge", actor, about=record, duties=("HR-08-21",)):
            made.save()
            page, attribute = subject.pages.get(role, ("todo", ""))
            args = [kinds.at(record, attribute)] if attribute else []
            post(Tell(holders, "remind", f"{actor.name}催办：{subject.word} {_number(record)}，请尽快办理", page, args), actor)
    except IntegrityError as again:  # somebody else was faster
        raise Refused(check_all((rules.once_a_day,), rules.NudgeFacts(True, word, False, 1, 1))) from again
    return made


def _number(record: Any) -> str:
    """A number that says nothing of the subject; empty where a thing has none."""
    return str(getattr(record, "number", ""))


# --- filters -------------------------------------------------------------------------------------------------------


def save_filter(actor: Actor, page: str, name: str, query: str) -> Filter:
    """保存筛选 under a name; the same name on the same list is replaced. Refused without a name or a filter, and beyond FILTERS."""
    name, query = name.strip(), query.lstrip("?")
    broken = []
    if not 0 < len(name) <= 20:
        broken.append(Breach("请给筛选起一个名称，不超过 20 个字。", (Remedy("填写名称"),), "name"))
    if not query or len(query) > 500:
        broken.append(Breach("现在的列表没有筛选条件，或者条件太长，不能保存。", (Remedy("先选择筛选条件"),), "query"))
    kept = Filter.objects.filter(account=actor.account, page=page)
    if not broken and kept.exclude(name=name).count() >= FILTERS:
        broken.append(Breach(f"这个列表最多保存 {FILTERS} 个筛选。", (Remedy("先删除不用的筛选"),), "name"))
    if broken:
        raise Refused(broken)
    return Filter.objects.update_or_create(account_id=actor.account, page=page, name=name, defaults={"query": query})[0]


def drop_filter(actor: Actor, pk: int) -> Filter | None:
    """删除筛选; None when it is not the actor's."""
    found = Filter.objects.filter(account=actor.account, pk=pk).first()
    if found:
        Filter.objects.filter(pk=found.pk).delete()
    return found

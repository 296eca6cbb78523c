"""Orders after the visit (article 20; HR-20-1, HR-20-2): more time, follow-up visit, fulfilled or not, overdue."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiangcheng.inspection.visits import sheets
from jiangcheng.inspection.visits.actions.drafting import draft
from jiangcheng.inspection.visits.facts import outcome as facts
from jiangcheng.inspection.visits.flows import ORDER
from jiangcheng.inspection.visits.models import Answer, Order, Visit
from jiangcheng.kernel import calendar, storage
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.law.rule import enforces
from jiangcheng.papers import issue as paper


def lock(order: Order) -> Order:
    """The order as stored, held until the end of the transaction."""
    storage.lock_rows(Order.objects.filter(pk=order.pk)).first()
    return Order.objects.select_related("visit__body__division", "visit__enterprise", "visit__site", "paper").get(pk=order.pk)


def reload(order: Order) -> None:
    """Bring the caller's row up to what is stored."""
    order.refresh_from_db()
    order._stored_state = order.state


@enforces("327-20-3", "HR-20-1")
def extend(actor: Actor, order: Order, due: date, reason: str) -> Receipt:
    """同意延期: a later term, in writing; the new term allows one more follow-up visit."""

    def work() -> Receipt:
        fresh = Order.objects.select_related("visit__body__division", "visit__enterprise", "visit__site", "paper").get(pk=order.pk)
        known = facts.order(fresh, new_due=due, opinion=reason)
        if ORDER.missing("extend", known):
            with transaction.atomic():
                return ORDER.take("extend", fresh, actor, known)
        visit, made = fresh.visit, fresh.paper
        batch = paper.Batch(actor, body=visit.body, matter_kind="visit", matter=visit.number, demo=visit.demo)
        if made is not None:
            change = {"where": "期限", "was": paper.cn_day(fresh.due), "now": paper.cn_day(due)}
            batch.add("amendment", sheets.amendment(visit, made, [change], reason.strip()), replaces=made)
        with transaction.atomic():
            held = lock(fresh)
            known = facts.order(held, new_due=due, opinion=reason)
            receipt = ORDER.take(
                "extend", held, actor, known, opinion=reason, due=due, round=held.round + 1, extension_asked="",
                term_reason=reason.strip()[:300],
            )  # fmt: skip
            batch.settle()
        reload(order)
        return receipt

    return paper.attempt(work)


@enforces("327-20-5", "HR-20-2")
def draft_followup(actor: Actor, order: Order, **fields: Any) -> Visit:
    """安排复查: a follow-up visit (case kind, led by the order, not in the cap), one for each order and term.

    It checks what the order came from and opens with the old findings. The order keeps its state until the arrival.
    ``fields`` are those of ``scheme.save_scheme``.
    """
    with transaction.atomic():
        held = lock(order)
        return draft(actor, order_id=held.pk, **fields)


@enforces("327-20-5", "327-08-2")
def begin_recheck(visit: Visit) -> None:
    """复查中, from the arrival of the follow-up visit on: before it nothing about the order tells of the visit to come."""
    if visit.order_id is None:
        return
    held = lock(visit.order)
    if held.state in ORDER.step("recheck").source:
        ORDER.take("recheck", held, SYSTEM, facts.order(held, besides=visit))


def old_findings(visit: Visit) -> list[Answer]:
    """What a follow-up visit opens with: the problems found by the visit that gave the order."""
    if visit.order_id is None:
        return []
    return list(visit.order.visit.answers.filter(verdict="problem").select_related("question", "by").order_by("question__n"))


@enforces("327-20-5")
def done(actor: Actor, order: Order, opinion: str) -> Receipt:
    """整改到位 on the material submitted, with the officer's words on it (a follow-up visit settles its order itself)."""
    with transaction.atomic():
        held = lock(order)
        live = facts.live_followups(held)
        found = facts.found_by(live[-1]) if live else ""
        known = facts.order(held, found=found, opinion=opinion)
        receipt = ORDER.take("done", held, actor, known, opinion=opinion, corrected_at=timezone.now())
    reload(order)
    return receipt


@enforces("327-20-5")
def mark_overdue(today: date | None = None) -> list[Order]:
    """Orders whose term has passed become 逾期未改. For the jobs, daily; safe to repeat."""
    day, late = today or calendar.today(), []
    for order in Order.objects.filter(state="open", due__lt=day).exclude(visit__state__in=("closed", "archived", "revoked")):
        with transaction.atomic():
            held = lock(order)
            if held.state == "open":
                ORDER.take("overdue", held, SYSTEM)
                late.append(held)
    return late


@enforces("327-20-5")
def release_dropped() -> list[Order]:
    """Orders whose follow-up visit was dropped, lapsed or not done wait for one again. For the jobs; safe to repeat."""
    freed = []
    for order in Order.objects.filter(state="rechecking"):
        if facts.live_followups(order):
            continue
        with transaction.atomic():
            held = lock(order)
            if held.state == "rechecking":
                ORDER.take("recheck_dropped", held, SYSTEM)
                freed.append(held)
    return freed


def can_recheck(order: Order) -> bool:
    """May a follow-up visit be arranged now? For lists and buttons."""
    return order.state in ORDER.step("recheck").source and not ORDER.missing("recheck", facts.order(order))

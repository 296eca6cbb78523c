"""Loads what the rules of the item list ask about; a few queries, however many versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from django.db.models import Count

from jiangcheng.inspection.items import flows, queries, rules
from jiangcheng.inspection.items.models import ItemVersion, Question
from jiangcheng.inspection.items.rules import VersionFacts
from jiangcheng.kernel import calendar, ledger
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties import bodies
from jiangcheng.parties.rules import within_powers

_PLAIN = {f.name for f in fields(VersionFacts)} & {f.name for f in ItemVersion._meta.get_fields()} - {"item", "questions"}
DRAFTING = ("items.new", "items.save", "items.new_version", "item.submit")


def of(version: ItemVersion, actor: Actor | None = None, **said: Any) -> VersionFacts:
    """Facts of a version today; ``said`` are opinion, effective_from, until as the actor gave them."""
    today = said.pop("today", None) or calendar.today()
    found, = load_many([version], today)
    if actor is not None:
        said |= {"person": actor.person, "drafters": drafters(version)}
    return replace(found, **said)


def load_many(versions: Sequence[ItemVersion], today: date) -> list[VersionFacts]:
    """Facts of many versions as they stand, without an acting person."""
    asked = _asked(versions)
    held = _held(versions)
    named = set(queries.versions_in_force(today).filter(
        item__body__in={v.item.body_id for v in versions}, name__in={v.name for v in versions if v.name},
    ).values_list("item__body", "name", "item"))
    known: dict[tuple[int, str], tuple] = {}
    found = []
    for v in versions:
        body, mine = v.item.body, [x for x in held.get(v.item_id, ()) if x.pk != v.pk]
        if (body.pk, v.field) not in known:
            known[body.pk, v.field] = powers(body, v.field, today)
        begun = [x.effective_from for x in mine if x.state != "withdrawn" and x.effective_from and x.effective_from <= today]
        found.append(VersionFacts(
            today=today, item=v.item_id, filled=tuple((n, getattr(v, n)) for n, _ in rules.FIELDS), questions=asked.get(v.pk, 0),
            former_from=max(begun, default=None), later=max((x.n for x in mine if x.n > v.n and x.state != "withdrawn"), default=0),
            withdrawn=any(x.state == "withdrawn" for x in mine), body_name=body.name, body_level=body.level,
            powers=known[body.pk, v.field], same_name=any(b == body.pk and n == v.name and i != v.item_id for b, n, i in named),
            **{name: getattr(v, name) for name in _PLAIN},
        ))
    return found


def _asked(versions: Sequence[ItemVersion]) -> dict[int, int]:
    """How many check questions each version has; those of ``queries.newest_of`` come with their number."""
    known = {v.pk: v.asked for v in versions if hasattr(v, "asked")}
    rest = [v.pk for v in versions if v.pk not in known]
    found = Question.objects.filter(version__in=rest).order_by().values_list("version").annotate(Count("pk"))
    return known | dict(found)  # an empty ``rest`` asks nothing


def _held(versions: Iterable[ItemVersion]) -> dict[int, list[ItemVersion]]:
    """Versions that were published, by item."""
    found: dict[int, list[ItemVersion]] = {}
    wanted = ItemVersion.objects.filter(item__in={v.item_id for v in versions}, state__in=queries.HELD)
    for v in wanted.only("pk", "item", "n", "state", "effective_from"):
        found.setdefault(v.item_id, []).append(v)
    return found


def lacking(versions: Iterable[ItemVersion]) -> dict[int, int]:
    """How many things each draft among the versions lacks before it may be submitted, by id."""
    drafts = [v for v in versions if v.state == "draft"]
    known = load_many(drafts, calendar.today()) if drafts else []
    return {v.pk: len(flows.ITEM.missing("submit", f)) for v, f in zip(drafts, known, strict=True)}


def drafters(version: ItemVersion) -> frozenset[int]:
    """Everybody who wrote in the draft or sent it to review, by the ledger."""
    wrote = ledger.history(version).filter(act__in=DRAFTING).values_list("actor", flat=True)
    return frozenset({version.drafted_by_id, *wrote} - {None})


def powers(body: Any, field: str, day: date) -> tuple:
    """What article 3 has against this body inspecting this field; nothing is asked while the field is blank."""
    found = bodies.standing_on(body, day)
    return found + within_powers(bodies.power_facts(body, field, day)) if field else found


def former_of(version: ItemVersion) -> ItemVersion | None:
    """The published or paused version before this one, the newest of them."""
    others = ItemVersion.objects.filter(item=version.item_id, state__in=("published", "paused"), n__lt=version.n)
    return others.order_by("-n").first()

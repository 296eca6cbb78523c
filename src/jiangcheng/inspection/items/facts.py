"""Loads what the rules of the item list ask about."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

from jiangcheng.inspection.items import queries, rules
from jiangcheng.inspection.items.models import ItemVersion
from jiangcheng.inspection.items.rules import VersionFacts
from jiangcheng.kernel import calendar
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties import bodies
from jiangcheng.parties.rules import within_powers

_PLAIN = {f.name for f in fields(VersionFacts)} & {
    "name", "n", "state", "standard", "standard_issuer", "standard_version", "standard_from", "standard_none", "reason",
    "effective_from", "lowest_level",
}


def of(version: ItemVersion, actor: Actor | None = None, **said: Any) -> VersionFacts:
    """Facts of a version today; ``said`` are opinion, effective_from, until as the actor gave them."""
    today = said.pop("today", None) or calendar.today()
    body = version.item.body
    values = {name: getattr(version, name) for name in _PLAIN}
    former = former_of(version)
    values |= {
        "today": today, "item": version.item_id, "filled": tuple((n, getattr(version, n)) for n, _ in rules.FIELDS),
        "questions": version.questions.count() if version.pk else 0, "former_from": former.effective_from if former else None,
        "body_name": body.name, "body_level": body.level, "drafter": version.drafted_by_id,
        "person": actor.person if actor else None, "powers": powers(body, version.field, today),
        "same_name": same_name(version, today),
    }
    return VersionFacts(**{**values, **said})


def powers(body: Any, field: str, day: date) -> tuple:
    """What article 3 has against this body inspecting this field; nothing is asked while the field is blank."""
    found = bodies.standing_on(body, day)
    return found + within_powers(bodies.power_facts(body, field, day)) if field else found


def former_of(version: ItemVersion) -> ItemVersion | None:
    """The published or paused version that publishing this one would end."""
    others = ItemVersion.objects.filter(item=version.item_id, state__in=("published", "paused"), ended_on=None)
    return others.exclude(pk=version.pk).order_by("-n").first()


def same_name(version: ItemVersion, day: date) -> bool:
    """Has the body another item in force with this name?"""
    if not version.name:
        return False
    held = queries.versions_in_force(day).filter(item__body=version.item.body_id, name=version.name)
    return held.exclude(item=version.item_id).exists()

"""Reading the item list: what is in force on a day, history, search, gaps. Lists start from ``parties.scope``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from jiangcheng.inspection.items import house
from jiangcheng.inspection.items.models import Cap, Import, Item, ItemVersion, LibraryRow, Pause, Question
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties.scope import register

HELD = ("published", "paused", "withdrawn")
"""States of versions that were in force at some time."""


def not_ended(day: date) -> Q:
    """Condition on versions: no last day, or one on or after the day."""
    return Q(ended_on=None) | Q(ended_on__gte=day)


def _held_on(day: date) -> QuerySet[ItemVersion]:
    return ItemVersion.objects.filter(
        not_ended(day), state__in=HELD, effective_from__isnull=False, effective_from__lte=day,
    ).filter(Q(ended_on=None) | Q(ended_on__gte=F("effective_from")))


def versions_in_force(day: date) -> QuerySet[ItemVersion]:
    """Every version in force on a civil day: published, effective, not ended, not paused. Past days too (327-07-3)."""
    paused = Pause.objects.filter(Q(until=None) | Q(until__gte=day), version=OuterRef("pk"), start__lte=day)
    return _held_on(day).filter(~Exists(paused)).select_related("item__body")


def in_force(item: Item | int, day: date) -> ItemVersion | None:
    """The version of an item in force on a civil day, or None: never published, not yet effective, paused, withdrawn."""
    pk = item.pk if isinstance(item, Item) else item
    return versions_in_force(day).filter(item=pk).order_by("-n").first()


def in_force_many(items: Iterable[Item | int], day: date) -> dict[int, ItemVersion]:
    """``in_force`` for many items at once, by item id; items without a version in force are left out."""
    pks = {i.pk if isinstance(i, Item) else i for i in items}
    return {v.item_id: v for v in versions_in_force(day).filter(item__in=pks).order_by("n")}


def published_list(body_id: int, day: date) -> list[ItemVersion]:
    """A body's published list (事项清单) on a day, by item code."""
    return list(versions_in_force(day).filter(item__body=body_id).order_by("item__code"))


def in_force_named(body_id: int, name: str, day: date) -> ItemVersion | None:
    """The version in force of a body's item with exactly this name."""
    return versions_in_force(day).filter(item__body=body_id, name=name.strip()).order_by("-n").first()


def newest_of(body_id: int, *, drafts: bool = True) -> QuerySet[ItemVersion]:
    """The newest version of each item of a body (without ``drafts``: the newest that is none), its check questions counted."""
    versions = ItemVersion.objects.all() if drafts else ItemVersion.objects.exclude(state="draft")
    last = versions.filter(item=OuterRef("item")).order_by("-n").values("pk")[:1]
    found = ItemVersion.objects.filter(item__body=body_id, pk=Subquery(last)).select_related("item__body")
    asked = Question.objects.filter(version=OuterRef("pk")).order_by().values("version").annotate(n=Count("pk")).values("n")
    return found.annotate(asked=Coalesce(Subquery(asked), 0)).order_by("item__code", "pk")


def history(item: Item) -> list[ItemVersion]:
    """All versions of an item, newest first, with their pauses."""
    return list(item.versions.prefetch_related("pauses", "questions").order_by("-n"))


COMPARED = (
    "name", "field", "basis", "basis_level", "lowest_level", "subjects", "content", "manner", "standard", "standard_issuer",
    "standard_version", "standard_from", "standard_none", "cap_note",
)


@dataclass(frozen=True)
class Difference:
    """One content that differs between two versions of an item, as printed."""

    word: str
    before: str
    after: str


def differences(former: ItemVersion, version: ItemVersion) -> list[Difference]:
    """What a version changes against a former one: contents, then the check questions as one text each."""
    rows = [(ItemVersion._meta.get_field(n).verbose_name, _said(former, n), _said(version, n)) for n in COMPARED]
    rows.append(("检查要点", *("\n".join(q.text for q in v.questions.all()) for v in (former, version))))
    return [Difference(*row) for row in rows if row[1] != row[2]]


def _said(version: ItemVersion, name: str) -> str:
    value = getattr(version, name)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    shown = getattr(version, f"get_{name}_display", None)
    return str(shown() if shown else value or "")


def search(versions: QuerySet[ItemVersion], words: str) -> QuerySet[ItemVersion]:
    """Versions whose name, code, basis or pinyin initials hold every one of the words; two characters suffice."""
    for word in words.split():
        asked = Q(name__icontains=word) | Q(item__code__icontains=word) | Q(basis__icontains=word) | Q(subjects__icontains=word)
        if word.isascii():
            asked |= Q(initials__icontains=word)
        versions = versions.filter(asked)
    return versions


def no_standard(day: date) -> QuerySet[ItemVersion]:
    """Versions in force whose field has no published standard (HR-10-1): usable, and marked."""
    return versions_in_force(day).filter(standard_none=True)


WEAK = ("notice", "other")


@enforces("HR-07-2")
def weak_basis(version: ItemVersion) -> bool:
    """Is the basis below law, regulation, rule and State Council decision? Such an item is flagged, not refused."""
    how = house.value("HR-07-2", version.effective_from or timezone.localdate())
    return how != "no-check" and version.basis_level in WEAK


@enforces("HR-07-1")
def unused(body_id: int, day: date) -> list[ItemVersion]:
    """Items in force and unused for the years of HR-07-1: published that long ago and in no plan row since."""
    years = house.value("HR-07-1", day)
    if not isinstance(years, int):
        return []
    since = day.replace(year=day.year - years) if (day.month, day.day) != (2, 29) else date(day.year - years, 2, 28)
    first = Item.objects.filter(
        versions__effective_from__lte=since, versions__state__in=HELD, body=body_id,
    ).exclude(plan_rows__plan__year__gte=since.year)
    return list(versions_in_force(day).filter(item__in=first).order_by("item__code"))


@register(Item, ItemVersion, Question, Cap, Pause)
def _public_and_own(actor: Actor, queryset: QuerySet) -> QuerySet:
    """What was published is public; drafts are seen by the planners and heads of their body alone."""
    path = {Item: "", ItemVersion: "item__", Question: "version__item__", Pause: "version__item__"}.get(queryset.model)
    if queryset.model is Cap:
        return queryset
    own = Q(**{f"{path}body": actor.body}) if actor.has("planner", "head") and actor.body else Q(pk__in=())
    if queryset.model is Item:
        return queryset.filter(own | Exists(ItemVersion.objects.filter(item=OuterRef("pk"), state__in=HELD)))
    state = {ItemVersion: "state__in", Question: "version__state__in", Pause: "version__state__in"}[queryset.model]
    return queryset.filter(own | Q(**{state: HELD}))


@register(Import)
def _imports(actor: Actor, queryset: QuerySet) -> QuerySet:
    return queryset.filter(body=actor.body) if actor.has("planner") and actor.body else queryset.none()


@register(LibraryRow)
def _library(actor: Actor, queryset: QuerySet) -> QuerySet:
    return queryset

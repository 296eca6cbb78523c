"""One function for all reading: lists, detail, search, export, files and the API ask ``scope``. Default: nothing.

An upper layer registers what of its models is visible::

    @register(Visit)
    def visible_visits(actor, queryset): ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties import bodies, territory
from jiangcheng.parties.models import (
    Account,
    Body,
    Certificate,
    Competence,
    Delegation,
    Division,
    Enterprise,
    Headship,
    OpenSession,
    Person,
    Seat,
    Site,
)

M = TypeVar("M", bound=Model)
Visible = Callable[[Actor, Any], Any]
VISIBLE: dict[type[Model], Visible] = {}

STAFF = ("officer", "planner", "head", "supervisor", "superior", "leader")
OF_BODY = ("officer", "planner", "head")


def register(*models: type[Model]) -> Callable[[Visible], Visible]:
    """Declare who sees rows of the models: a function (actor, queryset) → queryset."""

    def wrap(visible: Visible) -> Visible:
        for model in models:
            if model in VISIBLE:
                raise RuntimeError(f"{model.__name__}: two rules of visibility")
            VISIBLE[model] = visible
        return visible

    return wrap


def scope(actor: Actor, queryset: QuerySet[M]) -> QuerySet[M]:
    """What of the queryset the actor may know of. A model without a rule shows nothing; the platform itself sees all."""
    if actor.has("system"):
        return queryset
    visible = VISIBLE.get(queryset.model)
    return visible(actor, queryset) if visible else queryset.none()


def visible_or_404(actor: Actor, queryset: QuerySet[M], **lookup: Any) -> M:
    """The one row the actor may see, else Http404: what may not be known does not exist."""
    try:
        return scope(actor, queryset).get(**lookup)
    except (queryset.model.DoesNotExist, queryset.model.MultipleObjectsReturned, ValueError) as wrong:
        raise Http404(f"no such {queryset.model._meta.model_name}") from wrong


def body_of(actor: Actor) -> Body | None:
    """The body the actor acts for; loaded once an actor, thus once a request."""
    kept = vars(actor)
    if "own_body" not in kept:
        kept["own_body"] = Body.objects.select_related("division").filter(pk=actor.body).first() if actor.body else None
    return kept["own_body"]


@enforces("327-06-1")
def bodies_read(actor: Actor) -> QuerySet[Body]:
    """Bodies whose work the actor reads because of a seat: the own one, the supervised ones, those below it."""
    own = body_of(actor)
    if own is None:
        return Body.objects.none()
    if actor.has("supervisor"):
        return bodies.supervised(own)
    if actor.has("superior"):
        return Body.objects.filter(superior=own)
    if actor.has("leader"):
        return Body.objects.filter(territory.within(own.division, "division"))
    return Body.objects.filter(pk=own.pk)


@register(Division)
def _divisions(actor: Actor, queryset: Any) -> Any:
    return queryset


@register(Body)
def _bodies(actor: Actor, queryset: Any) -> Any:
    """Public facts: everybody sees enforcement bodies and judicial offices, staff see all."""
    if actor.has(*STAFF, "admin"):
        return queryset
    return queryset.filter(Q(enforces=True) | Q(judicial=True))


@register(Competence, Headship)
def _facts_of_bodies(actor: Actor, queryset: Any) -> Any:
    return queryset if actor.has(*STAFF, "admin") else queryset.none()


@register(Person)
def _people(actor: Actor, queryset: Any) -> Any:
    """Colleagues by seat, certificate or headship; the administrator sees all; anyone sees themselves."""
    if actor.has("admin"):
        return queryset
    if not actor.has(*STAFF):
        return queryset.filter(pk=actor.person) if actor.person else queryset.none()
    mine = bodies_read(actor).values("pk")
    held = (Certificate.objects.filter(person=OuterRef("pk"), body__in=mine), Headship.objects.filter(person=OuterRef("pk"), body__in=mine))
    seated = Seat.objects.filter(account__person=OuterRef("pk"), body__in=mine)
    return queryset.filter(Q(pk=actor.person) | Exists(held[0]) | Exists(held[1]) | Exists(seated))


@register(Certificate)
def _certificates(actor: Actor, queryset: Any) -> Any:
    if actor.has("admin"):
        return queryset
    if not actor.has(*STAFF):
        return queryset.none()
    return queryset.filter(Q(body__in=bodies_read(actor).values("pk")) | Q(person=actor.person))


@register(Delegation)
def _delegations(actor: Actor, queryset: Any) -> Any:
    if actor.has("admin"):
        return queryset
    return queryset.filter(body__in=bodies_read(actor).values("pk")) if actor.has(*OF_BODY, "supervisor") else queryset.none()


def in_territory(actor: Actor) -> Q | None:
    """Condition on Enterprise: it has its registered place or a site in the territory of the actor's body."""
    own = body_of(actor)
    if own is None:
        return None
    sites = Site.objects.filter(territory.within(own.division, "division"), enterprise=OuterRef("pk"))
    return territory.within(own.division, "division") | Exists(sites)


@register(Enterprise)
def _enterprises(actor: Actor, queryset: Any) -> Any:
    """Staff see their territory, an enterprise itself, the administrator and the public none."""
    if actor.has("enterprise"):
        return queryset.filter(pk=actor.enterprise) if actor.enterprise else queryset.none()
    where = in_territory(actor) if actor.has(*STAFF) else None
    return queryset.none() if where is None else queryset.filter(where)


@register(Site)
def _sites(actor: Actor, queryset: Any) -> Any:
    """Sites in the own territory; an enterprise sees all of its own."""
    if actor.has("enterprise"):
        return queryset.filter(enterprise=actor.enterprise) if actor.enterprise else queryset.none()
    own = body_of(actor) if actor.has(*STAFF) else None
    return queryset.none() if own is None else queryset.filter(territory.within(own.division, "division"))


@register(Account)
def _accounts(actor: Actor, queryset: Any) -> Any:
    if actor.has("admin"):
        return queryset
    return queryset.filter(pk=actor.account) if actor.account else queryset.none()


@register(Seat)
def _seats(actor: Actor, queryset: Any) -> Any:
    if actor.has("admin"):
        return queryset
    if actor.has("enterprise") and actor.enterprise:
        return queryset.filter(enterprise=actor.enterprise)
    return queryset.filter(account=actor.account) if actor.account else queryset.none()


@register(OpenSession)
def _sessions(actor: Actor, queryset: Any) -> Any:
    return queryset.filter(account=actor.account) if actor.account else queryset.none()

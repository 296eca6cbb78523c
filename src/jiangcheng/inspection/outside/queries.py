"""Reading the register of visits that are no inspections."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from jiangcheng.inspection.outside.models import Outing
from jiangcheng.kernel.actor import Actor
from jiangcheng.parties import bodies
from jiangcheng.parties.scope import body_of, register, scope


@register(Outing)
def visible_outings(actor: Actor, queryset: Any) -> Any:
    """The body's own people, judicial offices that read the body, and the enterprise once the visit took place."""
    if actor.has("enterprise"):
        return queryset.filter(enterprise=actor.enterprise, state="done") if actor.enterprise else queryset.none()
    if actor.body is None:
        return queryset.none()
    if actor.has("supervisor"):
        return queryset.filter(body__in=bodies.supervised(body_of(actor)).values("pk"))
    return queryset.filter(body=actor.body) if actor.has("officer", "planner", "head") else queryset.none()


def listed(actor: Actor, query: str = "", purpose: str = "") -> QuerySet[Outing]:
    """The register within the actor's scope, newest first; by words (enterprise, code, body, number) and purpose."""
    found = scope(actor, Outing.objects.all()).select_related("enterprise", "body", "tie")
    if query:
        firm = Q(enterprise__name__icontains=query) | Q(enterprise__uscc__iexact=query) | Q(enterprise__initials__icontains=query.lower())
        found = found.filter(firm | Q(number__icontains=query) | Q(body__name__icontains=query))
    return (found.filter(purpose=purpose) if purpose else found).order_by("-start", "-id")

"""Which accounts hold a seat today: whom a notice goes to, and who may take a piece of work over."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from jiangcheng.kernel.actor import Actor
from jiangcheng.parties import access
from jiangcheng.parties.bodies import running
from jiangcheng.parties.models import Seat


def seats(role: str, **where: Any) -> QuerySet[Seat]:
    """Seats of a role that hold today, of accounts that are open: ``body=…``, ``enterprise=…``, ``account__person__in=…``."""
    return Seat.objects.filter(running(timezone.localdate()), role=role, account__is_active=True, **where)


def accounts(role: str, **where: Any) -> list[int]:
    """Keys of the accounts behind ``seats``, each once."""
    return sorted(set(seats(role, **where).values_list("account", flat=True)))


def actors(role: str, body: int) -> list[Actor]:
    """Colleagues in a role at a body, each as they would act."""
    found = seats(role, body=body, account__person__isnull=False).select_related("account__person", "body", "enterprise").order_by("id")
    return [access.actor_for(seat.account, seat) for seat in found]

"""Who acts: a frozen picture of the account, person, body and roles at the moment of an act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Actor:
    """``person`` is the natural person's id (one person, many accounts and seats); ``body`` the id of the body acted for.

    ``roles`` are slugs of parties.words.ROLES. ``enterprise`` is set for people who act for an enterprise.
    ``place`` is "lat,lon" as the device gave it, ``device_time`` the device's own clock; both may be missing.
    """

    account: int | None = None
    person: int | None = None
    name: str = ""
    body: int | None = None
    body_name: str = ""
    roles: frozenset[str] = frozenset()
    enterprise: int | None = None
    channel: str = "web"
    device_time: datetime | None = None
    place: str = ""

    def has(self, *roles: str) -> bool:
        return bool(self.roles.intersection(roles))


SYSTEM = Actor(name="系统", channel="job", roles=frozenset({"system"}))

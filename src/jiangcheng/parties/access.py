"""Log-in and who acts: password check with lock-out, sessions that can be listed and ended, seats, who may approve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import login as django_login
from django.contrib.auth import logout as django_logout
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db.models import F, QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from jiangcheng.kernel import parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.cached import Cached
from jiangcheng.law.rule import enforces
from jiangcheng.parties import words
from jiangcheng.parties.bodies import running
from jiangcheng.parties.models import Account, Body, Delegation, Headship, LoginEvent, OpenSession, Seat

# Choices of the house, not of the decree; a deployment sets others under the same names in its settings.
TRIES = getattr(settings, "LOGIN_TRIES", 5)
LOCK_MINUTES = getattr(settings, "LOGIN_LOCK_MINUTES", 15)
ADDRESS_TRIES = getattr(settings, "LOGIN_ADDRESS_TRIES", 50)
SEEN_EVERY = timedelta(minutes=1)
ROLE_WORDS = dict(words.ROLES)


# Log-in


def login_allowed(username: str, now: datetime | None = None) -> timedelta | None:
    """How long the account is still locked; None when it may try. Unknown accounts look like known ones."""
    now = now or timezone.now()
    since = now - timedelta(minutes=LOCK_MINUTES)
    account = Account.objects.filter(username=username).only("locked_until").first()
    if account is not None:
        return account.locked_until - now if account.locked_until and account.locked_until > now else None
    missed = list(LoginEvent.objects.filter(username=username, ok=False, at__gt=since).order_by("-at").values_list("at", flat=True)[:TRIES])
    return missed[0] + timedelta(minutes=LOCK_MINUTES) - now if len(missed) >= TRIES else None


def address_allowed(address: str, now: datetime | None = None) -> bool:
    """Whether an address may go on trying: fewer than ADDRESS_TRIES misses within the lock time."""
    since = (now or timezone.now()) - timedelta(minutes=LOCK_MINUTES)
    return LoginEvent.objects.filter(address=address, ok=False, at__gt=since).count() < ADDRESS_TRIES


def tries_left(username: str) -> int:
    """Tries before the account is locked; unknown accounts count the same way."""
    account = Account.objects.filter(username=username).only("failures").first()
    if account is not None:
        return max(0, TRIES - account.failures)
    since = timezone.now() - timedelta(minutes=LOCK_MINUTES)
    return max(0, TRIES - LoginEvent.objects.filter(username=username, ok=False, at__gt=since).count())


def address_of(request: HttpRequest | None) -> str:
    """The sender's address as the server sees it."""
    return (request.META.get("REMOTE_ADDR") or "")[:45] if request is not None else ""


def _agent(request: HttpRequest | None) -> str:
    return request.headers.get("User-Agent", "")[:200] if request is not None else ""


def _missed(account: Account, now: datetime) -> None:
    """Count a miss; the one that reaches the limit locks. One conditional statement each, so racing misses all count."""
    rows = Account.objects.filter(pk=account.pk)
    rows.update(failures=F("failures") + 1)
    rows.filter(failures__gte=TRIES).update(failures=0, locked_until=now + timedelta(minutes=LOCK_MINUTES))


class Backend:
    """Password log-in (argon2). A wrong password and an unknown account take the same time and read the same."""

    def authenticate(self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any) -> Account | None:
        if not username or not password:
            return None
        now = timezone.now()
        account = Account.objects.filter(username=username).first()
        if account is None:
            make_password(password)  # the same work as a check, so that time does not tell who exists
        good = account is not None and account.check_password(password)
        allowed = login_allowed(username, now) is None and address_allowed(address_of(request), now)
        ok = bool(good and allowed and account.is_active)
        LoginEvent.objects.create(username=username[:60], ok=ok, address=address_of(request), agent=_agent(request))
        if ok:
            Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None)
            return account
        if account is not None and allowed:
            _missed(account, now)
        return None

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.select_related("person").filter(pk=user_id, is_active=True).first()


def unlock(account: Account) -> None:
    """Forget misses and lock, for the administrator."""
    Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None)


# Seats


def seats_today(account: Account, day: date | None = None) -> list[Seat]:
    """Seats whose term holds today, in a steady order."""
    found = Seat.objects.filter(running(day or timezone.localdate()), account=account)
    return list(found.select_related("body", "enterprise").order_by("id"))


def seat_word(seat: Seat) -> str:
    """A seat in words: 执法人员 · 示范区市场监督管理局."""
    where = seat.body or seat.enterprise
    return ROLE_WORDS[seat.role] + (f" · {where.name}" if where else "")


def actor_for(account: Account, seat: Seat | None, channel: str = "web") -> Actor:
    """The actor of an account in a seat; without a seat it is known by name and may do nothing."""
    name = account.person.name if account.person_id else account.username
    if seat is None:
        return Actor(account=account.pk, person=account.person_id, name=name, channel=channel)
    where = seat.body or seat.enterprise
    return Actor(
        account=account.pk, person=account.person_id, name=name, body=seat.body_id,
        body_name=where.name if where else "", roles=frozenset({seat.role}), enterprise=seat.enterprise_id, channel=channel,
    )


def _holds(seat: Seat | None, day: date) -> bool:
    return seat is not None and seat.valid_from <= day and (seat.valid_until is None or day <= seat.valid_until)


# Sessions


@receiver(user_logged_in)
def _opened(sender: Any, request: HttpRequest, user: Account, **_: Any) -> None:
    if request.session.session_key is None:  # another account was logged in here: its session was thrown away
        request.session.create()
    seat = next(iter(seats_today(user)), None)
    OpenSession.objects.filter(account=user, seen_at__lt=timezone.now() - timedelta(seconds=settings.SESSION_COOKIE_AGE)).delete()
    OpenSession.objects.update_or_create(
        key=request.session.session_key,
        defaults={"account": user, "seat": seat, "seen_at": timezone.now(), "address": address_of(request), "agent": _agent(request)},
    )


@receiver(user_logged_out)
def _closed(sender: Any, request: HttpRequest, user: Account | None, **_: Any) -> None:
    OpenSession.objects.filter(key=request.session.session_key or "").delete()


def open_session(request: HttpRequest) -> OpenSession | None:
    """The row of this request's session; None when it was ended from elsewhere."""
    key = request.session.session_key or ""
    return OpenSession.objects.select_related("account__person", "seat__body", "seat__enterprise").filter(
        key=key, account=request.user.pk
    ).first()


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request, in the seat that is active. Nobody (an empty Actor) without log-in.

    A session that was ended in the list of sessions is logged out here.
    """
    if not request.user.is_authenticated:
        return Actor()
    row = open_session(request)
    if row is None:
        django_logout(request)
        return Actor()
    now = timezone.now()
    if now - row.seen_at > SEEN_EVERY:
        OpenSession.objects.filter(pk=row.pk).update(seen_at=now)
    if not _holds(row.seat, timezone.localdate()):
        row.seat = next(iter(seats_today(row.account)), None)
        OpenSession.objects.filter(pk=row.pk).update(seat=row.seat)
    return actor_for(row.account, row.seat)


def seats_of(request: HttpRequest) -> list[dict[str, Any]]:
    """Seats to choose from, for people with several: label, url, current. Choosing is a POST to ``url``."""
    if not request.user.is_authenticated:
        return []
    seats = seats_today(request.user)
    row = open_session(request) if len(seats) > 1 else None
    if row is None:
        return []
    try:
        url = reverse("seat")
    except NoReverseMatch:
        url = ""
    return [{"label": seat_word(s), "url": url, "id": s.pk, "current": s.pk == row.seat_id} for s in seats]


def switch_seat(request: HttpRequest, seat_id: int) -> Seat | None:
    """Make another seat of the account the active one of this session; None when it is not the account's today."""
    seat = next((s for s in seats_today(request.user) if s.pk == seat_id), None)
    if seat is not None:
        OpenSession.objects.filter(key=request.session.session_key, account=request.user.pk).update(seat=seat)
    return seat


def sessions_of(account: Account) -> QuerySet[OpenSession]:
    """Sessions of an account that have not timed out, last seen first."""
    idle = timedelta(minutes=getattr(settings, "IDLE_MINUTES", 30)) + SEEN_EVERY
    return OpenSession.objects.filter(account=account, seen_at__gt=timezone.now() - idle).order_by("-seen_at")


def end_session(account: Account, session_id: int) -> bool:
    """End one session of the account; its next request is logged out."""
    row = OpenSession.objects.filter(account=account, pk=session_id).first()
    if row is None:
        return False
    Session.objects.filter(session_key=row.key).delete()
    row.delete()
    return True


def end_all(account: Account, keep: str = "") -> int:
    """End every session of the account but the one with the key ``keep``; how many."""
    rows = OpenSession.objects.filter(account=account).exclude(key=keep)
    keys = list(rows.values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    OpenSession.objects.filter(key__in=keys).delete()
    return len(keys)


def log_in(request: HttpRequest, account: Account) -> None:
    """Open a session for an account that was authenticated."""
    django_login(request, account, backend="jiangcheng.parties.access.Backend")


# Demo


_demo = Cached(Body, lambda: Body.objects.filter(demo=True).exists())


def is_demo() -> bool:
    """Does the database hold generated data? (ribbon on every page)"""
    return _demo()


# Approval (HR-17-1)


@dataclass(frozen=True)
class Approval:
    """By what right a person approves: rank on record, or the delegation."""

    person: int
    rank: str
    delegation: int | None = None
    paper: str = ""


def heads_on(body_id: int, day: date) -> list[tuple[int, str]]:
    """Heads of the body with a running term: (person id, ``principal`` or ``deputy``), the principal first."""
    found = Headship.objects.filter(running(day), body=body_id).values_list("person", "rank")
    return sorted(found, key=lambda row: (row[1] != "principal", row[0]))


@enforces("HR-17-1")
def delegations_count(day: date) -> bool:
    """Does a written delegation give a right on the day? Not where approval is kept to the principal."""
    return parameters.value("HR-17-1", day) != "principal-only"


@enforces("HR-17-1")
def may_approve(person_id: int, body_id: int, day: date, scope: str = "scheme") -> Approval | None:
    """By what right the person approves for the body on the day; None when there is none.

    A principal head always. Where the house rule says ``principal-only`` nobody else, delegation or not; otherwise a deputy
    on record, and whoever holds the head's seat in the body under a written delegation of a head in office, in term and
    for this ``scope``.
    """
    choice = parameters.value("HR-17-1", day)
    ranks = dict(reversed([(p, r) for p, r in heads_on(body_id, day)]))
    rank = ranks.get(person_id)
    if rank == "principal" or (rank == "deputy" and choice != "principal-only"):
        return Approval(person_id, rank)
    if not delegations_count(day):
        return None
    given = Delegation.objects.filter(
        running(day), body=body_id, taker=person_id, scope__in=(scope, "all"), giver__in=ranks, ended_at=None,
    ).order_by("id").first()
    if given is None:
        return None
    if choice != "head-of-unit" and not _head_seat(person_id, body_id, day):
        return None
    return Approval(person_id, "delegated", given.pk, given.paper)


def _head_seat(person_id: int, body_id: int, day: date) -> bool:
    return Seat.objects.filter(running(day), account__person=person_id, body=body_id, role="head").exists()

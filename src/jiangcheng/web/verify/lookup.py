"""The quick door to a code: ``GET /v/<token>.json`` answered beside Django, byte for byte as ``door.machine`` answers.

The one exception to the rule that every address goes through Django's middleware: what the phones of a whole city ask.
Three prepared statements on a connection of this thread, and no layer between. Because no middleware runs, this module
itself checks the host, limits how often an address may ask, and sets the headers. Everything else that could be asked
(a typed short code, a query, a cookie, another method, a wrong host) goes on to Django, which answers it as before;
so does a request during which the database is away.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.db import connection
from django.http.request import split_domain_port, validate_host
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date

from jiangcheng.inspection.visits.words import OFFICER_ROLES
from jiangcheng.kernel.engines import Plain, moment
from jiangcheng.papers import codes
from jiangcheng.web.middleware import PERMISSIONS
from jiangcheng.web.verify.door import NOT_FOUND

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
CODE = """
SELECT c.state, c.window_start, c.window_end, c.used_at, c.revoked_at, c.key_id, v.id, b.name, e.name, e.uscc
FROM papers_inspectioncode c JOIN visits_visit v ON v.number = c.visit
JOIN parties_body b ON b.id = v.body_id JOIN parties_enterprise e ON e.id = v.enterprise_id WHERE c.token = %s
"""
PEOPLE = """
SELECT p.name, c.number, c.valid_until, o.role FROM visits_visitofficer o JOIN parties_person p ON p.id = o.person_id
JOIN parties_certificate c ON c.id = o.certificate_id WHERE o.visit_id = %s AND o.left_at IS NULL
ORDER BY CASE o.role WHEN 'lead' THEN 0 ELSE 1 END, o.id
"""
ITEMS = "SELECT n.name FROM visits_visititem i JOIN items_itemversion n ON n.id = i.version_id WHERE i.visit_id = %s ORDER BY i.id"
ASKED = re.compile(rf"/v/([A-Za-z0-9_-]{{{codes.SHORT * 3 + 1},{codes.TOKEN_LIMIT}}})\.json")
STATUS = {200: "200 OK", 404: "404 Not Found", 410: "410 Gone", 429: "429 Too Many Requests"}
ROLES = dict(OFFICER_ROLES)
MANY = 100_000
"""Addresses counted at once; with more the count begins anew, so that it cannot fill the memory."""
MISS = 20
"""What one token that names nothing counts as: its signature is tried against every key."""


class Limit:
    """How often an address may ask this process within a minute."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._lock, self._minute, self._asked = threading.Lock(), 0, {}

    def spent(self, address: str, cost: int = 1) -> bool:
        """Count; True when the address has asked too often."""
        minute = int(time.monotonic() // 60)
        with self._lock:
            if minute != self._minute or len(self._asked) > MANY:
                self._minute, self._asked = minute, {}
            self._asked[address] = asked = self._asked.get(address, 0) + cost
        return asked > self.most


limit = Limit(settings.LOOKUPS_A_MINUTE)
_here = threading.local()


def _plain() -> Plain:
    """This thread's connection."""
    found = getattr(_here, "plain", None)
    if found is None:
        found = _here.plain = Plain(connection.settings_dict)
    return found


@cache
def _fixed() -> tuple[tuple[str, str], ...]:
    """Headers that are the same on every answer, as the middleware would set them."""
    return (
        ("Content-Type", "application/json"), ("Access-Control-Allow-Origin", "*"), ("Vary", "Cookie"),
        ("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private"), ("Permissions-Policy", PERMISSIONS),
        ("X-Frame-Options", settings.X_FRAME_OPTIONS), ("Content-Security-Policy", build_policy()), ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY), ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
    )


@cache
def _keys_address() -> str:
    return reverse("verify-keys")


def beside(application: Wsgi) -> Wsgi:
    """The application, with the quick door before it."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        token = _token(environ)
        made = _answer(token, environ.get("REMOTE_ADDR", "")) if token else None
        if made is None:
            return application(environ, start_response)
        status, said = made
        body = json.dumps(said, ensure_ascii=False).encode()
        own = [("Content-Length", str(len(body))), ("Expires", http_date(time.time()))]
        start_response(STATUS[status], [*_fixed(), *own])
        return [body]

    return answer


def _token(environ: dict[str, Any]) -> str:
    """The token asked for when the request is one of those answered here; else nothing."""
    asked = ASKED.fullmatch(environ.get("PATH_INFO", ""))
    if asked is None or environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING") or environ.get("HTTP_COOKIE"):
        return ""
    return asked.group(1) if _known_host(environ.get("HTTP_HOST", ""), tuple(settings.ALLOWED_HOSTS)) else ""


@cache
def _host(host: str, allowed: tuple[str, ...]) -> bool:
    return validate_host(split_domain_port(host)[0], allowed)


def _known_host(host: str, allowed: tuple[str, ...]) -> bool:
    """Is the host one of ours? What is remembered stays small: a wrong one is asked anew each time."""
    return len(host) < 256 and (_host(host, allowed) if _host.cache_info().currsize < 100 else _host.__wrapped__(host, allowed))


def _answer(token: str, address: str) -> tuple[int, dict[str, Any]] | None:
    """Status and content; None when Django shall answer."""
    now = timezone.now()
    if limit.spent(address):
        return _said("limited", now)
    try:
        found = _plain().rows(CODE, (token,))
        if not found:
            limit.spent(address, MISS)
            return _said(codes.state_unstored(token), now)
        stored, start, end, used, revoked, key, visit, *names = found[0]
        start, end = moment(start), moment(end)
        state = codes.state_at(stored, start, end, now)
        status, said = _said(state, now)
        if state == "revoked":
            said["revoked_at"] = _second(moment(revoked))
        if state == "used":
            said["used_at"] = _second(moment(used))
        if state == "valid":
            said |= _named(visit, names, (start, end), token, key)
    except Exception:  # whatever the driver says: Django asks the database its own way, and reports
        _plain().close()
        return None
    return status, said


def _said(state: str, now: datetime) -> tuple[int, dict[str, Any]]:
    return NOT_FOUND.get(state, 200), {"state": state, "word": codes.STATE_WORDS[state], "now": _second(now)}


def _second(at: datetime) -> str:
    return timezone.localtime(at).isoformat(timespec="seconds")


def _named(visit: int, names: list[str], window: tuple[datetime, datetime], token: str, key: str) -> dict[str, Any]:
    body, subject, uscc = names
    people, items = _plain().rows(PEOPLE, (visit,)), _plain().rows(ITEMS, (visit,))
    return {
        "body": body, "subject": subject, "uscc": uscc, "items": [name for (name,) in items],
        "window": [timezone.localtime(t).isoformat(timespec="minutes") for t in window],
        "officers": [
            {"name": name, "certificate": number, "until": str(until), "role": ROLES.get(role, role)} for name, number, until, role in people
        ],
        "token": token, "key": key, "keys": _keys_address(),
    }

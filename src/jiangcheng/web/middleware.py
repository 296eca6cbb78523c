"""One middleware for all pages: who acts, idle time-out, refusals as 409, header for device functions."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, QueryDict

from jiangcheng.law.rule import Refused
from jiangcheng.parties import access
from jiangcheng.web import errors
from jiangcheng.web.context import idle_seconds

LAST = "last_request"
PERMISSIONS = "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()"


class ActorMiddleware:
    """Sets ``request.actor``; a ``Refused`` that leaves a view becomes the refusal page; an idle session ends."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        late = self._timed_out(request)
        if late is not None:
            response = late
        elif "\0" in request.path or _holds_nul(request.GET):
            request.actor = access.actor_of(request)
            response = errors.bad_request(request)
        else:
            request.actor = access.actor_of(request)
            response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "private, no-store" if request.method != "GET" else "private, no-cache")
        return response

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """A form with the character NUL, which no page sends: PostgreSQL cannot keep it. Asked here, where the form is read."""
        return errors.bad_request(request) if request.method == "POST" and _holds_nul(request.POST) else None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refused):
            return errors.refused_response(request, exception)
        return None

    def _timed_out(self, request: HttpRequest) -> HttpResponse | None:
        """The answer to a request whose session was idle too long; otherwise the clock is set anew."""
        if not request.user.is_authenticated:
            return None
        now = int(time.time())
        last = request.session.get(LAST, now)
        if now - last > idle_seconds():
            logout(request)
            if not errors.wants_json(request) and not errors.is_part(request):
                messages.info(request, "登录已超时，请重新登录。填写的内容保留在本机。")
            return errors.log_in_again(request, "登录已超时，请重新登录，填写的内容已保留。")
        # Pages ask for their state every few seconds; that is no sign of a person, and must not keep a session alive.
        if (not request.headers.get("X-Background") and now - last >= min(30, idle_seconds() // 4)) or LAST not in request.session:
            request.session[LAST] = now
        return None


def _holds_nul(values: QueryDict) -> bool:
    return any("\0" in text for name, texts in values.lists() for text in (name, *texts))


def device_time(request: HttpRequest) -> datetime | None:
    """The device's own clock, as the page sent it (header ``X-Device-Time`` or field ``device_time``, ISO 8601)."""
    text = request.headers.get("X-Device-Time") or request.POST.get("device_time", "")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None

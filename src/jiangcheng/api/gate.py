"""Who calls and whether it may: key or session, roles, number of requests a minute, the record the address names.

Everything is asked before the body is read, so that a stranger learns nothing from how a body is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest
from ninja.errors import HttpError
from ninja.utils import check_csrf

from jiangcheng.kernel import breaks
from jiangcheng.parties import access, api_keys, limits

Find = Callable[[HttpRequest, dict[str, Any]], Any]
STAFF = ("officer", "planner", "head", "supervisor", "superior", "leader")
PEOPLE = (*STAFF, "enterprise", "admin")
SAFE = ("GET", "HEAD", "OPTIONS")
NO_KEY = "密钥无效、已到期或者已撤销。"
LOG_IN = "请先登录，或者在 Authorization 中提供密钥。"
NOT_YOURS = "您的岗位不能使用这个接口。"
READ_ONLY = "这个密钥只能读取，不能办理。"
STALE = "会话校验未通过，请刷新后重试，或者改用密钥。"


class TooMany(Exception):
    """More requests than the minute allows; ``seconds`` until the next may be sent."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def _wait(kind: str, who: str) -> None:
    if seconds := limits.wait(kind, who):
        raise TooMany(seconds)


class Gate:
    """Asked before every operation. ``roles`` empty: everybody, logged in or not. ``find`` gives the record of the address,
    kept as ``request.found``, or raises Http404. ``takes`` is the type of the body."""

    def __init__(self, *roles: str, find: Find | None = None, takes: str = "application/json") -> None:
        self.roles = roles
        self.find = find
        self.takes = takes

    def __call__(self, request: HttpRequest) -> bool:
        self._know(request)
        if self.roles:
            if request.actor.account is None and not request.api_key:
                raise HttpError(401, LOG_IN)
            if not request.actor.has(*self.roles) and not breaks.broken("seat"):
                raise HttpError(403, NOT_YOURS)
        if self.find is not None:
            request.found = self.find(request, request.resolver_match.kwargs)
            if request.found is None:
                raise Http404
        if request.method not in SAFE and request.content_type not in ("", self.takes):
            raise HttpError(415, f"提交的内容应为 {self.takes}。")
        return True

    def _know(self, request: HttpRequest) -> None:
        """Set ``request.actor``; count the request."""
        address, request.api_key = access.address_of(request), None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            known = api_keys.actor_of(token.strip(), address)
            if known is None:
                _wait("api-address", address)
                raise HttpError(401, NO_KEY)
            request.actor, request.api_key = known
            _wait("api", f"key/{request.api_key.pk}")
            if request.method not in SAFE and not request.api_key.acts:
                raise HttpError(403, READ_ONLY)
        elif request.actor.account is not None:
            _wait("api", f"account/{request.actor.account}")
            if request.method not in SAFE and check_csrf(request):
                raise HttpError(403, STALE)
        else:
            _wait("api-address", address)


FORM = "multipart/form-data"
"""Type of body of operations that take a file."""
EVERYBODY = Gate()
"""Public addresses; who is logged in still sees what is theirs."""


def security(gate: Gate) -> dict[str, Any]:
    """The part of the OpenAPI file that says how an operation is opened."""
    ways: list[dict[str, list[str]]] = [{"key": []}, {"session": []}]
    return {"security": ways if gate.roles else [*ways, {}]}


SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": "接口密钥，在“接口密钥”页面生成"},
    "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "网页登录后的会话；写操作还需要 X-CSRFToken"},
}

"""What every desk's view needs: who may enter, fetching within scope, acting once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from jiangcheng.web import errors

View = Callable[..., HttpResponse]


def desk(*roles: str) -> Callable[[View], View]:
    """Let in who holds one of the roles; others are asked to log in, or told that the desk is not theirs."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.actor.account is None:
                return errors.log_in_again(request, "请先登录，填写的内容已保留。")
            if not request.actor.has(*roles):
                return errors.forbidden(request)
            return view(request, *args, **kwargs)

        guarded.roles = roles
        return guarded

    return wrap


def whole(text: str) -> int | None:
    """The number that an address or a form names, such as the key of a row; None for anything that can be none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None

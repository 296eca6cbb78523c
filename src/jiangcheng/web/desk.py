"""What every desk's view needs: who may enter, fetching within scope, acting once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url

from jiangcheng.web import errors

View = Callable[..., HttpResponse]


def desk(*roles: str) -> Callable[[View], View]:
    """Let in who holds one of the roles; others are asked to log in, or told that the desk is not theirs."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.actor.account is None:
                if errors.wants_json(request):
                    return JsonResponse({"login": resolve_url("login")}, status=401)
                return redirect(resolve_url("login") + "?" + urlencode({"next": request.get_full_path()}))
            if not request.actor.has(*roles):
                return errors.forbidden(request)
            return view(request, *args, **kwargs)

        guarded.roles = roles
        return guarded

    return wrap

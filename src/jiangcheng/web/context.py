"""What every page knows: person and seats, navigation of the desk, demo ribbon, type size, row height.

A desk names its navigation once, by the first part of its addresses::

    @navigation("planner")
    def planner_nav(request):
        return [{"label": "首页", "url": reverse("planner:home")}, {"label": "检查计划", "url": …, "count": 44},
                {"rule": True}, {"label": "统计", "url": …}]

Keys: ``label``, ``url``, ``count`` (length of the list behind it), ``current`` (else found from the address),
``icon`` (phone tab bar: today, visit, scan, me, home, list), ``rule`` (a line). A view may pass its own ``nav``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from jiangcheng.parties import access, words
from jiangcheng.web import search, todo

BIG_COOKIE = "jc_big"
ROWS_COOKIE = "jc_rows"
NAV_COOKIE = "jc_nav"

Navigation = Callable[[HttpRequest], list[dict[str, Any]]]
NAVIGATION: dict[str, Navigation] = {}

# Words of ledger acts that are not steps of a flow, for 办理过程; desks add theirs: ACT_WORDS["plans.row.add"] = "新增计划行"
ACT_WORDS: dict[str, str] = {}

def navigation(prefix: str) -> Callable[[Navigation], Navigation]:
    """Declare the side navigation (and tab bar) of the desk whose addresses begin with ``prefix``."""

    def wrap(make: Navigation) -> Navigation:
        NAVIGATION[prefix] = make
        return make

    return wrap


def mark_current(items: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """Copy of the items with ``current`` set on the one whose address is the longest beginning of ``path``."""
    if any(item.get("current") for item in items):
        return items
    fitting = [i for i in items if i.get("url") and path.startswith(i["url"].split("?")[0].split("#")[0])]
    best = max(fitting, key=lambda i: len(i["url"]), default=None)
    return [{**item, "current": item is best} for item in items]


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Navigation of the desk whose page this is; on pages that belong to no desk (查询, 帮助), of the person's own."""
    make = NAVIGATION.get(request.path.strip("/").split("/")[0])
    roles = getattr(getattr(request, "actor", None), "roles", ())
    own = make or next((NAVIGATION[role] for role, _ in words.ROLES if role in roles and role in NAVIGATION), None)
    return own(request) if own else []


def me(request: HttpRequest) -> dict[str, Any] | None:
    """Name, role word and body of the person logged in, for the top bar; None without log-in."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.account is None:
        return None
    role = "、".join(word for slug, word in words.ROLES if slug in actor.roles)
    return {"account": actor.account, "name": actor.name, "role": role, "body": actor.body_name}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Everything that costs a query is lazy: a page that does not show it does not pay."""
    return {
        "demo": SimpleLazyObject(access.is_demo),
        "big": request.COOKIES.get(BIG_COOKIE) == "1",
        "compact": request.COOKIES.get(ROWS_COOKIE) == "compact",
        "folded": request.COOKIES.get(NAV_COOKIE) == "folded",
        "me": SimpleLazyObject(lambda: me(request)),
        "seats": SimpleLazyObject(lambda: access.seats_of(request)),
        "nav": SimpleLazyObject(lambda: _nav(request)),
        "may_search": hasattr(request, "actor") and search.may_search(request.actor),
        "todo_count": SimpleLazyObject(lambda: todo.count(request)),
        "page_time": timezone.localtime(),
        "idle_seconds": idle_seconds(),
    }


def idle_seconds() -> int:
    """Seconds without any request after which a session ends; ``IDLE_MINUTES`` of the settings, 30 by default."""
    return int(getattr(settings, "IDLE_MINUTES", 30)) * 60

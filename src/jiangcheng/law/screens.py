"""Which page shows a duty being carried out."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from jiangcheng.law import registry

T = TypeVar("T")

SCREENS: dict[str, list[str]] = defaultdict(list)


def screen(address: str, *ids: str) -> Callable[[T], T]:
    """Mark a view: at ``address`` (``officer/visits/<no>``) these duties are carried out. An unknown id is an ImportError.

    The view also counts as code that cites them.
    """
    known = registry.known(ids)

    def wrap(view: T) -> T:
        thing: Any = inspect.unwrap(view) if callable(view) else view
        registry.cite(known, thing)
        for one in known:
            if address not in SCREENS[one]:
                SCREENS[one].append(address)
        return view

    return wrap


def of(one: str) -> list[str]:
    """Addresses of the pages of a duty, sorted."""
    return sorted(SCREENS.get(one, ()))

"""Addresses in templates. Registered with ``jc``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from jiangcheng.law.rule import Breach, Remedy
from jiangcheng.web import errors as web_errors

register = template.Library()


@register.filter
def remedy_url(remedy: Remedy) -> str:
    """Address behind a remedy, "" when it names no page."""
    return web_errors.remedy_url(remedy)


def usable(context: dict[str, Any], breaches: Iterable[Breach] | None) -> list[Breach]:
    """Breaches with the ways out that the reader of the page may open."""
    actor = getattr(context.get("request"), "actor", None)
    return web_errors.for_actor(breaches or (), actor) if actor else list(breaches or ())


@register.simple_tag
def link(name: str, *args: Any, **kwargs: Any) -> str:
    """Address of a named page, "" when this installation has none."""
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present query with changes, ``?state=open&page=2``; None takes a key away."""
    request = context.get("request")
    values = request.GET.copy() if request else {}
    if not request:
        return ""
    for key, value in changes.items():
        values.pop(key, None)
        if value not in (None, ""):
            values[key] = value
    return "?" + values.urlencode()


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any]) -> str:
    """The address of this page, to come back to."""
    request = context.get("request")
    return request.get_full_path() if request and request.method == "GET" else (request.path if request else "/")

"""A refusal in a form that every door gives alike: pages, outbox and the interface for programs."""

from __future__ import annotations

import secrets
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from jiangcheng.law.rule import Breach, Remedy

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L: the number is read out over the telephone


def quote_number() -> str:
    """A number to quote, e.g. ``7F3K2``; it stands on the page and in the log, nowhere else."""
    return "".join(secrets.choice(LETTERS) for _ in range(5))


def remedy_url(remedy: Remedy) -> str:
    """Address of the page that does it. ``to`` is a URL name, or itself an address or anchor; "" when there is none.

    Arguments that the address has no place for become its query; an argument ``_anchor`` its fragment.
    """
    if not remedy.to or remedy.to.startswith(("/", "#", "tel:")):
        return remedy.to
    args = dict(remedy.args)
    anchor = args.pop("_anchor", "")
    try:
        address = reverse(remedy.to, kwargs=args)
    except NoReverseMatch:
        try:
            address = reverse(remedy.to) + ("?" + urlencode(args) if args else "")
        except NoReverseMatch:
            return ""
    return f"{address}#{anchor}" if anchor else address


def breach_json(breach: Breach) -> dict[str, Any]:
    """One breach for programs and for the page's scripts."""
    return {
        "sentence": breach.sentence,
        "ids": list(breach.ids),
        "article": breach.article,
        "field": breach.field,
        "remedies": [{"text": r.text, "url": remedy_url(r)} for r in breach.remedies],
    }

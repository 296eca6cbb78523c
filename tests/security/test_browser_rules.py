"""What browsers are told on every page: content policy, frames; no inline script or style anywhere."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.urls import reverse

from tests.access import people

pytestmark = pytest.mark.django_db
INLINE = re.compile(rb"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>|\sstyle=\"|<style|\son[a-z]+=\"|javascript:", re.IGNORECASE)
FOREIGN = re.compile(rb"<(?:script|link|img|iframe|source|audio|video)[^>]*\s(?:src|href)=\"(?:https?:)?//", re.IGNORECASE)
DIRECTIVES = ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "frame-src 'none'")


@pytest.fixture(scope="module")
def scene(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        yield people.build()
        transaction.set_rollback(True)


@pytest.mark.parametrize("relation", people.RELATIONS)
def test_every_page_carries_the_policy_and_nothing_inline(scene, relation, django_db_blocker):
    rows = [r for r in people.expected() if r["method"] == "GET" and r["relation"] in ("", relation)]
    seen, wrong = 0, []
    with django_db_blocker.unblock():
        clients = {column: scene.world.client(who) for column, who in people.PEOPLE.items()}
        for row in rows:
            column = next((c for c in people.PEOPLE if row[c] == "ok"), None)
            if column is None:
                continue
            with transaction.atomic():
                kept = clients[column].cookies.copy()
                answer = clients[column].get(reverse(row["name"], kwargs=scene.arguments(row["name"], relation) or None))
                clients[column].cookies = kept
                transaction.set_rollback(True)
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue
            seen += 1
            wrong += [f"{row['name']}: {problem}" for problem in problems(answer)]
    assert wrong == []
    assert seen > 60


def problems(answer) -> list[str]:
    """What is wrong with the policy or the content of a page."""
    said = answer.headers.get("Content-Security-Policy", "")
    found = [f"policy lacks {d}" for d in DIRECTIVES if d not in said]
    if "unsafe-inline" in said or "unsafe-eval'" in said.replace("wasm-unsafe-eval'", ""):
        found.append("policy allows inline or eval")
    found += [f"inline: {hit[:60]!r}" for hit in INLINE.findall(answer.content)]
    found += [f"foreign: {hit[:80]!r}" for hit in FOREIGN.findall(answer.content)]
    heads = {"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}
    found += [f"{name}: {answer.headers.get(name)}" for name, value in heads.items() if answer.headers.get(name) != value]
    return found + ([] if "camera=(self)" in answer.headers.get("Permissions-Policy", "") else ["Permissions-Policy"])

"""Autosave of the scheme: kept with the session, shown again, no leaf, gone when saved or when somebody else changed it."""

from __future__ import annotations

import pytest

from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.kernel.models import Leaf
from tests.web_officer.conftest import at

pytestmark = pytest.mark.django_db
TYPED = {"day": "2026-12-01", "start": "10:15", "end": "11:45", "days": "2", "minutes": "45", "risk": "𠮷氏<script>😀", "steps": "先看冷库"}


def send(client, visit, **fields):
    return client.post(at("visit-scheme", visit), TYPED | fields, HTTP_X_AUTOSAVE="1", HTTP_ACCEPT="application/json")


def test_what_was_typed_comes_back_and_writes_no_leaf(stage, world):
    visit = stage.ready()
    a, leaves = world.client("officer1"), Leaf.objects.count()
    assert send(a, visit, assistants=[str(world.officers[2].pk)]).status_code == 200
    assert Leaf.objects.count() == leaves
    page = a.get(at("visit-scheme", visit))
    text, form = page.content.decode(), page.context["form"]
    assert "自动保存、还没有提交的内容" in text and "𠮷氏&lt;script&gt;😀" in text
    assert form["minutes"].value() == "45" and form["assistants"].value() == [str(world.officers[2].pk)]
    assert 'value="2026-12-01"' in text and form["declared"].value() is False
    assert "自动保存" not in world.client("officer2").get(at("visit-scheme", visit)).content.decode()


def test_saving_ends_it(stage, world):
    visit = stage.ready()
    a = world.client("officer1")
    send(a, visit)
    assert a.post(at("visit-scheme", visit), TYPED | {"step": "save"}).status_code == 302
    page = a.get(at("visit-scheme", visit)).content.decode()
    assert "还没有提交的内容" not in page and "先看冷库" in page


def test_a_colleagues_later_change_counts(stage, world):
    visit = stage.ready()
    a = world.client("officer1")
    send(a, visit)
    scheme.save_scheme(stage.lead, visit, risk="同事改过")
    page = a.get(at("visit-scheme", visit)).content.decode()
    assert "同事改过" in page and "还没有提交的内容" not in page


def test_too_long_is_not_kept(stage, world):
    visit = stage.ready()
    a = world.client("officer1")
    assert send(a, visit, steps="长" * 20_001).status_code == 413
    assert "还没有提交的内容" not in a.get(at("visit-scheme", visit)).content.decode()


def test_nobody_keeps_for_a_visit_he_may_not_see(stage, world):
    assert send(world.client("other_officer1"), stage.ready()).status_code == 404

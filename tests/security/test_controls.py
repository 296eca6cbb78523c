"""Each control of SECURITY.md in one test, and its switch: with the guard off the same test must turn red.

The switches are those of ``kernel/breaks.py``; they work in tests and debug runs alone.
"""

from __future__ import annotations

import inspect
import io
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from jiangcheng import sheets
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import breaks
from jiangcheng.law.rule import Refused
from jiangcheng.papers import codes, files
from jiangcheng.parties import access, api_keys, limits
from jiangcheng.parties.imports import machine
from jiangcheng.parties.models import ApiKey
from jiangcheng.parties.scope import scope
from tests.api.client import Program, key_for, program
from tests.security import corpus
from tests.visits.stage import Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _for_tests(settings, tmp_path):
    settings.TESTING = True
    settings.MEDIA_ROOT = tmp_path


def test_scope(world):
    """What is outside one's scope is not found: pages, interface, lists, search."""
    visit = Stage(world).coded()
    for who in ("other_officer1", "planner", "enterprise"):
        assert not scope(world.actor(who), Visit.objects.all()).exists()
        assert program(world, who).get(f"visits/{visit.number}").status_code == 404
        found = world.client(who).get(reverse("search"), {"q": visit.number}).content.decode()
        assert visit.number not in found.replace(f'value="{visit.number}"', "")


def test_seat(world):
    """A desk and an act are for their roles alone."""
    visit = Stage(world).coded()
    assert world.client("officer1").get(reverse("admin-accounts")).status_code == 403
    assert program(world, "supervisor").post(f"visits/{visit.number}/approve").status_code == 403


def test_key(world):
    """A key that was revoked or has run out opens nothing."""
    token = key_for(world, "officer1")
    api_keys.revoke(world.actor("admin"), ApiKey.objects.get(), "离岗")
    assert Program(token).get("me").status_code == 401


def test_rate(world, monkeypatch):
    """Beyond the number of the minute a search, an upload and the interface answer 429 in words."""
    monkeypatch.setattr(limits, "number", lambda part: 2 if part in limits.KINDS else 60)
    monkeypatch.setattr(limits.time, "time", lambda: 1_800_000_010.0)
    client, caller = world.client("officer1"), Program()
    assert [caller.get("bodies").status_code for _ in range(3)] == [200, 200, 429]
    answers = [client.get(reverse("search"), {"q": "食品"}) for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert "50 秒后再试" in answers[-1].content.decode() and answers[-1]["Retry-After"] == "50"
    planner = world.client("planner")
    sent = [planner.post(reverse("planner-items"), {"file": SimpleUploadedFile("a.xlsx", b"0" * 40_000)}) for _ in range(3)]
    assert sent[-1].status_code == 429


def test_login(world):
    """After five misses an account waits, even with the right password."""
    client = Client()
    for _ in range(access.tries()):
        client.post(reverse("login"), {"username": "officer1", "password": "wrong"})
    answer = client.post(reverse("login"), {"username": "officer1", "password": "Jiangcheng-2026"})
    assert answer.status_code == 429 and "已锁定" in answer.content.decode()


def test_guess(world):
    """Wrong short codes are counted by address; then codes are not looked at."""
    for n in range(codes.tries()):
        codes.read(f"22222222{n:02d}", where="192.0.2.1")
    assert codes.read("2222222299", where="192.0.2.1").state == "limited"


def test_upload(world):
    """A picture that is a web page besides is not kept."""
    with pytest.raises(Refused, match="夹带"):
        files.keep(corpus.BAD["jpeg with html"][1], matter="M-1", purpose="evidence", actor=world.actor("officer1"))


def test_zip(world):
    """A workbook that would unfold into more than fits is not unpacked."""
    with pytest.raises(Refused, match="超过"):
        machine.keep("items", world.body.pk, "", "事项.xlsx", corpus.WORKBOOKS["too many parts"], world.actor("planner"))


def test_exif(world):
    """A public copy of a photo tells neither place nor device."""
    row = files.keep(corpus.with_place(), matter="M-1", purpose="evidence", actor=world.actor("officer1"))
    with Image.open(io.BytesIO(files.public_copy(row)[0])) as shown:
        assert not shown.getexif()


def test_csp(world):
    """Every page says that no inline and no foreign script may run."""
    said = world.client("officer1").get(reverse("officer-home")).headers.get("Content-Security-Policy", "")
    assert "script-src 'self'" in said and "unsafe-inline" not in said


def test_once(world):
    """An act sent twice under one key is done once."""
    stage = Stage(world)
    caller = program(world, "officer1")
    said = {"row": stage.row.pk, "site": world.site.pk, "pick_reason": "上次检查发现问题较多"}
    for _ in range(2):
        caller.done("visits", said, key="k-1")
    assert Visit.objects.count() == 1


def test_cell(world):
    """No cell of an export is taken for a formula."""
    assert sheets.safe_csv('=HYPERLINK("http://a.invalid")').startswith("'")


def test_code(world):
    """A code is redeemed once."""
    visit = Stage(world).coded()
    now = timezone.now()
    first, second = (codes.redeem(codes.current(visit.number), "enterprise", now) for _ in range(2))
    assert first and not second


HELD = {name.removeprefix("test_"): found for name, found in vars(sys.modules[__name__]).items() if name.startswith("test_")}
ELSEWHERE = ("commit", "cap")
"""Guards whose tests need processes of their own: tests/proofs and tests/races."""


@pytest.mark.parametrize("guard", sorted(set(breaks.GUARDS) - set(ELSEWHERE)))
def test_with_its_switch_the_test_turns_red(guard, request, monkeypatch):
    monkeypatch.setenv("JIANGCHENG_TEST_BREAK", guard)
    function = HELD[guard]
    arguments = {name: request.getfixturevalue(name) for name in inspect.signature(function).parameters}
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        function(**arguments)


def test_the_switches_are_for_tests_alone(settings, monkeypatch):
    settings.DEBUG, settings.TESTING = False, False
    monkeypatch.setenv("JIANGCHENG_TEST_BREAK", "scope")
    with pytest.raises(breaks.NotForUse):
        breaks.broken("scope")
    settings.TESTING = True
    with pytest.raises(KeyError):
        breaks.broken("nothing of the kind")

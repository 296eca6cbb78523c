"""The quick door to a code answers what Django's view answers, byte for byte, and guards itself."""

from __future__ import annotations

import datetime as dt
import io
import re
from email.utils import parsedate_to_datetime

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.utils import timezone

from jiangcheng.kernel import engines
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.papers import codes
from jiangcheng.web.verify import lookup
from tests.visits.stage import Stage
from tests.web_enterprise.scene import code_of
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
NOT_OURS = {"Expires"}
"""A time of its own on each answer, looked at apart."""


@pytest.fixture(autouse=True)
def _own(monkeypatch, settings, tmp_path):
    """A count of its own for each test, and no connection of another test's database."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(lookup, "limit", lookup.Limit(600))
    yield
    lookup._plain().close()
    del lookup._here.plain


@pytest.fixture
def stage():
    return Stage(World())


class Wire:
    """Asks the one or the other as a server would."""

    def __init__(self) -> None:
        self.handed_on = 0
        self.django = WSGIHandler()
        self.both = lookup.beside(self._count)

    def _count(self, environ, start_response):
        self.handed_on += 1
        return self.django(environ, start_response)

    def ask(self, application, path: str, **more) -> tuple[str, dict[str, str], bytes]:
        environ = RequestFactory().get(path).environ | {"HTTP_HOST": "127.0.0.1:8000", "wsgi.input": io.BytesIO()} | more
        environ.pop("HTTP_COOKIE", None) if "HTTP_COOKIE" not in more else None
        said = {}
        body = b"".join(application(environ, lambda status, headers, *_: said.update(status=status, headers=dict(headers))))
        return said["status"], said["headers"], body


@pytest.fixture
def wire() -> Wire:
    return Wire()


def _still(body: bytes) -> bytes:
    return re.sub(rb'"now": "[^"]+"', b'"now": ""', body)


def _policy(headers: dict[str, str]) -> set[str]:
    return set(headers["Content-Security-Policy"].split("; "))


def same(wire: Wire, path: str) -> bytes:
    """Both doors, asked one after the other; the body, when the answers are equal."""
    quick, slow = wire.ask(wire.both, path), wire.ask(wire.django, path)
    assert wire.handed_on == 0, "not answered beside Django"
    assert quick[0] == slow[0]
    assert _still(quick[2]) == _still(slow[2])
    assert set(quick[1]) == set(slow[1])
    assert {k: v for k, v in quick[1].items() if k not in NOT_OURS | {"Content-Security-Policy"}} == {
        k: v for k, v in slow[1].items() if k not in NOT_OURS | {"Content-Security-Policy"}
    }
    assert _policy(quick[1]) == _policy(slow[1])
    assert abs(parsedate_to_datetime(quick[1]["Expires"]) - timezone.now()) < dt.timedelta(seconds=5)
    return quick[2]


def path(code) -> str:
    return f"/v/{code.token}.json"


@pytest.mark.duty("327-17-4", "allowed")
def test_a_valid_code_names_its_people_alike(stage, wire):
    visit = stage.coded()
    body = same(wire, path(code_of(visit)))
    assert b'"state": "valid"' in body and visit.enterprise.uscc.encode() in body


def test_who_left_is_not_named(stage, wire):
    visit = stage.coded()
    seat = visit.officers.filter(role="assist").get()
    stage.change(seat, left_at=timezone.now())
    assert seat.person.name.encode() not in same(wire, path(code_of(visit)))


@pytest.mark.parametrize("offset", [-10, 10])
def test_outside_the_window_no_names(stage, wire, offset):
    visit = stage.coded()
    code = code_of(visit)
    codes.InspectionCode._base_manager.filter(pk=code.pk).update(
        window_start=timezone.now() + dt.timedelta(hours=offset), window_end=timezone.now() + dt.timedelta(hours=offset + 1)
    )
    assert visit.enterprise.name.encode() not in same(wire, path(code))


@pytest.mark.duty("327-17-4", "refused")
def test_used_and_revoked_codes_say_so_alike(stage, wire):
    visit = stage.coded()
    code = code_of(visit)
    stage.confirm(visit)
    assert b'"used_at"' in same(wire, path(code))
    codes.revoke(code, "测试", SYSTEM)
    assert b'"revoked_at"' in same(wire, path(code))


def test_what_no_row_holds_is_unknown_or_badly_signed_alike(stage, wire):
    code = code_of(stage.coded())
    body, end = code.token[:-4], code.token[-4:]
    assert b"bad_signature" in same(wire, f"/v/{body}{'AAAA' if end != 'AAAA' else 'BBBB'}.json")
    assert b'"unknown"' in same(wire, f"/v/{'x' * 60}.json")


@pytest.mark.parametrize("more", [
    {"QUERY_STRING": "r=ABCDEFGH"}, {"HTTP_COOKIE": "sessionid=x"}, {"REQUEST_METHOD": "HEAD"}, {"REQUEST_METHOD": "POST"},
    {"HTTP_HOST": "evil.example"}, {"HTTP_HOST": ""},
])
def test_everything_else_goes_to_django(stage, wire, more):
    asked = path(code_of(stage.coded()))
    quick, slow = wire.ask(wire.both, asked, **more), wire.ask(wire.django, asked, **more)
    assert wire.handed_on == 1
    assert quick[0] == slow[0]


@pytest.mark.parametrize("asked", ["/v/ABCDEFGHJK.json", "/v/keys.json", "/v/a/b.json", f"/v/{'x' * 201}.json", "/v/", "/"])
def test_other_addresses_are_not_touched(wire, asked, db):
    wire.ask(wire.both, asked)
    assert wire.handed_on == 1


def test_an_address_that_asks_too_often_is_told_so_and_others_are_not(stage, wire, monkeypatch):
    asked = path(code_of(stage.coded()))
    monkeypatch.setattr(lookup, "limit", lookup.Limit(3))
    seen = [wire.ask(wire.both, asked, REMOTE_ADDR="10.0.0.1")[0][:3] for _ in range(5)]
    assert seen == ["200", "200", "200", "429", "429"]
    assert wire.ask(wire.both, asked, REMOTE_ADDR="10.0.0.2")[0] == "200 OK"


def test_guessing_costs_more_than_asking(wire, monkeypatch, db):
    monkeypatch.setattr(lookup, "limit", lookup.Limit(lookup.MISS * 2))
    seen = [wire.ask(wire.both, f"/v/{str(n) * 60}.json", REMOTE_ADDR="10.0.0.1")[0][:3] for n in range(4)]
    assert seen == ["404", "404", "429", "429"]


def test_a_lost_connection_is_opened_anew(stage, wire):
    asked = path(code_of(stage.coded()))
    same(wire, asked)
    lookup._plain()._open.close()
    if engines.database("", settings.VAR)["ENGINE"] == settings.DATABASES["default"]["ENGINE"]:
        wire.ask(wire.both, asked)  # SQLite: the file was closed under us, Django answers once
        wire.handed_on = 0
    assert b"valid" in same(wire, asked)


def test_while_the_database_cannot_be_read_django_answers(stage, wire, monkeypatch):
    asked = path(code_of(stage.coded()))
    monkeypatch.setattr(lookup, "CODE", "SELECT nothing FROM nowhere WHERE token = %s")
    assert wire.ask(wire.both, asked)[0] == "200 OK"
    assert wire.handed_on == 1

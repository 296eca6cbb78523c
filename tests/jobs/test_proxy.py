"""Behind a proxy everybody has an address of his own, and nobody can lend himself another's."""

from __future__ import annotations

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from jiangcheng.jobs import proxy
from jiangcheng.papers.models import Guess

PROXIES = proxy.networks(["10.0.0.1", "192.168.0.0/16", "fd00::/8"])


@pytest.mark.parametrize(("peer", "header", "seen"), [
    ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
    ("10.0.0.1", "1.2.3.4, 203.0.113.5", "203.0.113.5"),
    ("10.0.0.1", "1.2.3.4, 203.0.113.5, 192.168.3.4", "203.0.113.5"),
    ("10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
    ("10.0.0.1", "[2001:db8::7]:4711", "2001:db8::7"),
    ("10.0.0.1", "2001:DB8::7", "2001:db8::7"),
    ("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5"),
    ("10.0.0.1", "", "10.0.0.1"),
    ("10.0.0.1", "unknown", "10.0.0.1"),
    ("10.0.0.1", "203.0.113.5, unknown", "10.0.0.1"),
    ("198.51.100.9", "203.0.113.5", "198.51.100.9"),
    ("", "203.0.113.5", ""),
])  # fmt: skip
def test_the_address_that_counts(peer, header, seen):
    assert proxy.client(peer, header, PROXIES) == seen


def test_nobody_is_believed_by_default(settings):
    application = get_wsgi_application()
    assert proxy.behind(application, settings.TRUSTED_PROXIES) is application


def test_a_proxy_that_is_no_address_stops_the_server():
    with pytest.raises(ValueError, match="does not appear"):
        proxy.behind(get_wsgi_application(), ["proxy.local"])


@pytest.mark.duty("327-17-4", "refused")
@pytest.mark.django_db
def test_wrong_codes_count_for_the_one_who_typed_them():
    application = proxy.behind(get_wsgi_application(), ["127.0.0.1"])

    def look_up(header):
        request = RequestFactory().get("/v/234679ACDE/", headers={"X-Forwarded-For": header, "X-Forwarded-Proto": "https"})
        return b"".join(application(request.environ, lambda *_: None))

    for header in ("203.0.113.5", "6.6.6.6, 203.0.113.5", "203.0.113.9"):
        look_up(header)
    assert list(Guess.objects.order_by("pk").values_list("address", flat=True)) == ["203.0.113.5", "203.0.113.5", "203.0.113.9"]

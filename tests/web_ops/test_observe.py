"""``/healthz`` and ``/metrics``: what they say, to whom, and nothing more."""

from __future__ import annotations

import json

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from jiangcheng.kernel import ledger, sequencer
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.web import observe

pytestmark = pytest.mark.django_db


def samples(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line and line[0] != "#"}


def read(settings) -> dict[str, float]:
    settings.METRICS_FROM = ["127.0.0.0/8"]
    return samples(Client().get("/metrics").content.decode())


def test_a_healthy_server_says_so_and_nothing_else():
    answer = Client().get("/healthz")
    assert answer.status_code == 200 and json.loads(answer.content) == {"live": True, "ready": True}
    assert answer["Cache-Control"] == "no-store" and not answer.cookies


def test_a_probe_by_address_is_answered_whatever_host_it_names():
    assert Client().get("/healthz", headers={"Host": "10.9.8.7:8000"}).status_code == 200
    assert Client().get("/login/", headers={"Host": "10.9.8.7:8000"}).status_code == 400


def test_without_its_database_it_lives_and_is_not_ready(monkeypatch):
    def gone(*_):
        raise DatabaseError("connection to 10.1.2.3 failed for user city")

    monkeypatch.setattr(connection, "cursor", gone)
    monkeypatch.setattr(connection, "close", lambda: None)
    answer = Client().get("/healthz")
    assert answer.status_code == 503 and json.loads(answer.content) == {"live": True, "ready": False}


def test_a_restore_half_done_is_not_ready(settings, tmp_path):
    settings.VAR = tmp_path
    (tmp_path / "restoring.json").write_text("{}")
    assert Client().get("/healthz").status_code == 503


@pytest.mark.parametrize(("networks", "token", "sent", "status"), [
    ("", "", "", 404),
    ("127.0.0.0/8", "", "", 200),
    ("10.0.0.0/8", "", "", 404),
    ("", "long-token", "", 404),
    ("", "long-token", "Bearer long-token", 200),
    ("", "long-token", "Bearer other", 404),
    ("127.0.0.1", "long-token", "", 404),
    ("127.0.0.1", "long-token", "Bearer long-token", 200),
    ("10.0.0.0/8", "long-token", "Bearer long-token", 404),
])
def test_metrics_are_for_whom_they_were_opened(settings, networks, token, sent, status):
    settings.METRICS_FROM, settings.METRICS_TOKEN = networks.split(","), token
    answer = Client().get("/metrics", headers={"Authorization": sent} if sent else {})
    assert answer.status_code == status
    assert (answer.content == b"") is (status == 404)


@pytest.mark.django_db(transaction=True)
def test_acts_count_after_their_commit_alone(settings):
    before = read(settings).get('jiangcheng_acts_total{act="test.counted"}', 0)
    with ledger.act("test.counted", SYSTEM):
        assert read(settings).get('jiangcheng_acts_total{act="test.counted"}', 0) == before
    with pytest.raises(RuntimeError), ledger.act("test.counted", SYSTEM):
        raise RuntimeError
    assert read(settings)['jiangcheng_acts_total{act="test.counted"}'] == before + 1


def test_refusals_count_by_duty(settings):
    name = 'jiangcheng_refusals_total{duty="327-18-1"}'
    before = read(settings).get(name, 0)
    observe.refused(Refused([Breach("一", ids=("327-18-1",)), Breach("二", ids=("327-18-1", "327-15-1"))]))
    assert read(settings)[name] == before + 2


def test_the_time_of_requests_by_address_without_what_stands_in_it(settings):
    Client().get("/v/ThisIsASecretToken/")
    settings.METRICS_FROM = ["127.0.0.1"]
    text = Client().get("/metrics").content.decode()
    assert "ThisIsASecretToken" not in text
    counted = [n for n in samples(text) if n.startswith("jiangcheng_request_seconds_count") and 'route="verify' in n]
    assert counted, text


def test_waiting_leaves_and_lag_until_a_checkpoint(settings):
    with ledger.act("test.waiting", SYSTEM):
        pass
    waiting = read(settings)
    assert waiting["jiangcheng_leaves_waiting"] >= 1 and waiting["jiangcheng_sequencer_lag_seconds"] > 0
    sequencer.checkpoint_now()
    signed = read(settings)
    assert signed["jiangcheng_leaves_waiting"] == signed["jiangcheng_sequencer_lag_seconds"] == 0
    assert signed["jiangcheng_checkpoint_size"] == signed["jiangcheng_leaves"] >= 1 and signed["jiangcheng_up"] == 1


def test_outboxes_are_found_by_what_they_answer(settings, monkeypatch):
    class Outbox:
        class _meta:
            label_lower = "x.outbox"

        class waiting:
            @staticmethod
            def count():
                return 7

    monkeypatch.setattr(observe, "outboxes", lambda: [Outbox])
    assert read(settings)['jiangcheng_outbox_length{box="x.outbox"}'] == 7

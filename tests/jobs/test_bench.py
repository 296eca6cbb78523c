"""The tools of the bench: the client counts what it sees, rounds give the form that is promised, the page says all of it."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jiangcheng.jobs.bench import command, load, plain, report, rounds


class Quick(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = b"x" * 2000
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def port():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Quick)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


def test_the_client_sends_everything_and_counts_the_answers(port):
    requests = [[rounds.get("/a").encode()] * 3, [rounds.get("/none").encode()] * 2]
    seen = load.run("127.0.0.1", port, requests)
    assert (seen["n"], dict(seen["statuses"])) == (5, {"200": 3, "404": 2})
    assert 0 < seen["p50"] <= seen["p99"]


def series() -> rounds.Series:
    return rounds.Series("act", "postgresql", "plain")


def test_rounds_turn_and_ratios_are_those_of_the_rounds():
    order: list[str] = []
    one = series()

    def side(name: str, speeds: list[float], cpu: float):
        return lambda n: order.append(name) or rounds.Took(speeds[n], cpu)

    found = rounds.interleave(3, [(one, side("mine", [10, 30, 20], 4.0))], side("other", [20, 30, 80], 2.0), lambda words: None)[0]
    assert order == ["mine", "other", "other", "mine", "mine", "other"]
    wanted = {"name": "act", "engine": "postgresql", "median": 20, "low": 10, "high": 30, "unit": "per second", "baseline": "plain",
              "baseline_median": 30, "ratio": 0.5, "cpu_ratio": 0.5}
    assert {k: found[k] for k in wanted} == wanted


def test_fewer_than_five_rounds_are_refused():
    with pytest.raises(SystemExit):
        command.main(["verify", "--rounds", "4"])


def test_a_script_uses_the_keys_that_it_is_given_itself(tmp_path):
    database = plain.Database("", str(tmp_path / "x.sqlite3"))
    database.ask("CREATE TABLE a (id INTEGER PRIMARY KEY)")
    database.ask("CREATE TABLE b (a INTEGER)")
    old = plain.FIRST_MADE + 7
    database.play([
        plain.Statement("BEGIN IMMEDIATE"), plain.Statement("INSERT INTO a DEFAULT VALUES RETURNING id", (), old),
        plain.Statement("INSERT INTO b VALUES (%s)", (old,)), plain.Statement("COMMIT"),
    ])
    assert database.ask("SELECT a FROM b") == [(1,)]


def test_the_page_is_written_from_kept_runs(tmp_path, monkeypatch, capsys):
    one = series()
    one.mine, one.other = [rounds.Took(5.0, 2.0)] * 5, [rounds.Took(10.0, 1.0)] * 5
    kept = tmp_path / "run.json"
    kept.write_text(json.dumps({"results": [one.result()], "parts": {"act": [["the database", 3.0], ["rules", 1.0]]}, "notes": ["busy"]}))
    monkeypatch.setattr(command, "PAGE", tmp_path / "page.md")
    assert command.main(["all", "--runs", str(kept), "--write", "--format", "json"]) == 0
    page = (tmp_path / "page.md").read_text()
    assert "**0.5**" in page and "75%" in page and "busy" in page
    assert json.loads(capsys.readouterr().out)["results"][0]["ratio"] == 0.5
    assert set(report.AIMS) >= {("verify", "postgresql"), ("issue", "postgresql")}

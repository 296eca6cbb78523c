"""A real server on a folder of its own, and people who act on it over HTTP until it is killed.

As a program it is what the tests start: ``prepare`` makes the database with two visits under way, ``serve PORT`` runs
the product's own serving code. ``JIANGCHENG_TEST_BREAK=commit`` makes every answer leave before its COMMIT.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from urllib.parse import quote, unquote, urlencode

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "Jiangcheng-2026"
PATIENCE = 30.0  # seconds for a server to answer, and for enough acts before a kill


def environment(var: Path, broken: str = "") -> dict[str, str]:
    """Variables of the server; debug only with the switch, which asks for it."""
    return {
        **os.environ, "JIANGCHENG_VAR": str(var), "DATABASE_URL": "", "JIANGCHENG_DEBUG": "1" if broken else "", "JIANGCHENG_WORKERS": "2",
        "JIANGCHENG_TEST_BREAK": broken, "DJANGO_SETTINGS_MODULE": "jiangcheng.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
    }  # fmt: skip


def prepare(var: Path) -> dict:
    """The database of a city with two visits under way; numbers and addresses the clients need."""
    command = [sys.executable, __file__, "prepare"]
    done = subprocess.run(command, env=environment(var), cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


class Server:
    """The product's server in a process group of its own; ``kill`` ends master and workers at once by SIGKILL."""

    def __init__(self, var: Path, broken: str = ""):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.var, self.broken = var, broken

    def start(self) -> None:
        command = [sys.executable, __file__, "serve", str(self.port)]
        with (self.var / "server.log").open("a") as log:
            self.process = subprocess.Popen(
                command, env=environment(self.var, self.broken), cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + PATIENCE
        while True:
            try:
                if Browser(self.port).get("/login/")[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            assert self.process.poll() is None and time.monotonic() < until, (self.var / "server.log").read_text()[-3000:]
            time.sleep(0.05)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """An orderly end."""
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(20)


class Browser:
    """As much of a browser as acts need: cookies, the form token, no redirects followed."""

    def __init__(self, port: int):
        self.port, self.cookies = port, {}

    def _send(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            jar = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
            connection.request(method, path, body, headers | ({"Cookie": jar} if jar else {}))
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = line.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
        finally:
            connection.close()

    def get(self, path: str) -> tuple[int, str, str]:
        return self._send("GET", path, "", {})

    def post(self, path: str, data: dict[str, str], **headers: str) -> tuple[int, str, str]:
        head = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": self.cookies.get("csrftoken", "")}
        return self._send("POST", path, urlencode(data), head | {k.replace("_", "-"): v for k, v in headers.items()})

    def log_in(self, username: str) -> Browser:
        self.get("/login/")
        status, _, page = self.post("/login/", {"username": username, "password": PASSWORD})
        assert status == 302, page
        return self


@dataclass(frozen=True)
class Answer:
    """One answer on a visit: its key, and the moment of the device by which it is found on the record."""

    who: str
    key: str
    at: str
    path: str

    def send(self, browser: Browser) -> int:
        """The status of the answer; a repetition is answered like the first."""
        told = {"Idempotency_Key": self.key, "X_Device_Time": self.at, "Accept": "application/json"}
        return browser.post(self.path, {"answer": "fine", "text": f"第 {self.key} 次记录"}, **told)[0]


_tick = iter(range(1, 10**9))
_tick_lock = threading.Lock()


def _moment() -> str:
    """A time of the device that no other act has."""
    with _tick_lock:
        return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=1001 * next(_tick))).isoformat()


@dataclass
class Crowd:
    """Who acts, and what the server acknowledged. Every client goes on with its own session after a restart."""

    port: int
    notes: dict
    answered: list[Answer] = field(default_factory=list)
    unanswered: list[Answer] = field(default_factory=list)
    drafts: dict[str, str] = field(default_factory=dict)  # reason → number of the visit
    undrafted: list[str] = field(default_factory=list)
    receipts: list[dict] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.people = {name: Browser(self.port).log_in(name) for name in ("officer1", "officer2", "officer3", "enterprise")}

    @property
    def acknowledged(self) -> int:
        return len(self.answered) + len(self.drafts) + len(self.receipts)

    def until(self, count: int) -> Callable[[], None]:
        """Let everybody act until ``count`` more acts are acknowledged; answers with what waits for their end."""
        self._over, wanted = threading.Event(), self.acknowledged + count
        works = [lambda v=v, w=w: self._answer(w, v) for v, w in zip(self.notes["visits"], ("officer1", "officer2"), strict=True)]
        threads = [threading.Thread(target=self._go_on, args=(work,)) for work in (*works, self._draft, self._state)]
        for thread in threads:
            thread.start()
        last = time.monotonic() + PATIENCE
        while self.acknowledged < wanted:
            assert time.monotonic() < last and not self.troubles, self.troubles
            time.sleep(0.002)

        def ended() -> None:
            self._over.set()
            for thread in threads:
                thread.join(PATIENCE)

        return ended

    def _go_on(self, work: Callable[[], None]) -> None:
        while not self._over.is_set():
            try:
                work()
            except (OSError, http.client.HTTPException):
                return  # the server is gone
            except Exception as trouble:
                self.troubles.append(repr(trouble))
                return

    def _answer(self, who: str, visit: str) -> None:
        key = secrets.token_hex(12)
        act = Answer(who, key, _moment(), f"/officer/visits/{quote(visit)}/record/{int(key[0], 16) % 3 + 1}/")
        self.unanswered.append(act)
        status = act.send(self.people[who])
        assert status == 200, status
        self.unanswered.remove(act)
        self.answered.append(act)

    def _draft(self) -> None:
        reason = f"指定 {secrets.token_hex(8)}"
        self.undrafted.append(reason)
        form = {"row": self.notes["row"], "site": self.notes["site"], "how": "pick", "reason": reason}
        status, to, page = self.people["officer3"].post("/officer/schemes/new/", form)
        assert status == 302, page
        self.drafts[reason] = unquote(to).rstrip("/").rpartition("/")[2]
        self.undrafted.remove(reason)

    def _state(self) -> None:
        """The enterprise writes its statement and takes the receipt of it home."""
        browser, page = self.people["enterprise"], f"/enterprise/visits/{quote(self.notes['visits'][0])}/"
        status, _, said = browser.post(f"{page}answer/", {"step": "statement", "statement": f"陈述 {secrets.token_hex(8)}"})
        assert status == 302, said
        numbers = re.findall(r"receipts/(\d+)/", browser.get(page)[2])
        status, _, text = browser.get(f"{page}receipts/{max(map(int, numbers))}/")
        assert status == 200, text
        self.receipts.append(json.loads(text))


# --- the programs --------------------------------------------------------------------------------------------------


def _prepare() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.visits.stage import Stage
    from tests.world import World

    world = World()
    stage = Stage(world)
    visits = [stage.started(site=site) for site in (world.site, world.site2)]
    print(json.dumps({"visits": [v.number for v in visits], "row": stage.row.pk, "site": world.site.pk}))


class AnswersFirst:
    """The fault that must be seen: an answer leaves while its transaction is still open, COMMIT follows later."""

    def __init__(self, application: Callable):
        from django.core import signals
        from django.db import close_old_connections

        self.application = application
        for sign in (signals.request_started, signals.request_finished):  # they would close the open transaction
            sign.disconnect(close_old_connections)

    def __call__(self, environ: dict, start_response: Callable) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] == "/login/":
            return self.application(environ, start_response)
        ready: Queue = Queue()
        threading.Thread(target=self._work, args=(environ, ready), daemon=True).start()
        head, body = ready.get()
        start_response(*head)
        return [body]

    def _work(self, environ: dict, ready: Queue) -> None:
        from django.db import connection, transaction

        with transaction.atomic():
            heads: list[tuple] = []
            answer = self.application(environ, lambda *head: heads.append(head))
            ready.put((heads[-1][:2], b"".join(answer)))
            time.sleep(0.1)
        connection.close()


def _serve(port: str) -> None:
    from django.core import wsgi

    from jiangcheng.jobs import serve
    from jiangcheng.papers import breaks

    if breaks.broken("commit"):  # before the workers are forked
        make = wsgi.get_wsgi_application
        wsgi.get_wsgi_application = lambda: AnswersFirst(make())
    serve.run("127.0.0.1", int(port))


if __name__ == "__main__":
    import django

    django.setup()
    {"prepare": _prepare, "serve": _serve}[sys.argv[1]](*sys.argv[2:])

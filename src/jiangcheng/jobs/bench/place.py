"""Where a bench runs: a folder and a database of its own, the demo city in it, and server processes on a free port."""

from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jiangcheng.jobs.bench import server as own
from jiangcheng.jobs.bench.server import free_port

MANY = "1000000000"
OFFICER = "officer1"


@dataclass
class Place:
    """The engine and what of it plain drivers must know."""

    engine: str
    var: Path
    url: str

    def plain(self) -> dict[str, str]:
        """For a process without Django: the address of the database."""
        return {"url": self.url, "file": str(self.var / "jiangcheng.sqlite3")}


@contextlib.contextmanager
def here() -> Iterator[Place]:
    """The installation that the environment names, with what has grown in it. Its officers get visits to be measured by."""
    os.environ["JIANGCHENG_LOOKUPS"] = MANY
    url = os.environ.get("DATABASE_URL", "")
    yield Place("postgresql" if url else "sqlite", Path(os.environ.get("JIANGCHENG_VAR") or "var"), url)


@contextlib.contextmanager
def place(engine: str, given: str = "") -> Iterator[Place]:
    """An empty installation. ``given`` names a PostgreSQL server to use; else a private one is started, durable.

    Django must not have been set up yet: the settings read the environment that is set here.
    """
    var = Path(tempfile.mkdtemp(prefix="jiangcheng-bench-"))
    server = own.Server() if engine == "postgresql" and not given else None
    url = given or (server.start() if server else "")
    os.environ |= {"JIANGCHENG_VAR": str(var), "DATABASE_URL": url if engine == "postgresql" else "", "JIANGCHENG_LOOKUPS": MANY}
    try:
        yield Place(engine, var, os.environ["DATABASE_URL"])
    finally:
        if "django" in sys.modules:
            from django.db import connections  # noqa: PLC0415  only where it was used

            connections.close_all()
        if server:
            server.stop()
        shutil.rmtree(var, ignore_errors=True)


def prepare(enterprises: int, visits: int, say: Any) -> Any:
    """Demo city and growth; answers with what visits stand on (``visits.growth.Town``)."""
    import django  # noqa: PLC0415  the environment had to be set first

    django.setup()
    from jiangcheng.inspection.visits import growth  # noqa: PLC0415  needs the apps
    from jiangcheng.jobs import demo, grow, serve  # noqa: PLC0415
    from jiangcheng.parties import growth as parties  # noqa: PLC0415

    serve.prepare(with_demo=True)
    enterprises, visits = max(enterprises, parties.grown()), max(visits, growth.grown())
    grow.grow(enterprises, visits, demo.base_day(), 327, say)
    return growth.town(demo.base_day(), 327)


def soon() -> datetime:
    """The start of a window that has begun and lasts: codes for it are good now."""
    from django.utils import timezone  # noqa: PLC0415

    return timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=5)


@dataclass(frozen=True)
class Server:
    """Running server processes: where they listen, and the session they are of."""

    port: int
    leader: int


@contextlib.contextmanager
def serving(command: list[str] | None = None, path: str = "/v/keys.json", **more: str) -> Iterator[Server]:
    """Server processes until the block ends. Without a command the platform's own."""
    port = free_port()
    # a program of our own, with arguments of our own
    process = subprocess.Popen(  # noqa: S603
        command or [sys.executable, "-m", "jiangcheng.jobs.cli", "start", "--no-demo"],
        env=os.environ | {"PORT": str(port)} | more, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )
    try:
        _wait(port, path, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()


def _wait(port: int, path: str, process: Any) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("GET", path)
            if link.getresponse().status < 500:
                return
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise SystemExit("the server to be measured did not start")

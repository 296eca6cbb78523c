"""Pytest plugin: the engine that the tests run on. SQLite unless told otherwise.

``TEST_DATABASE_URL=postgres://…`` runs them on that server. ``TEST_ENGINE=postgresql`` starts a private server in a
temporary folder and stops it at the end: nothing else on the machine is touched. Loaded with ``-p`` in the project's
options, thus before the settings are read; workers of xdist inherit the address from the process that started them.
"""

from __future__ import annotations

import atexit
import os

from jiangcheng.jobs.bench.server import Server

FAST = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=256MB", "timezone=UTC")
"""For a server that lives as long as the tests. ``synchronous_commit`` stays on: what is proved is the order of things."""


def choose() -> None:
    """Set ``DATABASE_URL`` for the tests. A worker finds it set by the process that started it."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    given = os.environ.get("TEST_DATABASE_URL", "")
    if not given and os.environ.get("TEST_ENGINE", "sqlite") == "postgresql":
        server = Server(FAST)
        given = server.start()
        atexit.register(server.stop)
    if given:
        os.environ["DATABASE_URL"] = given
    else:
        os.environ.pop("DATABASE_URL", None)


choose()

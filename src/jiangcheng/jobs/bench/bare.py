"""A bare function behind the same server (granian): HTTP and the same SQL, nothing else. The other side on SQLite.

``GET /n`` or ``POST /n`` plays script ``n`` of the file named by ``JIANGCHENG_BENCH_WORK``.
"""

from __future__ import annotations

import json
import os
import pickle
import threading
from collections.abc import Callable, Iterable
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from jiangcheng.jobs.bench.plain import Database

_here = threading.local()
_work: dict[str, Any] = {}


def _database() -> Database:
    if not _work:
        with open(os.environ["JIANGCHENG_BENCH_WORK"], "rb") as file:
            _work.update(pickle.load(file))  # noqa: S301  written by the process that started us
    found = getattr(_here, "database", None)
    if found is None:
        found = _here.database = Database(_work["url"], _work["file"])
    return found


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Play the script of the path."""
    database, n = _database(), environ["PATH_INFO"].strip("/")
    rows = database.play(_work["scripts"][int(n)]) if n.isdigit() else 0
    body = json.dumps({"rows": rows}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    Granian(
        "jiangcheng.jobs.bench.bare:application", address="127.0.0.1", port=int(os.environ["PORT"]), interface=Interfaces.WSGI, workers=2,
        blocking_threads=4, log_access=False,
    ).serve()

"""The other side of each comparison: the same statements through the driver alone, in a process of their own.

No Django is loaded here. A process reads one line with the path of its work (a pickle), says ``ready``, waits for a line, and
answers with the seconds it took. Work is ``{"url", "file", "scripts"}``: a script is a list of ``Statement``.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
import sys
import time
from dataclasses import dataclass
from typing import Any

import psycopg

FIRST_MADE = 1_000_000_000
"""Keys from here on were given while the scripts were recorded, and are other ones now."""


@dataclass
class Statement:
    """A statement as it was asked. ``made`` is the key that it answered with then, for which the new
    one stands in later statements."""

    sql: str
    values: tuple[Any, ...] = ()
    made: int = 0


class Database:
    """A connection that plays scripts: PostgreSQL prepared and binary, or a SQLite file opened as the platform opens it."""

    def __init__(self, url: str, file: str) -> None:
        self.sqlite = not url
        if url:
            self.link: Any = psycopg.connect(url, autocommit=True, prepare_threshold=0, options="-c timezone=UTC")
            self.link.prepared_max = 1000
        else:
            self.link = sqlite3.connect(file, timeout=20, isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536", "temp_store=MEMORY"):
                self.link.execute(f"PRAGMA {pragma}")

    def ask(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """All rows."""
        if self.sqlite:
            return self.link.execute(sql.replace("%s", "?").replace("%%", "%"), values).fetchall()
        found = self.link.execute(sql, values, binary=True) if values else self.link.execute(sql)
        return found.fetchall() if found.description else []

    def play(self, script: list[Statement]) -> int:
        """Play one script; answers with the number of rows that came back."""
        made: dict[Any, Any] = {}
        rows = 0
        for one in script:
            values = tuple(made.get(v, v) if isinstance(v, int) and v >= FIRST_MADE else v for v in one.values)
            found = self.ask(one.sql, values)
            rows += len(found)
            if one.made and found:
                made[one.made] = found[0][0]
        return rows


def main() -> None:
    """One worker with one connection."""
    with open(sys.stdin.readline().strip(), "rb") as file:
        work = pickle.load(file)  # noqa: S301  written by the process that started us
    database = Database(work["url"], work["file"])
    for script in work.get("warm", ()):
        database.play(script)
    print("ready", flush=True)
    sys.stdin.readline()
    began, used = time.perf_counter(), time.process_time()
    for script in work["scripts"]:
        database.play(script)
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used, "n": len(work["scripts"])}
    print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()

"""CPU seconds that processes used: on a machine that others use too, the only figure that does not tell of them.

Linux alone (``/proc``); elsewhere, and for a database on another machine, nothing is said.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class _Stat:
    parent: int
    session: int
    own: float
    gone: float


def _stat(pid: int) -> _Stat | None:
    """Of one process: its parent, its session, seconds of its own and of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return _Stat(int(fields[1]), int(fields[3]), (int(fields[11]) + int(fields[12])) / TICK, (int(fields[13]) + int(fields[14])) / TICK)


def _all() -> dict[int, _Stat]:
    found = ((int(p.name), _stat(int(p.name))) for p in Path("/proc").glob("[0-9]*"))
    return {pid: stat for pid, stat in found if stat}


def session(leader: int) -> float:
    """Seconds used by all processes of a session so far."""
    return sum(s.own for s in _all().values() if s.session == leader)


def family(parent: int) -> float:
    """Seconds used by a process and its children, those that have ended included."""
    every = _all()
    own = every.get(parent)
    return (own.own + own.gone if own else 0.0) + sum(s.own for s in every.values() if s.parent == parent)


def database() -> Callable[[], float]:
    """A meter of the database server that Django is connected to; reads nought where it is not on this machine."""
    from django.db import connection  # noqa: PLC0415  needs the apps

    if connection.vendor == "sqlite" or not Path("/proc").is_dir():
        return lambda: 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        mine = _stat(cursor.fetchone()[0])
    return (lambda: family(mine.parent)) if mine else (lambda: 0.0)


def session_of_ours() -> Callable[[], float]:
    """A meter of the one process of the server that works for our connection."""
    from django.db import connection  # noqa: PLC0415  needs the apps

    if connection.vendor == "sqlite" or not Path("/proc").is_dir():
        return lambda: 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]

    def read() -> float:
        stat = _stat(pid)
        return stat.own if stat else 0.0

    return read

"""The chains of this process: each thread strings its leaves together, so that a leaf that vanishes leaves a gap.

A chain is (random id, number, hash of the last leaf). It lives in memory and advances when the transaction is
committed; a rollback leaves no gap. One chain a thread, so that nothing is shared and nothing waits. A commit of
unknown outcome (the connection was lost before we knew) ends the chain; the next one names it.
"""

from __future__ import annotations

import os
import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from jiangcheng.kernel import models


@dataclass
class Chain:
    """``n`` and ``head`` are of the last committed leaf; ``pending`` are leaves whose transaction has not ended."""

    id: str
    n: int = -1
    head: str = ""
    follows: dict[str, Any] | None = None
    pending: list[tuple[int, str]] = field(default_factory=list)
    session: Any = None
    witnessed: int = -1
    thread: Any = None

    def next(self) -> tuple[int, str]:
        """Number and predecessor of the next leaf."""
        n, head = self._visible()
        return n + 1, head

    def _visible(self) -> tuple[int, str]:
        """The last leaf of this chain that this transaction sees."""
        if not self.pending:
            return self.n, self.head
        last = models.Leaf.objects.filter(chain=self.id).order_by("-n").values_list("n", "hash").first()
        if last is not None and last in self.pending:
            self.pending = self.pending[: self.pending.index(last) + 1]
            return last
        # rolled back; or gone although committed: then the gap must show, so memory counts and not the table
        self.pending = []
        return self.n, self.head

    def lost(self) -> bool:
        """A transaction of this chain ended on a connection that is gone: nobody knows how."""
        return bool(self.pending) and self.session is not connection.connection

    def add(self, n: int, leaf: str) -> None:
        """Count a leaf just inserted; it becomes the head when its transaction is committed."""
        if not self.pending:
            self.session = connection.connection
        self.pending.append((n, leaf))
        transaction.on_commit(lambda: self._committed(n, leaf))

    def _committed(self, n: int, leaf: str) -> None:
        if connection.in_atomic_block:  # a test runs the hooks inside its own transaction
            return
        if n > self.n:
            self.n, self.head = n, leaf
        self.pending = [p for p in self.pending if p[0] > n]


_local = threading.local()
_lock = threading.Lock()
_all: dict[str, Chain] = {}


def current() -> Chain:
    """The chain of this thread; a thread that starts takes over the chain of one that ended."""
    chain = getattr(_local, "chain", None)
    if chain is None or chain.id not in _all:
        chain = _take_over() or _new(None)
    elif chain.lost():
        _all.pop(chain.id, None)
        chain = _new({"chain": chain.id, "n": chain.n, "hash": chain.head})
    _local.chain = chain
    return chain


def _take_over() -> Chain | None:
    with _lock:
        for chain in _all.values():
            if not chain.pending and not chain.thread.is_alive():
                chain.thread = threading.current_thread()
                return chain
    return None


def _new(follows: dict[str, Any] | None) -> Chain:
    chain = Chain(secrets.token_hex(16), follows=follows, thread=threading.current_thread())
    with _lock:
        _all[chain.id] = chain
    return chain


def unwitnessed() -> dict[str, tuple[int, str]]:
    """Heads that no heartbeat has named yet, by chain."""
    with _lock:
        return {c.id: (c.n, c.head) for c in _all.values() if c.n > c.witnessed}


def witnessed(heads: dict[str, tuple[int, str]]) -> None:
    """A heartbeat that names these heads is committed."""
    with _lock:
        for name, (n, _) in heads.items():
            if name in _all:
                _all[name].witnessed = n


def forget() -> None:
    """Start new chains: in a child process, and when a test empties its database."""
    with _lock:
        _all.clear()


os.register_at_fork(after_in_child=forget)

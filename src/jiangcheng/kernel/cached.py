"""A small table held in memory: read once a process, dropped when a row is saved, re-read after a minute."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import models, transaction
from django.db.models.signals import post_delete, post_save

T = TypeVar("T")

STALE_AFTER = 60.0
"""Seconds after which another process's change is seen at the latest."""


class Cached(Generic[T]):
    """``Cached(Model, load)()`` answers ``load()`` from memory.

    A row saved inside a transaction that has not ended is seen by its own thread at once, but never kept: were the
    transaction rolled back, nothing would tell us. ``QuerySet.update`` sends no signal; call ``forget`` after it.
    """

    def __init__(self, model: type[models.Model], load: Callable[[], T]):
        self._load = load
        self._kept: tuple[T, float] | None = None
        self._changes = 0
        self._mine = threading.local()
        post_save.connect(self._changed, sender=model, weak=False)
        post_delete.connect(self._changed, sender=model, weak=False)

    def __call__(self) -> T:
        if getattr(self._mine, "unsettled", False):
            if transaction.get_connection().in_atomic_block:
                return self._load()
            self.forget()
        kept = self._kept  # other threads may drop it at any moment
        if kept is None or time.monotonic() - kept[1] > STALE_AFTER:
            changes = self._changes
            kept = (self._load(), time.monotonic())
            if changes == self._changes:  # what was read while another thread changed the table is not kept
                self._kept = kept
        return kept[0]

    def forget(self) -> None:
        """Drop what is held; the next call reads the table."""
        self._changes += 1
        self._kept = None
        self._mine.unsettled = False

    def _changed(self, **_: Any) -> None:
        self.forget()
        if transaction.get_connection().in_atomic_block:
            self._mine.unsettled = True
            transaction.on_commit(self.forget)

"""A small table held in memory: read once a process, dropped when a row is saved, re-read after a minute."""

from __future__ import annotations

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

    A row saved inside a transaction that has not ended is seen by its own process at once, but never kept: were the
    transaction rolled back, nothing would tell us. ``QuerySet.update`` sends no signal; call ``forget`` after it.
    """

    def __init__(self, model: type[models.Model], load: Callable[[], T]):
        self._load = load
        self._kept: T | None = None
        self._at = 0.0
        self._unsettled = False
        post_save.connect(self._changed, sender=model, weak=False)
        post_delete.connect(self._changed, sender=model, weak=False)

    def __call__(self) -> T:
        if self._unsettled:
            if transaction.get_connection().in_atomic_block:
                return self._load()
            self.forget()
        if self._kept is None or time.monotonic() - self._at > STALE_AFTER:
            self._kept = self._load()
            self._at = time.monotonic()
        return self._kept

    def forget(self) -> None:
        """Drop what is held; the next call reads the table."""
        self._kept = None
        self._unsettled = False

    def _changed(self, **_: Any) -> None:
        self._kept = None
        if transaction.get_connection().in_atomic_block:
            self._unsettled = True
            transaction.on_commit(self.forget)

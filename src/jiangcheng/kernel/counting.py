"""Who counts acts: the ledger tells, the counters of the server listen. Below them, so that the ledger knows of no server."""

from __future__ import annotations

from collections.abc import Callable

on_act: list[Callable[[str], None]] = []
"""Called with the name of each act after its COMMIT. Must neither raise nor be slow."""


def act(name: str) -> None:
    """An act was committed."""
    for listener in on_act:
        listener(name)

"""Every statement of an act, as it went to the database: done once inside a transaction that is rolled back."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from django.db import connection, transaction

from jiangcheng.jobs.bench.plain import FIRST_MADE, Statement
from jiangcheng.kernel import chain, storage

INTO = re.compile(r'\s*INSERT INTO "?(\w+)"?', re.IGNORECASE)


class _Undo(Exception):
    """Rolls back what was recorded."""


def spread_keys() -> None:
    """Let every table of ours give keys of a range of its own, so that a key in a statement says where it comes from."""
    storage.spread_keys(FIRST_MADE)


class Recorder:
    """Records acts of an officer; each with a chain of leaves of its own, as they are played side by side later."""

    def __init__(self, clients: list[Any]) -> None:
        self.clients = itertools.cycle(clients)
        self.said: list[Statement] = []
        self.depth = 0

    def act(self, number: str, fields: dict[str, str]) -> list[Statement]:
        """The statements of one act that succeeds; RuntimeError for one that does not."""
        self.said, self.depth = [], 0
        chain.forget()
        try:
            with transaction.atomic():
                self.last = storage.last_keys()
                with connection.execute_wrapper(self._keep):
                    status = next(self.clients).post(f"/officer/visits/{number}/act/", fields).status_code
                if status != 302:
                    raise RuntimeError(f"{number}: the act was answered with {status}")
                raise _Undo
        except _Undo:
            chain.forget()
            return list(self._outer(self.said))

    def _keep(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        made = 0
        table = INTO.match(sql)
        if table and table.group(1) in self.last and "RETURNING" in sql:
            self.last[table.group(1)] += 1
            made = self.last[table.group(1)]
        if not many:
            self.said.append(Statement(sql, tuple(params or ()), made))
        return execute(sql, params, many, context)

    @staticmethod
    def _outer(said: list[Statement]) -> Iterator[Statement]:
        """The outermost savepoints were the transactions of the act."""
        depth = 0
        begin = "BEGIN IMMEDIATE" if storage.is_sqlite() else "BEGIN"
        for one in said:
            if one.sql.startswith("SAVEPOINT"):
                yield Statement(begin) if depth == 0 else one
                depth += 1
            elif one.sql.startswith("RELEASE"):
                depth -= 1
                yield Statement("COMMIT") if depth == 0 else one
            else:
                yield one

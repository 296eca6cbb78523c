"""Serial numbers without gaps or doubles: one conditional statement per number."""

from __future__ import annotations

from django.db import connection


def next_number(series: str) -> int:
    """Next number of a series, starting at 1. Call inside the transaction that uses it: a rollback gives it back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_serial (series, last) VALUES (%s, 1) "
            "ON CONFLICT (series) DO UPDATE SET last = kernel_serial.last + 1 RETURNING last",
            [series],
        )
        return cursor.fetchone()[0]

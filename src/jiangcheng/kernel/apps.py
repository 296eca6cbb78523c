"""Django application of jiangcheng.kernel."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class Config(AppConfig):
    name = "jiangcheng.kernel"
    label = "kernel"

    def ready(self) -> None:
        from jiangcheng.kernel import canonical, records, search  # noqa: F401, PLC0415  models exist from here on

        for model in canonical.audited_models():
            records.watch_links(model)
        post_migrate.connect(_guard, sender=self)
        connection_created.connect(_room)


STATEMENTS = 500
"""Prepared statements that a connection keeps: one act asks up to a hundred."""


def _room(connection: Any, **_: Any) -> None:
    """Room for the prepared statements of all acts and pages, where the driver prepares."""
    if hasattr(connection.connection, "prepared_max"):
        connection.connection.prepared_max = STATEMENTS


def _guard(using: str, **_: Any) -> None:
    """A migration that rebuilds a table on SQLite loses its triggers; put them back."""
    from jiangcheng.kernel import storage  # noqa: PLC0415

    storage.install_guards(connections[using])
    storage.install_search(connections[using])

"""Django application of jiangcheng.kernel."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class Config(AppConfig):
    name = "jiangcheng.kernel"
    label = "kernel"

    def ready(self) -> None:
        from jiangcheng.kernel import canonical, records  # noqa: PLC0415  models exist from here on

        for model in canonical.audited_models():
            records.watch_links(model)
        post_migrate.connect(_guard, sender=self)


def _guard(using: str, **_: Any) -> None:
    """A migration that rebuilds a table on SQLite loses its triggers; put them back."""
    from jiangcheng.kernel import storage  # noqa: PLC0415

    storage.install_guards(connections[using])

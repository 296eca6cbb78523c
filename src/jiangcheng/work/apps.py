"""Django application of jiangcheng.work."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.work"
    label = "work"

    def ready(self) -> None:
        """Load what waits for the administrator, and listen to the ledger."""
        import_module("jiangcheng.work.waits")
        import_module("jiangcheng.work.notices")

"""Django application of jiangcheng.inspection.items."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.items"
    label = "items"

    def ready(self) -> None:
        """Load what is searched, and what waits for whom."""
        import_module("jiangcheng.inspection.items.indexed")
        import_module("jiangcheng.inspection.items.waits")

"""Django application of jiangcheng.inspection.items."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.items"
    label = "items"

    def ready(self) -> None:
        """Load what is searched."""
        import_module("jiangcheng.inspection.items.indexed")

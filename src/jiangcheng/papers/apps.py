"""Django application of jiangcheng.papers."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.papers"
    label = "papers"

    def ready(self) -> None:
        """Load what is searched."""
        import_module("jiangcheng.papers.indexed")
        import_module("jiangcheng.papers.waits")

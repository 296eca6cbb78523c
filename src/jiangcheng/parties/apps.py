"""Django application of jiangcheng.parties."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.parties"
    label = "parties"

    def ready(self) -> None:
        """Load what is searched."""
        import_module("jiangcheng.parties.indexed")

"""Django application of jiangcheng.inspection.outside."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.outside"
    label = "outside"

    def ready(self) -> None:
        """Load the rules of visibility: a model without one shows nothing."""
        import_module("jiangcheng.inspection.outside.queries")

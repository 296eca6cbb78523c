"""Django application of jiangcheng.inspection.reach."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.reach"
    label = "reach"

    def ready(self) -> None:
        """Load the rules of visibility: a model without one shows nothing."""
        import_module("jiangcheng.inspection.reach.queries")
        import_module("jiangcheng.inspection.reach.waits")

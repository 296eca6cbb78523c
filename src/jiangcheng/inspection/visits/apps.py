"""Django application of jiangcheng.inspection.visits."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.visits"
    label = "visits"

    def ready(self) -> None:
        """Load the rules of visibility: a model without one shows nothing."""
        import_module("jiangcheng.inspection.visits.queries")
        import_module("jiangcheng.inspection.visits.matters")

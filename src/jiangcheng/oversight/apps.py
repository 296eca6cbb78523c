"""Django application of jiangcheng.oversight."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.oversight"
    label = "oversight"

    def ready(self) -> None:
        """Load the rules of visibility: a model without one shows nothing."""
        import_module("jiangcheng.oversight.queries")
        import_module("jiangcheng.oversight.waits")

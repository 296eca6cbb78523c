"""Django application of jiangcheng.inspection.plans."""

from importlib import import_module

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.plans"
    label = "plans"

    def ready(self) -> None:
        """Load what waits for whom."""
        import_module("jiangcheng.inspection.plans.waits")

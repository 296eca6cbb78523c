"""Django application of jiangcheng.inspection.items."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.items"
    label = "items"

"""Django application of jiangcheng.kernel."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.kernel"
    label = "kernel"

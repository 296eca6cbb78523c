"""Django application of jiangcheng.inspection.visits."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.visits"
    label = "visits"

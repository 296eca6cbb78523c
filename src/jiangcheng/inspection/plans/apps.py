"""Django application of jiangcheng.inspection.plans."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.inspection.plans"
    label = "plans"

"""Django application of jiangcheng.jobs."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.jobs"
    label = "jobs"

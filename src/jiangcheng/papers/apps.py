"""Django application of jiangcheng.papers."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.papers"
    label = "papers"

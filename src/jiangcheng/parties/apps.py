"""Django application of jiangcheng.parties."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "jiangcheng.parties"
    label = "parties"

"""The pages: desks, parts and static files."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Web pages of all desks."""

    name = "jiangcheng.web"
    label = "web"
    verbose_name = "页面"

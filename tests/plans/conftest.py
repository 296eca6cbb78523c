"""The small city of the items' tests."""

from tests.items.conftest import city, on_day, published  # noqa: F401

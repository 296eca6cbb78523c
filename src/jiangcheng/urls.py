"""All addresses, by desk."""

from __future__ import annotations

urlpatterns: list = []

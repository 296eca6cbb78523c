"""Where backups are kept and which is the newest. They are made and restored by ``bin/jiangcheng backup`` and ``restore``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings

MANIFEST = "manifest.json"
"""Written last: a folder without it is a copy that was cut off."""


def home() -> Path:
    """The installation's own folder of backups."""
    return settings.VAR / "backups"


def whole() -> list[Path]:
    """Whole backups in it, oldest first."""
    return sorted(path.parent for path in home().glob(f"[!.]*/{MANIFEST}"))


def newest() -> datetime | None:
    """When the newest whole backup was made."""
    made = [json.loads((folder / MANIFEST).read_text("utf-8"))["made_at"] for folder in whole()]
    return max(map(datetime.fromisoformat, made), default=None)

"""Where backups are kept and which is the newest. They are made and restored by ``bin/jiangcheng backup`` and ``restore``."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

MANIFEST = "manifest.json"
"""Written last: a folder without it is a copy that was cut off."""
SEALED = ".sealed"
"""Ending of an encrypted backup: one file. Its first two lines are readable: what it is, and when it was made."""
MAGIC = b"jiangcheng sealed backup v1\n"


def home() -> Path:
    """The installation's own folder of backups."""
    return settings.VAR / "backups"


def whole() -> list[Path]:
    """Whole backups in it, folders and sealed files, oldest first (their names begin with the moment)."""
    folders = (path.parent for path in home().glob(f"[!.]*/{MANIFEST}"))
    return sorted((*folders, *home().glob(f"[!.]*{SEALED}")), key=lambda path: path.name)


def head(backup: Path) -> dict[str, Any]:
    """What a backup says of itself without being opened. ``ValueError`` when it cannot be read."""
    if backup.is_dir():
        return json.loads((backup / MANIFEST).read_text("utf-8"))
    with backup.open("rb") as file:
        if file.readline(200) != MAGIC:
            raise ValueError(f"{backup.name}: not a sealed backup")
        return json.loads(file.readline(4000))


def made_at(backup: Path) -> datetime | None:
    """When it was made; None when the backup does not say so readably."""
    try:
        return datetime.fromisoformat(head(backup)["made_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def newest() -> datetime | None:
    """When the newest whole backup was made."""
    return max((at for backup in whole() if (at := made_at(backup))), default=None)

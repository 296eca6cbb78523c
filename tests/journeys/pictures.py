"""Makes the pictures of the manuals: runs the browser journeys, keeps what the manuals show, in few colours.

``python -m tests.journeys.pictures`` runs them on a fresh demo city; ``… FOLDER`` takes what a run has left there.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
MANUALS, PICTURES = ROOT / "docs" / "manuals", ROOT / "docs" / "pictures" / "manuals"
SHOWN = re.compile(r"\(\.\./pictures/manuals/([a-z0-9-]+)\.png\)")
MOST = 120_000
"""Bytes of a picture."""
WIDEST = 960
"""Pixels; pages of a desk are taken at 1280."""


def wanted() -> set[str]:
    """Names of the pictures that the manuals show."""
    return {name for path in MANUALS.glob("*.md") for name in SHOWN.findall(path.read_text("utf-8"))}


def small(source: Path, target: Path) -> None:
    """Write a picture with as many colours as fit."""
    picture = Image.open(source).convert("RGB")
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, picture.height * WIDEST // picture.width), Image.Resampling.LANCZOS)
    for colours in (128, 64, 32, 16):
        picture.quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size <= MOST:
            return
    raise SystemExit(f"{source.name} stays above {MOST} bytes")


def main() -> int:
    """Status 1 when a journey failed or a manual shows what no journey takes."""
    given = sys.argv[1:]
    folder = Path(given[0] if given else tempfile.mkdtemp())
    if not given:
        environment = os.environ | {"JIANGCHENG_SHOTS": str(folder)}
        if subprocess.run([ROOT / "bin" / "test", "tests/journeys", "-x"], env=environment, check=False).returncode:
            return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    missing = sorted(name for name in wanted() if not (folder / "manuals" / f"{name}.png").is_file())
    for name in wanted() - set(missing):
        small(folder / "manuals" / f"{name}.png", PICTURES / f"{name}.png")
    for path in PICTURES.glob("*.png"):
        if path.stem not in wanted():
            path.unlink()
    for name in missing:
        print(f"no journey takes {name}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

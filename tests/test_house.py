"""The house itself: words that no page may use, files that stay small, nothing about machines or registries in the tree."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "jiangcheng"
NEVER = re.compile("非法操作|操作失败|系统异常|尊敬的用户|[一-鿿]！")
OURS = [p for p in SRC.rglob("*") if p.suffix in {".html", ".py", ".js"} and "vendor" not in p.parts and "migrations" not in p.parts]


@pytest.mark.parametrize("path", OURS, ids=lambda p: str(p.relative_to(SRC)))
def test_no_page_scolds_or_shouts(path: Path) -> None:
    found = [line for line in path.read_text("utf-8").splitlines() if NEVER.search(line)]
    assert found == []


def test_templates_carry_no_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=\"|<style|\son[a-z]+=\"", re.IGNORECASE)
    found = {
        str(p.relative_to(SRC)): inline.findall(p.read_text("utf-8"))
        for p in SRC.rglob("*.html") if inline.search(p.read_text("utf-8"))
    }
    assert {name: hits for name, hits in found.items() if any("application/json" not in h for h in hits)} == {}


# One file by promise (the verifier), or declarations without logic (shapes of the papers).
LONG = {"kernel/verify.py", "papers/render/shapes.py"}


def test_modules_stay_readable() -> None:
    long = {str(p.relative_to(SRC)): n for p in OURS if p.suffix == ".py" and (n := len(p.read_text("utf-8").splitlines())) > 480}
    assert set(long) <= LONG


def test_the_tree_speaks_of_itself_alone() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    wrong = re.compile(r"/work/|/root/|pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org")
    found = []
    for name in tracked:
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".lock", ".html", ".sh", ".js", ".css", ""} and "vendor" not in path.parts and path.is_file():
            text = path.read_text("utf-8", errors="ignore")
            if name != "tests/test_house.py" and wrong.search(text):
                found.append(name)
    assert found == []

"""Restore drill: backup, go on, lose everything, restore elsewhere; what stands there is what was copied."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import engines
from tests.races import crowd

pytestmark = pytest.mark.alone


def cli(var: Path, *words: str) -> subprocess.CompletedProcess:
    """One command of the product on the installation in ``var``."""
    command = [sys.executable, "-m", "jiangcheng.jobs.cli", *words]
    return subprocess.run(command, env=crowd.environment(var), cwd=crowd.ROOT, capture_output=True, text=True, timeout=200, check=False)


def rows_of(var: Path, to: Path) -> dict[str, str]:
    """Every audited row of an installation in its canonical form, by table."""
    done = cli(var, "ledger", "export", str(to))
    assert done.returncode == 0, done.stderr
    return {path.name: path.read_text("utf-8") for path in sorted((to / "rows").iterdir())}


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """An installation with people, visits and papers, and a backup of it with the keys."""
    var = tmp_path_factory.mktemp("city")
    crowd.prepare(var)
    before = rows_of(var, var / "before")
    done = cli(var, "backup", str(var / "copy"), "--with-keys")
    assert done.returncode == 0, done.stdout + done.stderr
    return var, before


@pytest.fixture
def copied(city, tmp_path):
    """The backup, to be hurt."""
    return shutil.copytree(city[0] / "copy", tmp_path / "copy")


def test_restored_elsewhere_it_is_what_was_copied_and_says_so(city, tmp_path):
    var, before = city
    crowd.crowd(var, "issue", 8, processes=1, threads=1)
    assert rows_of(var, tmp_path / "later") != before
    second = tmp_path / "second"
    done = cli(second, "restore", str(var / "copy"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows_of(second, tmp_path / "after") == before
    assert "完好" in cli(second, "ledger", "verify", str(tmp_path / "after")).stdout
    with engines.connect(second) as db:
        (said, entry), = db.execute("SELECT opinion, entry FROM kernel_leaf WHERE act = 'ledger.restored'").fetchall()
    assert said.startswith("由 20") and json.loads(entry)["extra"]["backup"] == "copy"
    for path in (var / "copy" / "files").rglob("*"):
        if path.is_file():
            assert (second / "files" / path.relative_to(var / "copy" / "files")).read_bytes() == path.read_bytes()
    again = cli(second, "restore", str(var / "copy"))
    assert again.returncode == 1 and "本机已有数据" in again.stdout


def test_a_sound_backup_is_called_sound(copied, tmp_path):
    done = cli(tmp_path / "var", "check", str(copied))
    assert (done.returncode, done.stdout.strip()) == (0, "备份完好。"), done.stderr


def flip(path: Path) -> None:
    """Change one byte in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def stored_file(folder: Path) -> Path:
    return next(p for p in sorted((folder / "files").rglob("*")) if p.is_file())


@pytest.mark.parametrize(
    ("hurt", "words"),
    [
        (lambda c: flip(next(c.glob("database.*"))), "与备份时的摘要不一致"),
        (lambda c: flip(stored_file(c)), "的内容与其摘要不一致"),
        (lambda c: stored_file(c).unlink(), "个文件，现有"),
        (lambda c: (c / "manifest.json").unlink(), "备份没有做完"),
    ],
    ids=["database", "file", "file-gone", "cut-off"],
)
def test_a_damaged_backup_is_named_and_restores_nothing(copied, tmp_path, hurt, words):
    hurt(copied)
    second = tmp_path / "second"
    done = cli(second, "restore", str(copied))
    assert done.returncode == 1 and words in done.stdout, done.stdout + done.stderr
    assert not any((second / "files").rglob("*"))


def test_without_the_signing_key_it_is_not_restored_by_accident(copied, tmp_path):
    for pair in (copied / "keys").glob("*.pem"):
        pair.unlink()
    second = tmp_path / "second"
    refused = cli(second, "restore", str(copied))
    assert refused.returncode == 1 and "没有签名密钥" in refused.stdout
    done = cli(tmp_path / "third", "restore", str(copied), "--new-keys")
    assert done.returncode == 0, done.stdout + done.stderr

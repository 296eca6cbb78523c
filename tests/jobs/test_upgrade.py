"""A new version on old data backs up before it migrates; an old version on new data does not start."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import engines
from tests.races import crowd

pytestmark = pytest.mark.alone


def cli(var: Path, *words: str, **more: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "jiangcheng.jobs.cli", *words], env=crowd.environment(var) | more, cwd=crowd.ROOT, capture_output=True,
        text=True, timeout=200, check=False,
    )


def start(var: Path, *words: str, **more: str) -> subprocess.CompletedProcess:
    return cli(var, "start", "--prepare-only", "--no-demo", *words, **more)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An installation with acts."""
    var = tmp_path_factory.mktemp("city")
    crowd.prepare(var)
    return var


@pytest.fixture
def var(made, tmp_path):
    return engines.copy(made, tmp_path / "var")


def applied(var: Path, name: str) -> bool:
    with engines.connect(var) as db:
        return db.execute(f"SELECT count(*) FROM django_migrations WHERE name = '{name}'").fetchall() == [(1,)]


@pytest.fixture
def older(var):
    """The same with the form of an older version: one migration is undone."""
    assert cli(var, "manage", "migrate", "kernel", "0002", "-v0").returncode == 0
    assert not applied(var, "0003_treenode")
    return var


def test_older_data_are_copied_and_then_migrated(older):
    done = start(older)
    assert done.returncode == 0 and "升级前已备份" in done.stdout, done.stdout + done.stderr
    (copy,) = (older / "backups").glob("[!.]*")
    assert copy.name.endswith("-before-update")
    told = json.loads((copy / "manifest.json").read_text("utf-8"))["migrations"]
    assert "kernel.0002_guards" in told and "kernel.0003_treenode" not in told
    assert applied(older, "0003_treenode")
    assert "备份完好" in cli(older, "check", str(copy)).stdout

    again = start(older)
    assert again.returncode == 0 and "备份" not in again.stdout
    assert len(list((older / "backups").glob("[!.]*"))) == 1


def test_a_copy_from_before_the_update_can_be_restored_by_the_new_version(older, tmp_path):
    assert start(older).returncode == 0
    (copy,) = (older / "backups").glob("[!.]*")
    second = tmp_path / "second"
    second.mkdir()
    (older / "keys").rename(second / "keys")
    done = cli(second, "restore", str(copy))
    assert done.returncode == 0, done.stdout + done.stderr
    assert applied(second, "0003_treenode")


def test_without_a_backup_nothing_is_migrated(older):
    (older / "backups").write_text("no folder")
    done = start(older)
    assert done.returncode == 2 and "升级前的备份没有做成" in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not applied(older, "0003_treenode")
    assert start(older, "--no-backup").returncode == 0
    assert applied(older, "0003_treenode")


def test_an_empty_database_needs_no_backup(tmp_path):
    done = start(tmp_path / "var")
    assert done.returncode == 0 and not (tmp_path / "var" / "backups").exists(), done.stdout + done.stderr


def test_older_code_does_not_open_newer_data(var):
    with engines.connect(var) as db:
        db.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('visits', '9999_future', CURRENT_TIMESTAMP)")
    done = start(var)
    assert done.returncode == 2 and len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert "数据由更新的版本写成" in done.stderr and "visits.9999_future" in done.stderr


def test_a_database_that_does_not_answer_is_one_line(tmp_path):
    done = start(tmp_path / "var", DATABASE_URL="postgres://nobody:x@127.0.0.1:1/none")
    assert done.returncode == 2 and done.stderr.strip().startswith("数据库打不开") and len(done.stderr.strip().splitlines()) == 1, done.stderr

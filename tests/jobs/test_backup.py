"""Restore drill: backup, go on, lose everything, restore elsewhere; what stands there is what was copied."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import engines
from tests.races import crowd

pytestmark = pytest.mark.alone


PHRASE = "一句只有今天的值班员知道的话"


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "jiangcheng.jobs.cli", *words]


def cli(var: Path, *words: str, largest: int = 0) -> subprocess.CompletedProcess:
    """One command of the product on the installation in ``var``; ``largest`` bytes a file may have, as on a full disk."""
    limit = (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))) if largest else None
    return subprocess.run(
        command(*words), env=crowd.environment(var), cwd=crowd.ROOT, capture_output=True, text=True, timeout=200, check=False, preexec_fn=limit,
    )


def killed_when(var: Path, seen: Callable[[], bool], *words: str) -> None:
    """A command that is killed by SIGKILL as soon as ``seen``."""
    process = subprocess.Popen(command(*words), env=crowd.environment(var), cwd=crowd.ROOT, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not seen():
        assert process.poll() is None and time.monotonic() < until, "it ended before it could be killed"
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def fill(var: Path, count: int = 3000) -> None:
    """Many small files in the store, so that a copy takes its time."""
    for i in range(count):
        digest = hashlib.sha256(str(i).encode()).hexdigest()
        path = var / "files" / digest[:2] / digest[2:4] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(i))


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
    var, before = engines.copy(city[0], tmp_path / "var"), city[1]
    crowd.crowd(var, "issue", 8, processes=1, threads=1)
    with engines.connect(var) as db:  # as a thief would: past the ledger
        db.execute("UPDATE parties_person SET name = '无名' WHERE id = (SELECT min(id) FROM parties_person)")
        db.execute("DELETE FROM papers_inspectioncode WHERE id = (SELECT max(id) FROM papers_inspectioncode)")
    later = rows_of(var, tmp_path / "later")
    assert later != before
    found = cli(var, "ledger", "verify", str(tmp_path / "later"))
    assert found.returncode == 1 and "row-changed" in found.stdout and "row-removed" in found.stdout
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
    assert done.returncode == 0 and done.stdout.startswith("备份完好。\n本机不知道原来的公钥"), done.stdout + done.stderr
    key = next(copied.glob("keys/ledger-*.pub"))
    done = cli(tmp_path / "var", "check", str(copied), "--key", str(key))
    assert (done.returncode, done.stdout.strip()) == (0, "备份完好。"), done.stdout + done.stderr


def flip(path: Path) -> None:
    """Change one byte in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def told(folder: Path, **claims: object) -> None:
    """Let the manifest claim something else."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | claims), "utf-8")


def stored_file(folder: Path) -> Path:
    return next(p for p in sorted((folder / "files").rglob("*")) if p.is_file())


@pytest.mark.parametrize(
    ("hurt", "words"),
    [
        (lambda c: flip(next(c.glob("database.*"))), "与备份时的摘要不一致"),
        (lambda c: flip(stored_file(c)), "的内容与其摘要不一致"),
        (lambda c: stored_file(c).unlink(), "个文件，现有"),
        (lambda c: (c / "manifest.json").unlink(), "备份没有做完"),
        (lambda c: (c / "manifest.json").write_text("{"), "已损坏"),
        (lambda c: told(c, database="../../elsewhere"), "已损坏"),
        (lambda c: told(c, leaves=1), "签名无效"),
        (lambda c: told(c, form=2), "更新的版本"),
        (lambda c: told(c, migrations=["kernel.9999_future"]), "没有 kernel.9999_future"),
    ],
    ids=["database", "file", "file-gone", "cut-off", "no-json", "path", "claim", "newer-form", "newer-data"],
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
    assert not list((second / "keys").glob("*")), "a refused restore left keys behind"
    third = tmp_path / "third"
    done = cli(third, "restore", str(copied), "--new-keys")
    assert done.returncode == 0, done.stdout + done.stderr
    assert cli(third, "ledger", "export", str(tmp_path / "export")).returncode == 0
    assert "完好" in cli(third, "ledger", "verify", str(tmp_path / "export")).stdout


def other_keys(var: Path) -> None:
    """A data folder with the keys of another installation."""
    made = "from jiangcheng.kernel import keys; keys.ledger_key(), keys.code_key()"
    assert cli(var, "manage", "shell", "-c", made).returncode == 0


def test_with_another_installations_keys_it_is_refused(copied, tmp_path):
    second = tmp_path / "second"
    other_keys(second)
    mine = {p.name: p.read_bytes() for p in (second / "keys").iterdir()}
    for command in ("check", "restore"):
        done = cli(second, command, str(copied))
        assert done.returncode == 1 and "不是本机已知的密钥" in done.stdout, done.stdout + done.stderr
    assert {p.name: p.read_bytes() for p in (second / "keys").iterdir()} == mine


def test_a_damaged_signing_key_is_one_line(copied, tmp_path):
    next((copied / "keys").glob("ledger.pem")).write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    done = cli(tmp_path / "second", "restore", str(copied))
    assert done.returncode == 1 and "已损坏" in done.stdout and "Traceback" not in done.stderr


def test_keys_and_secret_of_a_restored_city_are_for_their_owner_alone(city, tmp_path):
    second = tmp_path / "second"
    assert cli(second, "restore", str(city[0] / "copy")).returncode == 0
    private = [second / "secret", *(second / "keys").glob("*.pem")]
    assert len(private) == 3 and {oct(p.stat().st_mode & 0o777) for p in private} == {"0o600"}
    assert (second / "secret").read_text() == (city[0] / "secret").read_text()
    assert oct((city[0] / "copy").stat().st_mode & 0o777) == "0o700"


# --- cut off and full ----------------------------------------------------------------------------------------------


def test_a_killed_backup_is_no_backup_and_the_next_one_clears_it_away(city, tmp_path):
    var = engines.copy(city[0], tmp_path / "var")
    fill(var)
    home = var / "backups"
    killed_when(var, lambda: any(home.glob(".*.part/files/*")), "backup")
    assert [p.name for p in home.iterdir() if not p.name.startswith(".")] == [] and any(home.glob(".*.part"))
    done = cli(var, "backup")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len([p for p in home.iterdir() if p.name != ".lock"]) == 1 and not any(home.glob(".*.part"))


@pytest.mark.parametrize("at", ["files", "database"])
def test_a_killed_restore_serves_nothing_and_the_same_command_goes_on(city, tmp_path, at):
    var = engines.copy(city[0], tmp_path / "var")
    fill(var)
    assert cli(var, "backup", str(tmp_path / "copy"), "--with-keys").returncode == 0
    second = tmp_path / "second"
    files = second / "files"

    def some() -> bool:
        return any(files.glob("*/*/*"))

    def all_there() -> bool:
        return sum(1 for _ in files.glob("*/*/[!.]*")) >= 3000

    killed_when(second, some if at == "files" else all_there, "restore", str(tmp_path / "copy"))
    start = cli(second, "start", "--prepare-only", "--no-demo")
    assert start.returncode == 2 and "恢复没有做完" in start.stderr, start.stdout + start.stderr
    again = cli(second, "restore", str(tmp_path / "copy"))
    assert again.returncode == 0, again.stdout + again.stderr
    assert cli(second, "ledger", "export", str(tmp_path / "export")).returncode == 0
    assert "完好" in cli(second, "ledger", "verify", str(tmp_path / "export")).stdout
    with engines.connect(second) as db:
        assert db.execute("SELECT count(*) FROM kernel_leaf WHERE act = 'ledger.restored'").fetchall() == [(1,)]


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(city, tmp_path):
    done = cli(city[0], "backup", str(tmp_path / "here"), largest=100_000)
    assert done.returncode == 1 and "备份没有做成" in done.stdout and "Traceback" not in done.stderr, done.stdout + done.stderr
    assert [p.name for p in tmp_path.iterdir() if p.name != ".lock"] == []


def test_a_restore_onto_a_full_disk_can_go_on_later(city, tmp_path):
    second = tmp_path / "second"
    done = cli(second, "restore", str(city[0] / "copy"), largest=20_000 if engines.server() else 400_000)
    assert done.returncode == 1 and "Traceback" not in done.stderr and "恢复中断" in done.stdout, done.stdout + done.stderr
    assert cli(second, "restore", str(city[0] / "copy")).returncode == 0


# --- encrypted, rotated --------------------------------------------------------------------------------------------


@pytest.fixture
def phrase(tmp_path):
    path = tmp_path / "phrase"
    path.write_text(PHRASE + "\n")
    return path


def test_an_encrypted_backup_is_read_with_its_passphrase_alone(city, tmp_path, phrase):
    var, before = city
    kept = tmp_path / "copy.sealed"
    with_phrase = ("--passphrase-file", str(phrase))
    assert cli(var, "backup", str(kept), "--with-keys", *with_phrase).returncode == 0
    assert kept.stat().st_mode & 0o777 == 0o600 and b"PRIVATE" not in kept.read_bytes() and "演示".encode() not in kept.read_bytes()
    without = cli(var, "check", str(kept))
    assert without.returncode == 1 and "加密备份" in without.stdout
    phrase.write_text("另外一句今天谁也不知道的话")
    assert "口令不对" in cli(var, "check", str(kept), *with_phrase).stdout
    phrase.write_text(PHRASE)
    assert "备份完好" in cli(var, "check", str(kept), *with_phrase).stdout
    second = tmp_path / "second"
    done = cli(second, "restore", str(kept), *with_phrase)
    assert done.returncode == 0, done.stdout + done.stderr
    assert rows_of(second, tmp_path / "after").keys() == before.keys()
    assert not list(second.glob(".opened-*"))


@pytest.mark.parametrize("hurt", [flip, lambda p: p.write_bytes(p.read_bytes()[:-500]), lambda p: p.write_bytes(p.read_bytes() + b"x")],
                         ids=["byte", "cut", "longer"])
def test_a_changed_encrypted_backup_is_not_opened(city, tmp_path, phrase, hurt):
    kept = tmp_path / "copy.sealed"
    with_phrase = ("--passphrase-file", str(phrase))
    assert cli(city[0], "backup", str(kept), *with_phrase).returncode == 0
    hurt(kept)
    done = cli(city[0], "check", str(kept), *with_phrase)
    assert done.returncode == 1 and "打不开" in done.stdout, done.stdout + done.stderr


def test_the_newest_are_kept(city, tmp_path, phrase):
    var = engines.copy(city[0], tmp_path / "var")
    home = var / "backups"
    for name in ("20200101-000000", "20200102-000000"):
        shutil.copytree(city[0] / "copy", home / name)
    (home / "20200103-000000").mkdir()  # not whole: neither counted nor trusted
    done = cli(var, "backup", "--keep", "2", "--passphrase-file", str(phrase))
    assert done.returncode == 0 and "已删除旧备份 20200101-000000" in done.stdout, done.stdout + done.stderr
    left = sorted(p.name for p in home.iterdir() if p.name != ".lock")
    assert left[:2] == ["20200102-000000", "20200103-000000"] and left[2].endswith(".sealed") and len(left) == 3
    assert cli(var, "backup", str(tmp_path / "x"), "--keep", "2").returncode == 2

"""The doctor: a sound place is called sound, and each thing that is wrong is named with its remedy."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from jiangcheng.jobs import doctor, doctor_data, doctor_place
from jiangcheng.kernel import care, copies, ledger, sequencer, storage
from jiangcheng.kernel.actor import SYSTEM
from tests import engines
from tests.races import crowd


@pytest.fixture
def home(tmp_path, monkeypatch, settings):
    """A data folder of this test alone."""
    monkeypatch.setenv("JIANGCHENG_VAR", str(tmp_path))
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    settings.DEBUG = False
    return tmp_path


def states(look) -> list[tuple[str, str]]:
    return [(one.what, one.state) for one in doctor.examine([look])]


def bad(look) -> str:
    """What is bad, and that each has a remedy."""
    found = [one for one in doctor.examine([look]) if one.state == doctor.BAD]
    assert found and all(one.remedy for one in found)
    return " ".join(one.line() for one in found)


def test_a_readable_key_is_bad(home):
    (home / "keys").mkdir(mode=0o700)
    from jiangcheng.kernel import keys

    keys.ledger_key()
    assert states(doctor_place.signing) == [("签名密钥", "good")]
    (home / "keys" / "ledger.pem").chmod(0o644)
    assert "chmod 600" in bad(doctor_place.signing)
    (home / "keys" / "ledger.pem").chmod(0o600)
    (home / "keys" / "ledger.pem").write_text("no key")
    assert "已损坏" in bad(doctor_place.signing)


@pytest.mark.parametrize("secret", ["short", "a" * 64, "abab" * 16])
def test_a_weak_secret_is_bad(home, settings, secret):
    settings.SECRET_KEY = secret
    assert "太弱" in bad(doctor_place.secret)


def test_the_secret_of_the_platform_is_strong(home, settings):
    settings.SECRET_KEY = "kd93jf02nf92nfw09fn2o3fnwefn29fn2fn0wefn2nf"
    (home / "secret").write_text("x")
    (home / "secret").chmod(0o600)
    assert states(doctor_place.secret) == [("会话密钥", "good")]
    (home / "secret").chmod(0o640)
    assert "他人可读" in bad(doctor_place.secret)


def test_hosts_and_address(settings):
    settings.PUBLIC_ADDRESS, settings.ALLOWED_HOSTS = "https://jc.example.cn", ["jc.example.cn"]
    assert states(doctor_place.address) == [("访问地址", "good"), ("主机名", "good")]
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    assert "没有 jc.example.cn" in bad(doctor_place.address)
    settings.ALLOWED_HOSTS = ["*"]
    assert "任意主机名" in bad(doctor_place.address)
    settings.PUBLIC_ADDRESS, settings.ALLOWED_HOSTS = "http://127.0.0.1:8000", ["127.0.0.1"]
    assert states(doctor_place.address)[0] == ("访问地址", "warn")


def test_debug_and_breaks_are_bad(home, settings, monkeypatch, db):
    settings.DEBUG = True
    monkeypatch.setenv("JIANGCHENG_TEST_BREAK", "cap")
    said = bad(doctor_place.switches)
    assert "调试模式" in said and "JIANGCHENG_TEST_BREAK" in said


def test_a_full_disk_is_bad(home, monkeypatch):
    monkeypatch.setattr(doctor_place.shutil, "disk_usage", lambda _: (100 * 1024**3, 99 * 1024**3, 1024**3))
    assert "1.0 GB" in bad(doctor_place.disk)


def test_missing_fonts_are_named(monkeypatch):
    monkeypatch.setenv("JIANGCHENG_FONTS", "/nowhere")
    assert "/nowhere" in bad(doctor_place.typefaces)


@pytest.mark.django_db
def test_the_engine_is_looked_at():
    found = {one.name: one for one in care.settings_found()}
    assert found.keys() >= ({"journal_mode", "synchronous", "foreign_keys"} if connection.vendor == "sqlite" else {"fsync", "synchronous_commit"})
    if connection.vendor == "sqlite":
        assert found["foreign_keys"].good
    else:
        assert not found["fsync"].good, "the tests' server runs without it, and the doctor must say so"
        assert found["synchronous_commit"].good and found["server_side_binding"].good


@pytest.mark.django_db
def test_lifted_guards_are_bad():
    assert states(doctor_data.form) == [("数据库结构", "good"), ("存证表的保护", "good")]
    storage.lift_guards()
    assert "存证表的保护" in bad(doctor_data.form)


@pytest.mark.django_db
def test_a_ledger_that_was_touched_is_bad(home):
    from tests.proofs.filling import run

    for _ in range(3):
        with ledger.act("test.doctor", SYSTEM):
            pass
    sequencer.checkpoint_now()
    assert ("存证", "good") in states(doctor_data.ledger) and states(doctor_data.waiting) == [("存证定序", "good")]
    storage.lift_guards()
    run("UPDATE kernel_leaf SET hash = repeat('0', 64) WHERE id = (SELECT max(id) FROM kernel_leaf)" if connection.vendor != "sqlite" else
        "UPDATE kernel_leaf SET hash = hex(zeroblob(32)) WHERE id = (SELECT max(id) FROM kernel_leaf)")
    assert "算不出" in bad(doctor_data.ledger)


@pytest.mark.django_db
def test_a_sequencer_that_stopped_is_bad(home, monkeypatch):
    with ledger.act("test.doctor", SYSTEM):
        pass
    assert states(doctor_data.waiting) == [("存证定序", "good")]
    later = timezone.now() + timedelta(minutes=5)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert "已等 300 秒" in bad(doctor_data.waiting)


def backup_of(home: Path, name: str, at) -> None:
    folder = copies.home() / name
    folder.mkdir(parents=True)
    (folder / copies.MANIFEST).write_text(json.dumps({"made_at": at.isoformat()}))


def test_the_age_of_the_backup(home):
    assert states(doctor_data.copies_made) == [("备份", "warn")]
    backup_of(home, "1", timezone.now() - timedelta(hours=30))
    assert "30 小时前" in bad(doctor_data.copies_made)
    backup_of(home, "2", timezone.now() - timedelta(hours=2))
    assert states(doctor_data.copies_made) == [("备份", "good")]
    (copies.home() / "2" / copies.MANIFEST).write_text("{")
    assert "2 读不出" in bad(doctor_data.copies_made)


def test_a_file_that_is_not_what_its_name_says(home):
    path = home / "files" / "00" / "00" / ("0" * 64)
    path.parent.mkdir(parents=True)
    path.write_text("x")
    assert "与其摘要不符" in bad(doctor_data.some_files)


@pytest.mark.django_db
def test_data_of_a_newer_version(home):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(connection).record_applied("visits", "9999_future")
    assert "更新的版本" in bad(doctor_data.form)


def test_a_look_that_fails_does_not_stop_the_others():
    def broken():
        """坏的."""
        raise RuntimeError("no answer\nsecond line")

    first, second = doctor.examine([broken, doctor_place.python])
    assert (first.what, first.state) == ("坏的", "bad") and "no answer" in first.seen and "second" not in first.seen
    assert second.state == "good"


@pytest.mark.alone
def test_the_command_on_a_fresh_installation(tmp_path):
    def run(*words, **more):
        return subprocess.run([sys.executable, "-m", "jiangcheng.jobs.cli", *words], cwd=crowd.ROOT, capture_output=True, text=True,
                              env=crowd.environment(tmp_path) | {"JIANGCHENG_DEBUG": ""} | more, timeout=100, check=False)

    assert run("start", "--prepare-only", "--no-demo").returncode == 0
    assert run("backup").returncode == 0
    done = run("doctor", "--format", "json", "--whole")
    said = json.loads(done.stdout)
    wrong = [one for one in said["found"] if one["state"] == "bad"]
    if engines.server():  # the tests' own server is fast and unsafe
        wrong = [one for one in wrong if "fsync" not in one["seen"] and "full_page" not in one["seen"]]
    assert wrong == [], done.stdout
    assert {"全部存证", "数据库结构", "签名密钥"} <= {one["what"] for one in said["found"]}
    lines = run("doctor", JIANGCHENG_HOSTS="*").stdout.strip().splitlines()
    assert sum("[有误] 主机名" in line for line in lines) == 1 and all(line.startswith(("[", "共查")) for line in lines)
    assert run("doctor", JIANGCHENG_HOSTS="*").returncode == 1

"""``bin/start`` on places that cannot be used: one clear line each, and the status says so."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def start(*arguments: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "jiangcheng.jobs.cli", "start", *arguments], capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "DJANGO_SETTINGS_MODULE": "jiangcheng.settings"} | environment,
    )


def one_line(text: str) -> str:
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = start(PORT=str(port), JIANGCHENG_VAR=str(tmp_path))
    assert done.returncode == 2
    assert one_line(done.stderr).startswith(f"端口 {port} 不能使用")
    assert not (tmp_path / "jiangcheng.sqlite3").exists()


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = start(JIANGCHENG_VAR=str(tmp_path / "file" / "var"))
    assert done.returncode == 2
    assert one_line(done.stderr).startswith("不能写入数据文件夹")


def test_a_proxy_that_is_no_address_is_one_clear_line(tmp_path: Path) -> None:
    done = start(JIANGCHENG_PROXIES="10.0.0.1,proxy.local", JIANGCHENG_VAR=str(tmp_path))
    assert done.returncode == 2
    assert one_line(done.stderr).startswith("JIANGCHENG_PROXIES 应为")


@pytest.mark.parametrize("port", ["", "abc", "0", "70000"])
def test_a_port_that_is_no_port_is_one_clear_line(tmp_path: Path, port: str) -> None:
    done = start(PORT=port or "x", JIANGCHENG_VAR=str(tmp_path))
    assert done.returncode != 0
    assert one_line(done.stderr).startswith("PORT 应为")


def test_an_old_python_is_one_clear_line(tmp_path: Path) -> None:
    for tool in ("sh", "cat", "dirname", "env"):
        (tmp_path / tool).symlink_to(shutil.which(tool))
    old = tmp_path / "python3"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = subprocess.run(
        [ROOT / "bin" / "start"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30, check=False,
    )
    assert done.returncode == 2
    assert "Python 3.11" in one_line(done.stderr)

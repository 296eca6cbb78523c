"""``bin/start``: check the place, prepare the database, load lists and demo, serve."""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module

import django
from django.conf import settings
from django.db import connections
from granian import Granian
from granian.constants import Interfaces

from jiangcheng.jobs import proxy


def _say(words: str) -> None:
    print(words, flush=True)


def place_problem() -> str:
    """One line that says why this folder cannot be used, or nothing."""
    try:
        settings.VAR.mkdir(parents=True, exist_ok=True)
        probe = settings.VAR / ".writable"
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        return f"不能写入数据文件夹 {settings.VAR}（{error.strerror}）。请换一个可写的位置，或设置 JIANGCHENG_VAR。"
    return ""


def port_problem(host: str, port: int) -> str:
    """One line that says why the port cannot be used, or nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"端口 {port} 不能使用（{error.strerror}）。请停止占用它的程序，或换一个：PORT={port + 1} bin/start"
    return ""


def proxy_problem() -> str:
    """One line that says why the trusted proxies cannot be understood, or nothing."""
    try:
        proxy.networks(settings.TRUSTED_PROXIES)
    except ValueError as error:
        return f"JIANGCHENG_PROXIES 应为地址或网段，用逗号隔开（{error}）。"
    return ""


def _port() -> int:
    text = os.environ.get("PORT", "8000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SystemExit(f"PORT 应为 1 到 65535 的数字，现在是“{text}”。")
    return int(text)


def prepare(*, with_demo: bool) -> None:
    """Migrate, load the lists, build the demo city once. A second call changes nothing."""
    from jiangcheng.jobs import cli, demo, lists  # noqa: PLC0415  the apps are set up just before

    began = time.monotonic()
    cli.migrate()
    lists.load_all(_say)
    if with_demo:
        demo.build_once(_say)
    _say(f"数据已就绪，用时 {time.monotonic() - began:.0f} 秒。")


def run(host: str, port: int) -> None:
    """Serve until stopped. The workers are forked here: what is imported before they share, but no paper may have been
    set in this process, and no connection may be open."""
    import_module(settings.ROOT_URLCONF)
    connections.close_all()
    Granian(
        "jiangcheng.wsgi:application", address=host, port=port, interface=Interfaces.WSGI,
        workers=int(os.environ.get("JIANGCHENG_WORKERS", "2")), blocking_threads=4, log_access=False, respawn_failed_workers=True,
    ).serve()


def main(argv: Sequence[str]) -> int:
    """Serve until stopped. Exit status 2 when the place or the port cannot be used."""
    parser = argparse.ArgumentParser(prog="bin/start")
    parser.add_argument("--no-demo", action="store_true", help="不生成演示城市")
    parser.add_argument("--prepare-only", action="store_true", help="只准备数据，不启动服务")
    options = parser.parse_args(list(argv))
    host, port = os.environ.get("JIANGCHENG_HOST", "127.0.0.1"), _port()
    try:
        problem = place_problem() or proxy_problem() or ("" if options.prepare_only else port_problem(host, port))
    except OSError as error:  # settings keep their secret in the var folder
        problem = f"不能写入数据文件夹（{error}）。"
    if problem:
        print(problem, file=sys.stderr)
        return 2
    if options.prepare_only:
        django.setup()
        prepare(with_demo=not options.no_demo)
        return 0
    # In a process of its own: the workers are forked, and a typesetter that has run before a fork hangs after it.
    prepared = subprocess.run([sys.executable, "-m", "jiangcheng.jobs.cli", "start", "--prepare-only", *argv], check=False)  # noqa: S603
    if prepared.returncode:
        return prepared.returncode
    django.setup()
    from jiangcheng.jobs import demo  # noqa: PLC0415  needs the apps

    address = f"http://{host}:{port}"
    _say(f"\n江城已启动：{address}/\n")
    if not options.no_demo:
        _say(demo.logins())
    run(host, port)
    return 0

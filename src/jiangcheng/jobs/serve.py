"""``bin/start``: check the place, prepare the database, load lists and demo, serve."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import django
from django.conf import settings
from django.db import OperationalError, connections
from granian import Granian
from granian.constants import Interfaces, SSLProtocols

from jiangcheng.jobs import lan, proxy


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


def prepare(*, with_demo: bool, copy: bool = True) -> None:
    """Migrate (after a backup where there is something to lose, unless ``copy`` is off), load the lists, build the demo
    city once. A second call changes nothing."""
    from jiangcheng.jobs import demo, lists, upgrade  # noqa: PLC0415  the apps are set up just before
    from jiangcheng.kernel import search  # noqa: PLC0415
    from jiangcheng.parties import rotation  # noqa: PLC0415

    began = time.monotonic()
    upgrade.migrate(_say, copy=copy)
    for use in rotation.settle():
        _say(f"已完成上次确认的密钥更换：{use}")
    lists.load_all(_say)
    if with_demo:
        demo.build_once(_say)
    for name, n in search.rebuild(search.empty_indexes()):
        _say(f"检索：{name} {n:,} 条")
    _say(f"数据已就绪，用时 {time.monotonic() - began:.0f} 秒。")


def _prepare(options: argparse.Namespace) -> int:
    """``prepare``, with what may go wrong as one line. Status 2 when these data cannot be served."""
    from jiangcheng.jobs import backup, restore  # noqa: PLC0415  the apps are set up just before

    try:
        problem = restore.start_problem()
        if not problem:
            prepare(with_demo=not options.no_demo, copy=not options.no_backup)
    except backup.Unfit as unfit:
        problem = f"升级前的备份没有做成，数据未改动。{unfit} 确实不要备份的：bin/start --no-backup"
    except OperationalError as error:
        problem = f"数据库打不开：{str(error).strip().splitlines()[0]}。请检查 DATABASE_URL 和数据库服务。"
    if problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def count_together() -> None:
    """Let the workers count into files of one folder, emptied first: nobody who counted before this start is alive.

    Must come before the metrics are imported, hence before the addresses are.
    """
    folder = settings.VAR / "metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def run(host: str, port: int, *, tls: tuple[Path, Path] | None = None) -> None:
    """Serve until stopped, with ``tls`` (certificate and key) over https. The workers are forked here: what is imported
    before they share, but no paper may have been set in this process, and no connection may be open."""
    count_together()
    import_module(settings.ROOT_URLCONF)
    connections.close_all()
    paper, pair = tls or (None, None)
    Granian(
        "jiangcheng.wsgi:application", address=host, port=port, interface=Interfaces.WSGI,
        workers=int(os.environ.get("JIANGCHENG_WORKERS", "2")), blocking_threads=4, log_access=False, respawn_failed_workers=True,
        log_dictconfig={"loggers": {"_granian": {"handlers": [], "level": "INFO", "propagate": True}}},
        ssl_cert=paper, ssl_key=pair, ssl_protocol_min=SSLProtocols.tls12,
    ).serve()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bin/start")
    parser.add_argument("--no-demo", action="store_true", help="不生成演示城市")
    parser.add_argument("--lan", nargs="?", const="", metavar="地址", help="在局域网上用 https 服务手机；不给地址则自行查找")
    parser.add_argument("--no-backup", action="store_true", help="升级数据库前不先备份")
    parser.add_argument("--prepare-only", action="store_true", help="只准备数据，不启动服务")
    return parser


def _on_lan(given: str, port: int) -> tuple[str, list[str]]:
    """Set what the settings read so that phones are answered; the address to listen on, and our own ones."""
    own = lan.own_addresses(given)
    os.environ.setdefault("JIANGCHENG_ADDRESS", f"https://{own[0]}:{port}")
    os.environ["JIANGCHENG_HOSTS"] = ",".join(filter(None, [os.environ.get("JIANGCHENG_HOSTS"), *own, "127.0.0.1", "localhost"]))
    return os.environ.get("JIANGCHENG_HOST", "0.0.0.0"), own  # noqa: S104  that is what was asked for


def main(argv: Sequence[str]) -> int:
    """Serve until stopped. Exit status 2 when the place or the port cannot be used."""
    options = _parser().parse_args(list(argv))
    host, port, own = os.environ.get("JIANGCHENG_HOST", "127.0.0.1"), _port(), []
    try:
        if options.lan is not None:
            host, own = _on_lan(options.lan, port)
        problem = place_problem() or proxy_problem()
        if not problem and not options.prepare_only:
            problem = port_problem(host, port) or (port_problem(host, port + 1) if own else "")
    except OSError as error:  # settings keep their secret in the var folder
        problem = f"不能写入数据文件夹（{error}）。"
    except (lan.Unusable, ValueError) as error:
        problem = str(error)
    if problem:
        print(problem, file=sys.stderr)
        return 2
    if options.prepare_only:
        django.setup()
        return _prepare(options)
    # In a process of its own: the workers are forked, and a typesetter that has run before a fork hangs after it.
    prepared = subprocess.run([sys.executable, "-m", "jiangcheng.jobs.cli", "start", "--prepare-only", *argv], check=False)  # noqa: S603
    if prepared.returncode:
        return prepared.returncode
    django.setup()
    return _serve(options, host, port, own)


def _serve(options: argparse.Namespace, host: str, port: int, own: list[str]) -> int:
    """Say where it is, and serve; on a local network with the page for phones beside it."""
    from jiangcheng.jobs import demo  # noqa: PLC0415  needs the apps

    address, tls, page = f"http://{host}:{port}", None, None
    if own:
        address = f"https://{own[0]}:{port}"
        try:
            tls = lan.ready(settings.VAR / "lan", own)
        except lan.Unusable as problem:
            print(problem, file=sys.stderr)
            return 2
        page = lan.serve_trust(host, port + 1, sys.executable)
    _say(f"\n江城已启动：{address}/\n")
    if own:
        _say(lan.told(address, f"http://{own[0]}:{port + 1}/trust/", settings.VAR / "lan" / "ca.pem"))
    if not options.no_demo:
        _say(demo.logins())
    try:
        run(host, port, tls=tls)
    finally:
        if page is not None:
            page.terminate()
    return 0

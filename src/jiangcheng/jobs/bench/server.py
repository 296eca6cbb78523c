"""A PostgreSQL server of our own, in a temporary folder, for measuring and for the tests. Nothing else is touched."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

DURABLE = ("fsync=on", "synchronous_commit=on", "max_connections=60", "shared_buffers=512MB", "max_wal_size=4GB", "timezone=UTC")
"""As a city would run it, as far as durability goes."""


def programs() -> Path | None:
    """Where ``initdb`` and ``pg_ctl`` lie: on the path, else the newest of Debian's folders."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return kept[-1].parent if kept else None


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """The server refuses to run as root: then it runs as ``postgres`` or ``nobody``."""

    def __init__(self, settings: Sequence[str] = DURABLE) -> None:
        bin_folder = programs()
        if bin_folder is None:
            raise SystemExit("PostgreSQL (initdb, pg_ctl) was not found. Install it, or name a server.")
        self.bin, self.settings = bin_folder, settings
        self.folder = Path(tempfile.mkdtemp(prefix="jiangcheng-postgres-"))
        self.port = free_port()
        self.password = secrets.token_hex(12)
        self.user = self._other_user()
        (self.folder / "password").write_text(self.password)
        if self.user:
            for path in (self.folder, self.folder / "password"):
                shutil.chown(path, self.user)

    @staticmethod
    def _other_user() -> str:
        if os.geteuid() != 0:
            return ""
        import pwd  # noqa: PLC0415  only where there are users

        names = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603
            [str(self.bin / program), *arguments], user=self.user or None, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        )
        if done.returncode:
            raise SystemExit(f"{program} failed: {done.stderr.strip()}")

    def start(self) -> str:
        """Make and start it; its address."""
        data = str(self.folder / "data")
        self._run(
            "initdb", "-D", data, "-U", "jiangcheng", "--pwfile", str(self.folder / "password"), "-A", "scram-sha-256",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
        )
        options = " ".join(f"-c {setting}" for setting in (*self.settings, "listen_addresses=127.0.0.1"))
        self._run("pg_ctl", "-D", data, "-w", "-o", f"{options} -k {self.folder} -p {self.port}", "-l", f"{self.folder}/log", "start")
        return f"postgres://jiangcheng:{self.password}@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """Stop it and remove its folder."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

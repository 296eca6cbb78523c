"""Pytest plugin: the engine that the tests run on. SQLite unless told otherwise.

``TEST_DATABASE_URL=postgres://…`` runs them on that server. ``TEST_ENGINE=postgresql`` starts a private server in a
temporary folder and stops it at the end: nothing else on the machine is touched. Loaded with ``-p`` in the project's
options, thus before the settings are read; workers of xdist inherit the address from the process that started them.
"""

from __future__ import annotations

import atexit
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

FAST = ("fsync=off", "full_page_writes=off", "max_connections=60", "shared_buffers=256MB", "timezone=UTC")
"""For a server that lives as long as the tests. ``synchronous_commit`` stays on: what is proved is the order of things."""


def programs() -> Path | None:
    """Where ``initdb`` and ``pg_ctl`` lie: on the path, else the newest of Debian's folders."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    return kept[-1].parent if kept else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A PostgreSQL server of our own. The server refuses to run as root: then it runs as ``postgres`` or ``nobody``."""

    def __init__(self) -> None:
        bin_folder = programs()
        if bin_folder is None:
            raise SystemExit("PostgreSQL (initdb, pg_ctl) was not found. Install it, or give TEST_DATABASE_URL.")
        self.bin = bin_folder
        self.folder = Path(tempfile.mkdtemp(prefix="jiangcheng-postgres-"))
        self.port = _free_port()
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
        import pwd  # only where there are users

        names = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in names else "nobody"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
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
        options = " ".join(f"-c {setting}" for setting in (*FAST, "listen_addresses=127.0.0.1"))
        self._run("pg_ctl", "-D", data, "-w", "-o", f"{options} -k {self.folder} -p {self.port}", "-l", f"{self.folder}/log", "start")
        return f"postgres://jiangcheng:{self.password}@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """Stop it and remove its folder."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


def choose() -> None:
    """Set ``DATABASE_URL`` for the tests. A worker finds it set by the process that started it."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        return
    given = os.environ.get("TEST_DATABASE_URL", "")
    if not given and os.environ.get("TEST_ENGINE", "sqlite") == "postgresql":
        server = Server()
        given = server.start()
        atexit.register(server.stop)
    if given:
        os.environ["DATABASE_URL"] = given
    else:
        os.environ.pop("DATABASE_URL", None)


choose()

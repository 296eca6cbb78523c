"""A real server on a fresh folder, a real browser, and people with a hand that counts its taps."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SHOTS = Path(os.environ.get("JIANGCHENG_SHOTS", ROOT / "shots"))
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
PASSWORD = "Jiangcheng-2026"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class City:
    """A running server: address and folder."""

    address: str
    var: Path
    started_in: float
    process: subprocess.Popen = field(repr=False)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """``bin/start`` on an empty folder; ``/`` must answer within 240 s. ``JIANGCHENG_CITY`` = address,folder uses a running one."""
    if running := os.environ.get("JIANGCHENG_CITY"):
        address, folder = running.split(",")
        yield City(address, Path(folder), 0.0, subprocess.Popen(["true"]))
        return
    var, port = tmp_path_factory.mktemp("city"), free_port()
    environment = os.environ | {"JIANGCHENG_VAR": str(var), "PORT": str(port), "JIANGCHENG_DAY": ""}
    environment.pop("DATABASE_URL", None)
    began = time.monotonic()
    log = (var / "server.log").open("w")
    process = subprocess.Popen([ROOT / "bin" / "start"], env=environment, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    while True:
        assert process.poll() is None, (var / "server.log").read_text()
        assert time.monotonic() - began < 240, (var / "server.log").read_text()
        try:
            with urllib.request.urlopen(address + "/", timeout=5) as answer:
                assert answer.status == 200
                break
        except OSError:
            time.sleep(0.5)
    yield City(address, var, time.monotonic() - began, process)
    os.killpg(process.pid, 15)
    process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield opened
        opened.close()


@dataclass
class Human:
    """A person at a browser. ``tap`` counts; typing does not."""

    name: str
    context: BrowserContext
    page: Page
    address: str
    taps: int = 0
    troubles: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address. A page that reloads itself at that very moment aborts the first try."""
        try:
            self.page.goto(self.address + path)
        except Error as problem:
            if "ERR_ABORTED" not in str(problem):
                raise
            self.page.goto(self.address + path)
        return self.page

    def tap(self, what: Locator | str) -> None:
        """One tap on a locator, or on the button or link with this name."""
        if isinstance(what, str):
            what = self.named(what)
        try:
            what.click()
        except Error:
            self.shot(f"failed-{self.name}")
            raise
        self.taps += 1

    def named(self, words: str) -> Locator:
        button = self.page.get_by_role("button", name=words, exact=True)
        return button.or_(self.page.get_by_role("link", name=words, exact=True)).first

    def from_here(self) -> None:
        """Start counting anew."""
        self.taps = 0

    def shot(self, name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


@pytest.fixture
def human(city: City, browser: Browser) -> Iterator:
    """``human("officer1", phone=True)`` opens a context of its own and logs in; no name means no log-in."""
    opened: list[Human] = []

    def enter(username: str = "", *, phone: bool = False, login: bool = True) -> Human:
        context = browser.new_context(
            viewport=PHONE if phone else DESK, device_scale_factor=1, has_touch=phone, locale="zh-CN", timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(45000)
        page = context.new_page()
        who = Human(username or "anonymous", context, page, city.address)
        page.on("pageerror", lambda error: who.troubles.append(str(error)))
        page.on("console", lambda message: who.troubles.append(message.text) if message.type == "error" else None)
        if username and login:
            who.go("/login/")
            page.fill("input[name=username]", username)
            page.fill("input[name=password]", PASSWORD)
            page.get_by_role("button", name="登录").click()
            page.wait_for_load_state()
        opened.append(who)
        return who

    yield enter
    for who in opened:
        who.context.close()

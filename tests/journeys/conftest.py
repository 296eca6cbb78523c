"""A real server on a fresh folder, a real browser, and people with a hand that counts its taps."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.people import DESK, PHONE, ROOT, Backstage, City, Door, Human, Story, log_in

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


def opening(city: City, browser: Browser) -> Iterator[Callable[..., Human]]:
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
            log_in(who, username)
        opened.append(who)
        return who

    yield enter
    for who in opened:
        who.context.close()


@pytest.fixture
def human(city: City, browser: Browser) -> Iterator[Callable[..., Human]]:
    """People of one test."""
    yield from opening(city, browser)


@pytest.fixture(scope="session")
def stage(city: City) -> Iterator[Backstage]:
    """The process that prepares visits beside the running city."""
    opened = Backstage(city.var)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def crowd(city: City, browser: Browser) -> Iterator[Story]:
    """People who stay logged in through a whole module."""
    for human in opening(city, browser):
        yield Story(human, city)


@pytest.fixture
def at_door(crowd: Story, stage: Backstage) -> Door:
    """A trouble at the door, to be begun with ``begin``."""
    return Door(crowd, stage, {})

"""People of the journeys: a hand that counts its taps, the city they live in, and what all of them do at the door."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import zxingcpp
from django.utils import timezone
from PIL import Image
from playwright.sync_api import BrowserContext, Error, Locator, Page, expect

ROOT = Path(__file__).resolve().parents[2]
SHOTS = Path(os.environ.get("JIANGCHENG_SHOTS", ROOT / "shots"))
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
PASSWORD = "Jiangcheng-2026"
expect.set_options(timeout=20_000)


@dataclass
class City:
    """A running server: address and folder."""

    address: str
    var: Path
    started_in: float
    process: subprocess.Popen = field(repr=False)


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

    def picture(self, name: str, part: str = "") -> None:
        """A picture for the manuals: what stands on the screen now, from the top, or from one part on."""
        (SHOTS / "manuals").mkdir(parents=True, exist_ok=True)
        self.page.evaluate("scrollTo(0, 0)")
        if part:
            self.page.locator(part).first.evaluate("(e) => scrollTo(0, e.getBoundingClientRect().top - 100)")
        self.page.screenshot(path=SHOTS / "manuals" / f"{name}.png")


@dataclass
class Story:
    """What one chapter hands to the next."""

    human: object
    city: City
    people: dict[str, Human] = field(default_factory=dict)
    taps: dict[str, int] = field(default_factory=dict)
    visit: str = ""

    def who(self, name: str, *, phone: bool = False, login: bool = True) -> Human:
        if name not in self.people:
            self.people[name] = self.human(name, phone=phone, login=login)
        return self.people[name]


def local_now():
    return timezone.localtime()


def log_in(who: Human, username: str) -> None:
    who.go("/login/")
    who.page.fill("input[name=username]", username)
    who.page.fill("input[name=password]", PASSWORD)
    who.page.get_by_role("button", name="登录").click()
    who.page.wait_for_load_state()


def visit_address(story: Story, part: str = "") -> str:
    return f"/officer/visits/{story.visit}/{part}"


def scan(page: Page) -> str:
    """What a camera reads off the officer's screen."""
    expect(page.locator("[data-code]")).to_have_attribute("data-now", re.compile("."))
    picture = Image.open(io.BytesIO(page.locator("[data-qr]").screenshot()))
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    return found[0].text


def visit_path(story: Story) -> str:
    return f"/{quote(story.visit)}/"


def leaves(story: Story) -> int:
    """Number of acts on the ledger, heartbeats apart."""
    with sqlite3.connect(f"file:{story.city.var / 'jiangcheng.sqlite3'}?mode=ro", uri=True) as database:
        return database.execute("select count(*) from kernel_leaf where act not like 'ledger.%'").fetchone()[0]


def draw_signature(who: Human, name: str) -> None:
    """A stroke over the pad, by pointer."""
    pad = who.page.locator(f"[data-sign='{name}'] [data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    mouse = who.page.mouse
    mouse.move(box["x"] + 30, box["y"] + 40)
    mouse.down()
    for step in range(1, 8):
        mouse.move(box["x"] + 30 + step * 25, box["y"] + 40 + (step % 2) * 30)
    mouse.up()


def photograph(words: str = "门头") -> dict[str, object]:
    """A small photograph as a phone hands it to the page."""
    out = io.BytesIO()
    Image.new("RGB", (320, 240), (96, 128, 150)).save(out, "JPEG")
    return {"name": f"{words}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


class Backstage:
    """The process of ``backstage.py``: ``stage.walked(to="coded")`` gives what is known of a fresh visit."""

    def __init__(self, var: Path) -> None:
        environment = os.environ | {"JIANGCHENG_VAR": str(var)}
        environment.pop("DATABASE_URL", None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.backstage"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def __getattr__(self, what: str):
        def ask(**said: object):
            self.process.stdin.write(json.dumps({"do": what, "with": said}) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline() or '{"wrong": "the process ended"}')
            assert "wrong" not in answer, answer["wrong"]
            return answer["said"]

        return ask

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait(20)


@dataclass
class Door:
    """One trouble at the door: a visit, and who is there. ``A`` leads, ``C`` assists, ``B`` holds the enterprise's phone."""

    story: Story
    stage: Backstage
    visit: dict

    def begin(self, to: str = "coded", **said: object) -> dict:
        """A fresh visit at a step; ``to`` may also be the name of a state that only backstage can make."""
        self.visit = self.stage.walked(to=to, **said) if _is_step(to) else getattr(self.stage, to)(**said)
        self.story.visit = self.visit["number"]
        return self.visit

    def now(self) -> dict:
        """How the visit stands."""
        self.visit = self.stage.state(number=self.story.visit)
        return self.visit

    def who(self, name: str, *, phone: bool = True, login: bool = True) -> Human:
        return self.story.who(name, phone=phone, login=login)

    def go(self, who: Human, part: str = "") -> Page:
        """A page of the visit on an officer's phone."""
        return who.go(visit_address(self.story, part))

    def code(self, live: bool = False) -> str:
        """The address in the code, with the part that changes where somebody stands before the officer's screen."""
        if not live:
            return f"/v/{self.visit['token']}/"
        self.go(self.who("officer1"), "code/")
        return scan(self.who("officer1").page)

    def firm(self, name: str = "firm") -> Human:
        """A phone of the enterprise: nobody is logged in."""
        return self.who(name, login=False)

    def typed(self, who: Human, uscc: str = "") -> None:
        """Way two by hand: the credit code typed on the page of the scan, until the names stand there."""
        who.go(f"/officer/scan/?number={quote(self.story.visit)}")
        who.page.fill("[data-scan-uscc]", uscc or self.visit["uscc"])
        who.tap("核对企业")

    def scanned(self, firm: Human | None = None) -> None:
        """Way one, as it goes when nothing is wrong."""
        firm = firm or self.firm()
        firm.page.goto(self.code(live=True))
        for group in firm.page.locator("#confirm fieldset").all():
            group.get_by_text("已出示", exact=True).click()
        firm.tap("确认人员到场")
        expect(firm.page.locator("body")).to_contain_text("到场已确认")


def _is_step(to: str) -> bool:
    """Is it a step of the demo's walk?"""
    return to in ("draft", "ready", "submitted", "approved", "coded", "arrived", "started")

"""Every page that somebody may open is without accessibility findings: axe at 390 and 1280 px, normal and 大字版, and no page runs
sideways at 320 px (WCAG 1.4.10).

The addresses come from the access table, the records from its scene. Each page is rendered once by Django's client, shown once by
Chromium, and looked at in every mode by changing the width and the type size of the page that stands there.
"""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import transaction
from django.urls import reverse

from jiangcheng.inspection.visits.actions import door, record, scheme
from jiangcheng.inspection.visits.facts import record as record_facts
from jiangcheng.inspection.visits.models import Visit
from tests.access import people

CHROMIUM = "/usr/bin/chromium"
AXE = (Path(__file__).parents[1] / "web_base" / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MODES = [(1280, False), (1280, True), (390, True), (390, False)]
NARROW = 320
TABS = 3
NOT_PAGES = {
    "big", "certificate-photo", "enterprise-bundle", "home", "paper-file", "planner-items-template", "planner-plan-table", "rows",
    "service-worker", "session-token", "supervisor-filing-table", "todo", "verify-json", "verify-keys", "verify-photo", "visit-answers",
    "visit-file", "visit-package", "visit-state", "help-picture", "planner-plan-diff",
}
"""Addresses that lead elsewhere or hand out a file, whoever asks; in the scene no plan was returned, so that there is no comparison."""
HOST = "http://testserver"
pytestmark = [
    pytest.mark.browser, pytest.mark.django_db,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="no Chromium"),
]


@dataclass(frozen=True)
class Sheet:
    """A page as the server made it, and who opened it."""

    name: str
    relation: str
    person: str
    path: str
    body: bytes
    policy: str

    def __str__(self) -> str:
        return f"{self.name} {self.relation} {self.person}".strip()


def _sheet(name: str, relation: str, person: str, path: str, answer: Any) -> Sheet:
    return Sheet(name, relation, person, path, answer.content, answer.get("Content-Security-Policy", ""))


def _faces(scene: people.Scene, clients: dict[str, Any]) -> Iterator[Sheet]:
    """Every address × relation that answers with a page, once for each set of templates that somebody gets to see there."""
    for row in people.expected():
        if row["method"] != "GET":
            continue
        path, seen = reverse(row["name"], kwargs=scene.arguments(row["name"], row["relation"]) or None), set()
        for column, client in clients.items():
            if row[column] != "ok":
                continue
            kept = client.cookies.copy()
            with transaction.atomic():
                answer = client.get(path)
                transaction.set_rollback(True)
            client.cookies = kept
            face = tuple(sorted({t.name for t in answer.templates if t.name}))
            if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html") or face in seen:
                continue
            seen.add(face)
            yield _sheet(row["name"], row["relation"], column, path, answer)


def _further(scene: people.Scene, clients: dict[str, Any]) -> Iterator[Sheet]:
    """Pages of states that the scene does not stand in: a draft, what waits for the head, the end of a visit, refusals, a red page."""
    lead, assist = scene.world.actor("officer1"), scene.world.actor("officer2")
    before, running = (Visit.objects.get(number=scene.records[r]["number"]) for r in ("before", "running"))
    a, h, anyone = clients["own"], clients["head"], clients["anonymous"]

    def shown(client: Any, name: str, visit: Visit, why: str) -> Sheet:
        path = reverse(name, args=[visit.number])
        return _sheet(name, why, "", path, client.get(path))

    draft = scheme.draft(lead, row_id=before.row_id, site_id=running.site_id, pick_reason="上次检查发现的问题需要核实。")
    draft = scheme.save_scheme(
        lead, draft, window_start=before.window_start, window_end=before.window_end, risk="避开经营高峰。", merge=before.merge,
    )
    yield shown(a, "visit-scheme", draft, "draft")
    draft = scheme.set_officers(lead, draft, [(lead.person, "lead"), (assist.person, "assist")], declared=True)
    scheme.submit(lead, draft)
    yield shown(h, "head-visit", draft, "to approve")
    yield _sheet("head-home", "with a card", "", reverse("head-home"), h.get(reverse("head-home")))
    yield _sheet("visit-start", "refused", "", reverse("visit-start", args=[before.number]), a.post(reverse("visit-start", args=[before.number])))
    yield _sheet("verify", "red", "", "/v/AAAABBBBCC/", anyone.get("/v/AAAABBBBCC/"))
    yield _sheet("absent", "not found", "", "/absent/", anyone.get("/absent/"))
    yield _sheet("admin-home", "forbidden", "", "/admin/", a.get("/admin/"))
    question = record_facts.questions(running)[0]
    record.answer(lead, running, question, "problem", "两处记录不完整。")
    record.all_fine(assist, running)
    yield shown(a, "visit-finish", running, "with a problem")
    door.break_off(lead, running, "停电")
    yield shown(a, "visit-code", running, "broken off")


@pytest.fixture(scope="module")
def sheets(django_db_setup, django_db_blocker) -> list[Sheet]:
    """All pages, rendered; the records are thrown away with their transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        scene = people.build()
        clients = {column: scene.world.client(account) for column, account in people.PEOPLE.items()}
        found = [*_faces(scene, clients), *_further(scene, clients)]
        transaction.set_rollback(True)
    return found


def _static(path: str) -> dict[str, Any]:
    """A file of the interface as the server sends it; anything else that a page asks for by itself is not answered."""
    found = finders.find(path.removeprefix("/").removeprefix(settings.STATIC_URL.strip("/")).lstrip("/").split("?")[0])
    if not found:
        return {"status": 404, "body": ""}
    return {"status": 200, "body": Path(found).read_bytes(), "content_type": mimetypes.guess_type(found)[0] or "text/plain"}


async def _answer(route: Any, sheet: Sheet) -> None:
    path = route.request.url.removeprefix(HOST)
    if route.request.is_navigation_request():
        headers = {"Content-Security-Policy": sheet.policy} if sheet.policy else {}
        await route.fulfill(status=200, body=sheet.body, content_type="text/html; charset=utf-8", headers=headers)
    elif path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
        await route.fulfill(**_static(path))
    elif path.split("?")[0].endswith("/photo/") or "/photos/" in path:
        await route.fulfill(**_static("/static/img/person.svg"))
    else:
        await route.fulfill(status=204)


RUN = f"axe.run(document, {{runOnly: {RULES}, resultTypes: ['violations']}}).then((r) => r.violations.map((v) => v.id + ' ' + "
RUN += "v.nodes.slice(0, 3).map((n) => n.html.slice(0, 110)).join(' | ')))"
WIDE = f"document.documentElement.scrollWidth - {NARROW}"


async def _look(page: Any, sheet: Sheet) -> list[str]:
    """Findings of one page in all modes."""
    await page.unroute_all()
    await page.route("**/*", lambda route: _answer(route, sheet))
    await page.set_viewport_size({"width": MODES[0][0], "height": 9000})  # tall: nothing lies under the dock
    await page.goto(HOST + sheet.path, wait_until="load")
    link = await page.context.new_cdp_session(page)
    await link.send("Runtime.evaluate", {"expression": AXE})
    await link.detach()
    found = []
    for width, big in MODES:
        await page.evaluate("(big) => document.documentElement.classList.toggle('big', big)", big)
        await page.set_viewport_size({"width": width, "height": 9000})
        found += [f"{width}{' 大字版' if big else ''}: {wrong}" for wrong in await page.evaluate(RUN)]
    for big in (False, True):
        await page.evaluate("(big) => document.documentElement.classList.toggle('big', big)", big)
        await page.set_viewport_size({"width": NARROW, "height": 9000})
        if (over := await page.evaluate(WIDE)) > 0:
            found.append(f"{NARROW}{' 大字版' if big else ''}: {over} px too wide")
    return found


async def _all(sheets: list[Sheet]) -> dict[str, list[str]]:
    """Findings by page; several tabs of one browser share the work."""
    from playwright.async_api import async_playwright

    waiting, found = list(reversed(sheets)), {}

    async def tab(browser: Any) -> None:
        context = await browser.new_context(locale="zh-CN", service_workers="block")
        page = await context.new_page()
        page.set_default_timeout(60_000)
        while waiting:
            sheet = waiting.pop()
            if wrong := await _look(page, sheet):
                found[str(sheet)] = wrong
        await context.close()

    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        await asyncio.gather(*(tab(browser) for _ in range(TABS)))
        await browser.close()
    return found


def test_every_address_is_looked_at(sheets: list[Sheet]) -> None:
    """Whatever answers with a page to anybody in the access table is among the pages that axe sees."""
    pages = {row["name"] for row in people.expected() if row["method"] == "GET" and "ok" in row.values()}
    unseen = pages - {s.name for s in sheets}
    assert unseen == NOT_PAGES, sorted(unseen ^ NOT_PAGES)


def test_no_page_has_accessibility_findings_or_runs_sideways(sheets: list[Sheet]) -> None:
    found = asyncio.run(_all(sheets))
    assert found == {}, "\n".join(f"{page}\n  " + "\n  ".join(wrong) for page, wrong in sorted(found.items()))

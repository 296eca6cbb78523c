"""文书模板: every kind of paper, what it prints, the version in force, a sample to look at and the form as DOCX.

A sample is set on the spot from generated data. It bears no number, no signature and no verify code of a paper, and is
never stored.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from jiangcheng.kernel import calendar
from jiangcheng.law.screens import screen
from jiangcheng.papers import render as papers
from jiangcheng.papers.issue import cn_day
from jiangcheng.papers.render import letters
from jiangcheng.web.desk import desk

SAMPLE = "样张"
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
SIGNATURES = {"signed", "served", "signatures"}
BY_HAND = {"name", "time", "sign"}
"""What an opinion says of who gave it."""


@dataclass(frozen=True)
class Form:
    """One version of the form of a paper: from when it holds, when it is made, what data it prints."""

    kind: str
    version: int
    since: date
    when: str
    prints: str

    @property
    def title(self) -> str:
        return papers.KINDS[self.kind]


@cache
def forms() -> tuple[Form, ...]:
    """All versions as shipped (``papers.toml``), in the order of the kinds."""
    read = tomllib.loads(files(__package__).joinpath("papers.toml").read_text("utf-8"))
    return tuple(Form(kind, **version) for kind in papers.KINDS for version in read[kind])


def in_force(day: date) -> list[Form]:
    """The version of each kind that holds on a day."""
    newest = {f.kind: f for f in sorted(forms(), key=lambda f: f.since) if f.since <= day}
    return [newest[kind] for kind in papers.KINDS if kind in newest]


@screen("planner/papers", "327-17-3", "327-21-1")
@desk("planner")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Each kind with the version in force since when, what it prints, and its sample."""
    return render(request, "planner/papers.html", {"title": "文书模板", "forms": in_force(calendar.today()), "letters": letters.letters()})


@desk("planner")
@require_safe
def file(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """The sample of a kind as PDF to look at, or its form as DOCX to save."""
    if kind not in papers.KINDS or form not in TYPES:
        raise Http404("no such paper")
    make = papers.pdf if form == "pdf" else papers.docx
    response = HttpResponse(make(kind, sample(kind)), content_type=TYPES[form])
    response["Content-Disposition"] = content_disposition_header(form == "docx", f"{papers.KINDS[kind]}（{SAMPLE}）.{form}")
    response["Cache-Control"] = "no-store"
    return response


def sample(kind: str) -> dict[str, Any]:
    """Generated data without number, signature and verify code, marked 样张."""
    data = {k: v for k, v in papers.sample(kind).items() if k not in SIGNATURES}
    if "opinions" in data:
        data["opinions"] = [{k: v for k, v in opinion.items() if k not in BY_HAND} for opinion in data["opinions"]]
    return data | {
        "number": "", "watermark": SAMPLE, "date": cn_day(calendar.today()),
        "verify": {"address": "样张不能查验", "code": "—", "url": SAMPLE, "hint": "样张，不是文书"},
    }

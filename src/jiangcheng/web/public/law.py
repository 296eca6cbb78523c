"""条文与落实: each duty with what enforces it, its tests and its page. Status is computed, never typed."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiangcheng.kernel import parameters
from jiangcheng.law import registry, screens, status
from jiangcheng.web import exports

TONES = {"enforced": "ok", "partial": "warn", "stale": "late", "open": "wait"}
HEADS = ("编号", "条文", "义务", "方式", "状态", "规则", "测试", "页面")


@lru_cache(maxsize=2)
def _standings(stamp: float) -> tuple[status.Standing, ...]:
    """All standings; computed once for each proof file, since the digests read the whole source."""
    return tuple(status.standings())


def standings() -> tuple[status.Standing, ...]:
    stamp = status.PROOF.stat().st_mtime if status.PROOF.is_file() else 0.0
    return _standings(stamp)


def _words(s: status.Standing) -> str:
    try:
        return registry.wording(s.duty.id)
    except KeyError:
        return ""


def _line(s: status.Standing) -> dict[str, Any]:
    return {
        "id": s.duty.id, "words": _words(s), "mode": s.mode_word, "status": s.word, "tone": TONES[s.status],
        "rules": [w.rsplit("/", 1)[-1] for w in s.enforced_by], "tests": len(s.tests), "screens": screens.of(s.duty.id),
        "source": registry.display_source(s.duty.id),
    }


def _house(s: status.Standing) -> dict[str, Any]:
    return {**_line(s), "topic": registry.topic(s.duty.id), "decided": parameters.decided(s.duty.id)}


def table(request: HttpRequest) -> HttpResponse:
    """The table by article, or one article (``article=17``), or the house rules (``article=house``); CSV, JSON."""
    found = standings()
    decree = [s for s in found if s.duty.register == registry.DECREE]
    if request.GET.get("format") in exports.OPEN_KINDS:
        rows = [(s.duty.id, registry.display_source(s.duty.id), _words(s), s.mode_word, s.word, " ".join(s.enforced_by), " ".join(s.tests),
                 " ".join(screens.of(s.duty.id))) for s in found]
        return exports.open_data(request.GET["format"], "条文与落实", HEADS, rows, title="条文与落实")
    by_article: dict[int, list[status.Standing]] = defaultdict(list)
    for s in decree:
        by_article[s.duty.article].append(s)
    asked = request.GET.get("article", "")
    numbers = [int(asked)] if asked.isdigit() and int(asked) in by_article else sorted(by_article)
    house = [s for s in found if s.duty.register == registry.HOUSE and not s.duty.id.startswith("HR-F")]
    articles = [] if asked == "house" else [_article(n, by_article[n], house) for n in numbers]
    modes = Counter(s.mode_word for s in decree)
    return render(request, "public/law.html", {
        "title": "条文与落实", "articles": articles, "asked": asked, "total": len(decree), "modes": modes.most_common(),
        "counts": [(status.WORDS[k], sum(s.status == k for s in decree), "项", TONES[k]) for k in status.STATUSES],
        "chapters": [(title, [(n, registry.chinese_number(n), len(by_article[n])) for n in span if n in by_article])
                     for title, span in registry.CHAPTERS],
        "house": [_house(s) for s in house] if asked == "house" else [], "house_count": len(house),
    })


def _article(n: int, group: list[status.Standing], house: list[status.Standing]) -> dict[str, Any]:
    ids = {s.duty.id for s in group}
    near = [_house(h) for h in house if ids.intersection(h.duty.relates_to)]
    done = sum(s.status == status.ENFORCED for s in group)
    return {
        "n": n, "word": f"第{registry.chinese_number(n)}条", "rows": [_line(s) for s in group], "house": near, "done": done,
        "all_done": done == len(group), "total": len(group), "word_done": f"{done} 项已落实" if done else "尚未落实",
    }

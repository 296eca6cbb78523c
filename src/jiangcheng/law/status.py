"""How far a duty is carried out: computed from the code that cites it and the committed proof, never typed."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from jiangcheng.law import digest, loading, registry
from jiangcheng.law.registry import Duty

ENFORCED, PARTIAL, OPEN, STALE = "enforced", "partial", "open", "stale"
STATUSES = (ENFORCED, PARTIAL, STALE, OPEN)
WORDS = {ENFORCED: "已落实", PARTIAL: "部分落实", STALE: "证明过期", OPEN: "未落实"}
MODE_WORDS = {
    "block": "拦截", "require": "要件", "record": "留痕", "publish": "公示",
    "alert": "预警", "compute": "计算", "support": "支持", "house": "约定",
}

REFUSED, ALLOWED = "refused", "allowed"
CASES = (REFUSED, ALLOWED)
BOTH_CASES = frozenset({"block", "require"})
"""Modes that are proved only by a refused and an allowed case together."""

PROOF = Path(__file__).resolve().parent / "proof.json"
ROOT = registry.PACKAGE.parent.parent


@dataclass(frozen=True, order=True)
class Proof:
    """One test's word on one duty: the case it plays, how it went, and digests of the citing code and of the test."""

    duty: str
    test: str
    case: str
    outcome: str
    rule_digest: str
    test_digest: str


@dataclass(frozen=True)
class Standing:
    """A duty with its status and everything the status rests on."""

    duty: Duty
    status: str
    enforced_by: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def word(self) -> str:
        return WORDS[self.status]

    @property
    def mode_word(self) -> str:
        return MODE_WORDS[self.duty.mode]


def rule_digest(one: str) -> str:
    """Digest of all code of the package that cites a duty, wherever it stands."""
    text = "\n".join(f"{c.where} {c.digest}" for c in registry.citations(one))
    return hashlib.sha256(text.encode()).hexdigest()[: digest.LENGTH]


def read(path: Path | None = None) -> list[Proof]:
    """The committed proof (or another file); empty when there is none yet."""
    path = path or PROOF
    return [Proof(**line) for line in json.loads(path.read_text("utf-8"))] if path.is_file() else []


def write(proofs: Iterable[Proof], path: Path | None = None) -> None:
    """Write the proof, sorted, one line an entry, so that two runs of the same tests give the same bytes."""
    path = path or PROOF
    lines = [json.dumps(asdict(p), ensure_ascii=False) for p in sorted(set(proofs))]
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n", "utf-8")


def merge(old: Iterable[Proof], new: Iterable[Proof], ran: set[str], root: Path = ROOT) -> list[Proof]:
    """What is kept of the old proof (tests that did not run and still exist) with what a run has shown."""
    known = registry.ids()
    kept = [p for p in old if p.duty in known and p.test not in ran and digest.of_test(root, p.test) is not None]
    return sorted({*kept, *new})


def _fresh(proof: Proof, root: Path) -> bool:
    if proof.rule_digest != rule_digest(proof.duty):
        return False
    return not (root / "tests").is_dir() or proof.test_digest == digest.of_test(root, proof.test)


def judge(duty: Duty, proofs: list[Proof], root: Path = ROOT) -> str:
    """enforced, partial, stale or open.

    Enforced: the package cites the duty and every test marked with it passed, with a refused and an allowed case for
    the modes block and require. Stale: a proof exists, but the code or the test is no longer the one that was proved.
    Partial: something is there, but not enough. An installed package without its tests trusts their digests.
    """
    passed = [p for p in proofs if p.outcome == "passed"]
    if any(not _fresh(p, root) for p in passed):
        return STALE
    cited = bool(registry.citations(duty.id))
    if not cited and not proofs:
        return OPEN
    cases = {p.case for p in passed}
    enough = cases.issuperset(CASES) if duty.mode in BOTH_CASES else bool(cases)
    return ENFORCED if cited and enough and len(passed) == len(proofs) else PARTIAL


def standings(proofs: Iterable[Proof] | None = None, root: Path = ROOT) -> list[Standing]:
    """Every duty and house rule with its status, in the order of the registers. Load the citing code before."""
    by_duty: dict[str, list[Proof]] = defaultdict(list)
    for proof in read() if proofs is None else proofs:
        by_duty[proof.duty].append(proof)
    return [
        Standing(
            duty, judge(duty, by_duty[duty.id], root), tuple(c.where for c in registry.citations(duty.id)),
            tuple(sorted({p.test for p in by_duty[duty.id]})),
        )
        for duty in registry.duties().values()
    ]


@dataclass(frozen=True)
class Article:
    """An article for a page: its duties, and the house rules that fill them out."""

    number: int
    name: str
    chapter: str
    duties: tuple[Standing, ...]
    house_rules: tuple[Standing, ...]

    @property
    def enforced(self) -> int:
        return sum(s.status == ENFORCED for s in self.duties)


def by_article(all_of_it: Iterable[Standing], register: str = registry.DECREE) -> list[Article]:
    """The articles of a register that lay a duty on somebody, in order of their numbers."""
    all_of_it = list(all_of_it)
    found: dict[int, list[Standing]] = defaultdict(list)
    for s in all_of_it:
        if s.duty.register == register:
            found[s.duty.article].append(s)
    articles = []
    for number, duties in sorted(found.items()):
        ids = {s.duty.id for s in duties}
        house = tuple(s for s in all_of_it if ids.intersection(s.duty.relates_to))
        chapter = next((name for name, numbers in registry.CHAPTERS if number in numbers), "")
        articles.append(Article(
            number, registry.article_name(duties[0].duty), chapter if register == registry.DECREE else "",
            tuple(duties), house,
        ))
    return articles


@lru_cache(maxsize=1)
def _held(changed: int) -> tuple[Standing, ...]:
    return tuple(standings())


def snapshot() -> tuple[Standing, ...]:
    """``standings()`` of the whole package, held in memory for pages until the proof file changes."""
    loading.load_all()
    return _held(PROOF.stat().st_mtime_ns if PROOF.is_file() else 0)

"""The house itself: words that no page may use, files that stay readable, nothing about machines or registries in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "jiangcheng"
NEVER = re.compile("非法操作|操作失败|系统异常|尊敬的用户|[一-鿿]！")
OURS = [p for p in SRC.rglob("*") if p.suffix in {".html", ".py", ".js"} and "vendor" not in p.parts and "migrations" not in p.parts]
MODULES = [p for p in OURS if p.suffix == ".py"]
TEMPLATES = [p for p in OURS if p.suffix == ".html"]


def name(path: Path) -> str:
    return path.relative_to(SRC).as_posix()


@pytest.mark.parametrize("path", OURS, ids=name)
def test_no_page_scolds_or_shouts(path: Path) -> None:
    found = [line for line in path.read_text("utf-8").splitlines() if NEVER.search(line)]
    assert found == []


def test_templates_carry_no_inline_script_or_style() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=\"|<style|\son[a-z]+=\"", re.IGNORECASE)
    found = {name(p): inline.findall(p.read_text("utf-8")) for p in TEMPLATES if inline.search(p.read_text("utf-8"))}
    assert {page: hits for page, hits in found.items() if any("application/json" not in h for h in hits)} == {}


# How long things may get. What is named here is long for a reason, and gets no longer.

LONG_MODULES = {
    "kernel/verify.py": 680,  # one file by promise: the verifier is handed out alone
    "kernel/ledger.py": 420,  # one subject that reads from top to bottom
}
LONGEST_MODULE, LONGEST_FUNCTION, LONGEST_LINE = 400, 45, 140
LONG_TEMPLATES = {"web/templates/public/item.html", "web/templates/public/items.html"}
"""Their blocks say one sentence of several parts; a line break in it would show as a gap."""


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_modules_stay_readable() -> None:
    long = {name(p): n for p in MODULES if (n := len(lines(p))) > LONG_MODULES.get(name(p), LONGEST_MODULE)}
    assert long == {}
    assert [page for page in LONG_MODULES if not (SRC / page).is_file() or len(lines(SRC / page)) <= LONGEST_MODULE] == []


def test_functions_stay_readable() -> None:
    found = {
        f"{name(p)}:{node.name}": n
        for p in MODULES for node in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (n := node.end_lineno - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert found == {}


def test_templates_stay_readable() -> None:
    long = {name(p) for p in TEMPLATES if any(len(line) > LONGEST_LINE for line in lines(p))}
    assert long - LONG_TEMPLATES == set()


def test_public_things_say_what_they_are_for() -> None:
    """Every module has a docstring; so has every public function and class below the pages, but for one-line helpers."""
    silent = []
    for path in MODULES:
        tree = ast.parse(path.read_text("utf-8"))
        if tree.body and not ast.get_docstring(tree):
            silent.append(name(path))
        if name(path).startswith(("web/", "jobs/")):
            continue
        silent += [
            f"{name(path)}:{node.name}" for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
            and len(node.body) > 1 and node.name not in ("Config", "Command", "main")
        ]
    assert silent == []


# The tree speaks of itself alone.


def tracked() -> list[Path]:
    """Text files of the repository, also those not yet added; what other people wrote (vendored files) left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")
    endings = {".py", ".md", ".toml", ".lock", ".html", ".sh", ".js", ".css", ".csv", ".json", ""}
    files = [ROOT / one for one in listed if one]
    return [p for p in files if p.suffix in endings and "vendor" not in p.parts and p.is_file() and p != Path(__file__).resolve()]


@pytest.mark.parametrize("what", [
    r"/work/|/root/|/home/\w+/", r"pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org|proxy\.golang",
    r"\b(?:claude|chatgpt|copilot|language model)\b", r"(?m)^\s*(?:#|//|<!--|\{#)\s*(?:TODO|FIXME|XXX)\b",
], ids=["machine paths", "registries", "how it was made", "unfinished"])
def test_the_tree_speaks_of_itself_alone(what: str) -> None:
    wrong = re.compile(what, re.IGNORECASE)
    files = tracked()
    assert len(files) > 300
    found = [p.relative_to(ROOT).as_posix() for p in files if wrong.search(p.read_text("utf-8", errors="ignore"))]
    assert found == []


# The documents.

LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:|#)([^)#\s]+)")
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_and_pictures_are_there(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text("utf-8")) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "docs/tour.md", "docs/run-book.md"])
def test_files_and_commands_that_a_document_names_exist(page: str) -> None:
    from jiangcheng.jobs.cli import COMMANDS

    text = (ROOT / page).read_text("utf-8")
    named = set(re.findall(r"`((?:src|tests|docs|bin|kernel|parties|papers|inspection|law|web)/[\w/.-]+)", text))
    places = (ROOT, SRC, ROOT / "tests")
    assert sorted(n for n in named if not any((place / n).exists() for place in places)) == []
    assert set(re.findall(r"bin/jiangcheng (\w+)", text)) <= set(COMMANDS)


def test_both_readmes_show_the_same_pictures() -> None:
    pictures = [re.findall(r"docs/pictures/\w+\.png", (ROOT / page).read_text("utf-8")) for page in ("README.md", "README.zh-CN.md")]
    assert pictures[0] == pictures[1] and len(pictures[0]) >= 8

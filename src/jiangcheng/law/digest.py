"""Digests of source text: what a proof was made from. Blank lines, comment lines and indentation do not count."""

from __future__ import annotations

import ast
import hashlib
import inspect
from functools import cache, lru_cache
from pathlib import Path
from textwrap import dedent
from typing import Any

LENGTH = 16
"""Hexadecimal characters kept: enough to notice a change, short enough to read in a diff."""


def of_text(text: str) -> str:
    """Digest of source text, the same wherever it stands in its file."""
    lines = (line.rstrip() for line in dedent(text).splitlines())
    kept = [line for line in lines if line and not line.lstrip().startswith("#")]
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()[:LENGTH]


@cache
def of_thing(thing: Any) -> str:
    """Digest of a function's or class's source, decorators included."""
    return of_text(inspect.getsource(thing))


@lru_cache(maxsize=256)
def _tests_of(path: Path, changed: int) -> dict[str, str]:
    text = path.read_text("utf-8")
    lines = text.splitlines()
    found: dict[str, str] = {}

    def keep(node: Any, name: str) -> None:
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        found[name] = of_text("\n".join(lines[first - 1 : node.end_lineno]))

    def walk(nodes: list[ast.stmt], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                keep(node, f"{prefix}{node.name}")
                walk(node.body, f"{prefix}{node.name}::")
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                keep(node, prefix + node.name)

    walk(ast.parse(text).body, "")
    return found


def of_test(root: Path, test: str) -> str | None:
    """Digest of the test ``tests/a.py::Class::test_b`` under ``root``; None when it no longer stands there.

    A test that a class inherits has the digest of the class.
    """
    file, _, name = test.partition("::")
    path = root / file
    if not path.is_file():
        return None
    tests = _tests_of(path, path.stat().st_mtime_ns)
    return tests.get(name) or tests.get(name.rpartition("::")[0])

"""What of issued papers the search finds: number, verify code, number of the matter."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.search import Said, index
from jiangcheng.papers.models import Paper


@index(Paper, "p", acts=())
def _papers(rows: Any) -> list[Said]:
    """An issued paper is closed: what is said of it once holds."""
    found = rows.values_list("pk", "number", "code", "matter_kind", "matter")
    return [(pk, (number, matter if kind == "visit" else ""), (code,)) for pk, number, code, kind, matter in found]

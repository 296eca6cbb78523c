"""What of bodies and enterprises the search finds: name and pinyin initials, short name, credit code."""

from __future__ import annotations

from typing import Any

from jiangcheng.kernel.search import Said, index
from jiangcheng.parties.models import Body, Enterprise
from jiangcheng.parties.real import initials


@index(Enterprise, "e")
def _enterprises(rows: Any) -> list[Said]:
    """Registered name, its initials, credit code."""
    found = rows.values_list("pk", "name", "initials", "uscc")
    return [(pk, (name, letters or initials(name)), (uscc,)) for pk, name, letters, uscc in found]


@index(Body, "b")
def _bodies(rows: Any) -> list[Said]:
    """Name, short name and their initials, credit code."""
    found = rows.values_list("pk", "name", "short", "uscc")
    return [(pk, (name, short, initials(name), initials(short)), (uscc,)) for pk, name, short, uscc in found]

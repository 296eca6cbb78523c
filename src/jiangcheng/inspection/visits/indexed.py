"""What of visits and orders the search finds: their number, and the enterprise by name, initials, credit code.

A visit is found by words that its reader may not know yet of it; whether it is shown is asked of ``parties.scope``.
"""

from __future__ import annotations

from typing import Any

from jiangcheng.inspection.visits.models import Order, Visit
from jiangcheng.kernel.search import Said, index
from jiangcheng.parties.models import Enterprise
from jiangcheng.parties.real import initials


@index(Visit, "v", acts=("visit.scheme", "visit.picked"), near=((Enterprise, "enterprise"),))
def _visits(rows: Any) -> list[Said]:
    """The number never changes; the subject may while the scheme is written; the enterprise may be renamed."""
    found = rows.values_list("pk", "number", "enterprise__name", "enterprise__initials", "enterprise__uscc")
    return [(pk, (number, name, letters or initials(name)), (uscc,)) for pk, number, name, letters, uscc in found]


@index(Order, "o", acts=(), near=((Enterprise, "visit__enterprise"),))
def _orders(rows: Any) -> list[Said]:
    """An order by its own number, its visit's and the enterprise."""
    path = "visit__enterprise__"
    found = rows.values_list("pk", "number", "visit__number", path + "name", path + "initials", path + "uscc")
    return [(pk, (own, visit, name, letters or initials(name)), (uscc,)) for pk, own, visit, name, letters, uscc in found]

"""House rules asked for a day before they began (old plans and caps): the first version speaks."""

from __future__ import annotations

from datetime import date

from jiangcheng.kernel import parameters
from jiangcheng.law import parameters as law


def value(name: str, day: date) -> parameters.Value:
    """``kernel.parameters.value``, but a day before the rule's first is judged by that first day."""
    base, _ = law.split(name)
    return parameters.value(name, max(day, min(v.start for v in law.shipped()[base].versions)))

"""Test-only switch that takes a guard away, to show that the guard is what holds.

``JIANGCHENG_TEST_BREAK`` names the guards to disable, separated by commas: ``cap`` (places under frequency caps),
``code`` (one redemption a code), ``commit`` (no answer before its COMMIT; in the tests' own server). It is refused
outside test and debug runs: a server with the variable set does not issue or redeem anything.
"""

from __future__ import annotations

import os

from django.conf import settings


class NotForUse(RuntimeError):
    """The switch is set where people work."""


def broken(name: str) -> bool:
    """Is this guard switched off for a test?"""
    wanted = os.environ.get("JIANGCHENG_TEST_BREAK", "")
    if not wanted:
        return False
    if not (settings.DEBUG or getattr(settings, "TESTING", False)):
        raise NotForUse("JIANGCHENG_TEST_BREAK is set outside a test")
    return name in wanted.split(",")

"""Test-only switch that takes a guard away, to show that the guard is what holds.

``JIANGCHENG_TEST_BREAK`` names the guards to disable, separated by commas; ``GUARDS`` lists them. It is refused
outside test and debug runs: a server with the variable set does not issue or redeem anything.
"""

from __future__ import annotations

import os

from django.conf import settings

GUARDS = {
    "cap": "places under frequency caps are taken by one conditional statement",
    "code": "an inspection code is redeemed once, inside its window",
    "commit": "no answer leaves before its COMMIT (in the tests' own server)",
    "scope": "nothing is shown outside one's scope",
    "seat": "a desk or an act is for its roles alone",
    "key": "a key that was revoked, has run out or belongs to a seat that ended opens nothing",
    "rate": "requests are counted and refused beyond the number of the minute",
    "login": "an account is locked after too many misses",
    "guess": "wrong codes are counted by address",
    "upload": "a file is judged by its content",
    "zip": "a workbook is measured before it is unpacked",
    "exif": "public copies of pictures are drawn anew",
    "csp": "pages may run no inline script and no foreign one",
    "once": "an act that is sent twice is done once",
    "cell": "no cell of an export begins a formula",
}
"""Guard -> what it holds."""


class NotForUse(RuntimeError):
    """The switch is set where people work."""


def broken(name: str) -> bool:
    """Is this guard switched off for a test?"""
    wanted = os.environ.get("JIANGCHENG_TEST_BREAK", "")
    if not wanted:
        return False
    if not (settings.DEBUG or getattr(settings, "TESTING", False)):
        raise NotForUse("JIANGCHENG_TEST_BREAK is set outside a test")
    if name not in GUARDS:
        raise KeyError(name)
    return name in wanted.split(",")

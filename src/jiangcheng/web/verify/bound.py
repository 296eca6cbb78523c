"""Who stands behind a page of a code: the browser bound to a visit, the enterprise's account, or a stranger.

Reading the code binds nothing. A browser is bound when it confirmed arrival from a live code, or when somebody typed
the number of the notice beside the code. What binds it lies in the session on the server, so that nobody can guess it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.utils import timezone

from jiangcheng.inspection.visits.actions import door
from jiangcheng.inspection.visits.facts import record as facts
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.inspection.visits.queries import ARRIVED
from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, enforces
from jiangcheng.papers import codes
from jiangcheng.papers import numbers as paper_numbers
from jiangcheng.papers.models import Guess, InspectionCode
from jiangcheng.web.middleware import device_time

KEY = "visits_bound"
MOST = 20
READ_MINUTES = getattr(settings, "CODE_READ_MINUTES", 10)
"""Minutes that a page opened from a live code may be read before 确认人员到场: reading takes longer than 30 s."""
NUMBER_TRIES = getattr(settings, "NOTICE_TRIES", 10)
"""Wrong numbers of a notice that may be typed for one code within a day."""
_SALT = "jiangcheng.live-code"


# --- binding ---


def numbers(request: HttpRequest) -> list[str]:
    """Numbers of the visits this browser is bound to."""
    found = request.session.get(KEY, [])
    return found if isinstance(found, list) else []


def bind(request: HttpRequest, visit: Visit) -> None:
    """Bind this browser to the visit, for as long as its session lives."""
    request.session[KEY] = [n for n in numbers(request) if n != visit.number][-MOST + 1 :] + [visit.number]


def own_account(request: HttpRequest, visit: Visit) -> bool:
    """Is somebody logged in for the enterprise of the visit?"""
    return request.actor.has("enterprise") and request.actor.enterprise == visit.enterprise_id


def arrived(visit: Visit) -> bool:
    """Is the visit one that the enterprise may know of?"""
    return Visit.objects.filter(ARRIVED, pk=visit.pk).exists()


def may_read(request: HttpRequest, visit: Visit) -> bool:
    """May this browser read the visit: bound to it, or the enterprise's account; in both cases only after arrival."""
    return (visit.number in numbers(request) or own_account(request, visit)) and arrived(visit)


# --- acting ---


def firm_actor(request: HttpRequest, code: InspectionCode, place: str = "") -> Actor:
    """The actor for acts from a page of a code: the enterprise's account, else whoever holds the code at the door (also
    with another enterprise's account). Refused for staff who are logged in: nobody acts for the other side."""
    known = request.actor
    if known.account is None or known.has("enterprise"):
        holder = door.at_the_door(code, place)
        actor = known if known.has("enterprise") and known.enterprise == holder.enterprise else holder
        return replace(actor, place=place or actor.place, device_time=device_time(request))
    raise Refused([Breach(
        "这台设备以工作人员身份登录，不能代企业办理。",
        (Remedy("请企业用自己的手机扫码"), Remedy("企业没有手机的，由检查人员扫企业码或录入信用代码", "officer-scan")), "", ("327-17-4",),
    )])


def plain(refused: Refused) -> Refused:
    """The refusal without links into the desks of the staff."""
    return Refused([
        Breach(b.sentence, tuple(Remedy(r.text, r.to if r.to.startswith(("#", "/")) else "") for r in b.remedies), b.field, b.ids)
        for b in refused.breaches
    ])


# --- a live code ---


def ticket(code: InspectionCode) -> str:
    """Proof, for a few minutes, that a page was opened from the code as it stood on the officer's screen."""
    return signing.TimestampSigner(salt=_SALT).sign(str(code.pk))


@enforces("HR-17-3")
def is_live(code: InspectionCode, changing: str, given: str = "") -> bool:
    """Was the page opened from a live code: its changing part holds now, or its ticket is not too old?"""
    if changing and codes.rotating_ok(code, changing, timezone.now()):
        return True
    try:
        return signing.TimestampSigner(salt=_SALT).unsign(given, max_age=timedelta(minutes=READ_MINUTES)) == str(code.pk)
    except signing.BadSignature:
        return False


def changing_part(code: InspectionCode, changing: str, given: str) -> str:
    """The changing part to redeem with: the one of this moment for a live page, otherwise what was sent."""
    return codes.rotating(code, timezone.now()) if is_live(code, changing, given) else changing


# --- the notice's number ---


def number_tries_left(code: InspectionCode) -> int:
    """Wrong numbers that may still be typed for this code today."""
    since = timezone.now() - timedelta(days=1)
    return max(0, NUMBER_TRIES - Guess.objects.filter(address=f"notice/{code.pk}", at__gt=since).count())


def fits_notice(code: InspectionCode, visit: Visit, typed: str) -> bool:
    """Does what was typed name the visit's notice? Wrong ones are counted, and after too many none is looked at."""
    if not number_tries_left(code):
        return False
    paper = facts.notice(visit)
    wanted = paper_numbers.plain(paper.number) if paper else ""
    if wanted and arrived(visit) and paper_numbers.plain(typed) == wanted:
        return True
    Guess.objects.create(address=f"notice/{code.pk}")
    return False

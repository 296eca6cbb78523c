"""What the rules before the door ask about a visit: frozen facts, filled by ``facts/scheme.py``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from jiangcheng.parties.certificates import OfficerFacts
from jiangcheng.parties.rules import BodyFacts, PlaceFacts, PowerFacts, SubjectFacts


@dataclass(frozen=True)
class ItemFacts:
    """An item of the scheme on the day of the visit. ``why_not`` says why it is not in force; empty when it is.

    ``manner`` is what the published item allows; ``power`` what article 3 asks about its field.
    """

    name: str
    why_not: str = ""
    manner: str = "onsite"
    standard: str = ""
    standard_none: bool = False
    standard_free: bool = True
    questions: int = 1
    planned: bool = True
    power: PowerFacts | None = None


@dataclass(frozen=True)
class OfficerOn:
    """An officer of the visit: certificate on the day, role, and the declaration that nothing calls for recusal."""

    certificate: OfficerFacts
    role: str
    declared: bool

    @property
    def name(self) -> str:
        return self.certificate.name


@dataclass(frozen=True)
class LimitFacts:
    """A limit of visits that covers this one: places taken by other visits (``done``: by visits carried out, the only
    ones that are told to everybody), and whether another visit is too near."""

    words: str
    limit: int
    used: int
    period: str
    item: str
    published: bool = True
    too_near: bool = False
    done: int = 0


@dataclass(frozen=True)
class RowFacts:
    """The plan row that a daily visit stands on. ``usable``: filed (or last year's until 31 March) and not withdrawn."""

    n: int
    year: int
    usable: bool
    in_season: bool = True
    find: str = "draw"
    why: str = ""


@dataclass(frozen=True)
class Lead:
    """The order that a follow-up visit stands on: may it still be rechecked, and does the visit keep to it?"""

    number: str
    live: bool
    same_subject: bool = True
    other_items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Approver:
    """Who approves now: found in office, what the person already is in this visit, and the opinion given."""

    person: int | None
    name: str
    allowed: bool
    opinion: str = ""


@dataclass(frozen=True)
class SchemeFacts:
    """A visit before the door, as it stands now. ``day`` is the day it is judged by: the first day of its window.

    ``begun``: the inspection was started before it came here again; ``firm_people`` hold a seat of the subject;
    ``mergeable``: numbers of planned visits at the subject that its own people prepare.
    """

    number: str
    now: datetime
    today: date
    day: date
    judged: bool
    body: BodyFacts
    principal: BodyFacts | None
    subject: SubjectFacts
    in_city: bool
    scope_reason: str
    place: PlaceFacts
    kind: str
    manner: str
    items: tuple[ItemFacts, ...]
    officers: tuple[OfficerOn, ...]
    row: RowFacts | None = None
    order: str = ""
    counted: bool = True
    limits: tuple[LimitFacts, ...] = ()
    chosen: str = ""
    pick_reason: str = ""
    drawn: bool = False
    window_start: datetime | None = None
    window_end: datetime | None = None
    window_days: int = 1
    max_days: int | str = 5
    lead_days: int | str = 0
    minutes: int = 0
    steps: str = ""
    site: str = ""
    why_onsite: str = ""
    single_officer_law: str = ""
    drafter: int | None = None
    approver: Approver | None = None
    approved: bool = False
    reason: str = ""
    lead: Lead | None = None
    begun: bool = False
    firm_people: frozenset[int] = frozenset()
    merge: str = "none"
    merge_note: str = ""
    mergeable: tuple[str, ...] = ()

    def for_(self, **changes: object) -> SchemeFacts:
        """The same facts with something changed."""
        return replace(self, **changes)

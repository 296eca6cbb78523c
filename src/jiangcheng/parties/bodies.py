"""Enforcement bodies on a day: standing (article 3), competence, names on papers, supervision, responsible heads."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from jiangcheng.kernel import parameters
from jiangcheng.law.rule import Breach, enforces
from jiangcheng.parties import words
from jiangcheng.parties.models import Body, Competence, Headship
from jiangcheng.parties.rules import BodyFacts, PowerFacts, lawful_body, within_powers

FIELD_WORDS = dict(words.FIELDS)


def running(day: date, start: str = "valid_from", until: str = "valid_until") -> Q:
    """Condition: the term from ``start`` to ``until`` (None is open) holds on the day, both ends included."""
    return Q(**{f"{start}__lte": day}) & (Q(**{f"{until}__isnull": True}) | Q(**{f"{until}__gte": day}))


def facts_on(body: Body, day: date) -> BodyFacts:
    """What the rule of article 3 asks about a body."""
    principal = body.principal
    return BodyFacts(
        name=body.name, day=day, kind=body.kind, enforces=body.enforces, basis=body.basis.strip(), basis_level=body.basis_level,
        principal=principal.name if principal else "", principal_kind=principal.kind if principal else "",
        scope=body.entrust_scope.strip(), start=body.entrust_from, until=body.entrust_until,
    )


def standing_on(body: Body, day: date) -> tuple[Breach, ...]:
    """What is wrong with the body's standing (kind, basis, entrustment; article 3) on the day; empty when it may act.

    An entrusted body acts for its principal, so the principal's problems are its own.
    """
    found = lawful_body(facts_on(body, day))
    if body.kind == "entrusted" and body.principal and body.principal.kind == "organ":
        found += lawful_body(facts_on(body.principal, day))
    return found


def holds(body: Body, field: str, day: date) -> bool:
    """Is the field among the powers on record for the body on the day?"""
    return Competence.objects.filter(running(day), body=body, field=field).exists()


def power_facts(body: Body, field: str, day: date) -> PowerFacts:
    """What the rule of article 3 paragraph 2 asks about a body and a field."""
    principal = body.principal if body.kind == "entrusted" else None
    return PowerFacts(
        body.name, body.kind, FIELD_WORDS.get(field, field), holds(body, field, day),
        principal.name if principal else "", holds(principal, field, day) if principal else True,
    )


def competent(body: Body, field: str, day: date) -> bool:
    """May the body inspect this field on the day (duties, authorisation, entrustment; article 3)?"""
    return not within_powers(power_facts(body, field, day))


@enforces("HR-03-1")
def names_on_papers(body: Body, day: date | None = None) -> tuple[str, ...]:
    """In whose name papers are issued: an entrusted body's principal first, then the body itself."""
    both = parameters.value("HR-03-1", day) == "principal-both-named"
    if body.kind == "entrusted" and body.principal and both:
        return (body.principal.name, body.name)
    return (body.name,)


@enforces("327-06-3")
def without_head(day: date) -> QuerySet[Body]:
    """Enforcement bodies that have no responsible head with a running term on record."""
    principal = Headship.objects.filter(running(day), body=OuterRef("pk"), rank="principal")
    return Body.objects.filter(~Exists(principal), enforces=True).order_by("level", "name")


@enforces("327-06-3")
def responsible_head(body: Body, day: date) -> Headship | None:
    """The principal head on the day, with term; None when the body is to be listed."""
    found = Headship.objects.filter(running(day), body=body, rank="principal").select_related("person")
    return found.order_by("-valid_from").first()


@enforces("327-06-1", "HR-06-1", "HR-06-2")
def supervision(office: Body, body: Body) -> str:
    """How far a judicial office reaches to a body: ``acts``, ``reads`` or nothing. No office edits an inspection.

    An office acts on bodies whose same-level office it is. The city office besides reads every body of the city; by
    another choice of the house rule it acts everywhere.
    """
    if not office.judicial:
        return ""
    if body.judicial_office_id == office.pk:
        return "acts"
    if office.level == "city" and body.division.path.startswith(office.division.path):
        return "acts" if parameters.value("HR-06-1") == "acts-everywhere" else "reads"
    return ""


def supervised(office: Body) -> QuerySet[Body]:
    """Bodies whose inspections the judicial office may read (article 6)."""
    if not office.judicial:
        return Body.objects.none()
    mine = Q(judicial_office=office)
    if office.level == "city":
        mine |= Q(division__path__startswith=office.division.path)
    return Body.objects.filter(mine, enforces=True)

"""Enforcement certificates (执法证件): are they good on a day? (article 18 asks for two officers who hold one)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from jiangcheng.law.rule import enforces
from jiangcheng.parties.models import Certificate, Person

WORDS = {
    "valid": "有效", "not_yet": "未生效", "expired": "已到期", "suspended": "暂扣", "revoked": "已注销", "missing": "没有执法证件",
}


@dataclass(frozen=True)
class OfficerFacts:
    """An officer's certificate on a day, for rules: ``status`` is a key of WORDS; ``until`` the last day it is good."""

    person: int
    name: str
    certificate: int | None
    number: str
    status: str
    until: date | None = None

    @property
    def valid(self) -> bool:
        return self.status == "valid"

    @property
    def sentence(self) -> str:
        """Why this officer cannot go, e.g. 李某的执法证件于 2026年10月31日 到期. Empty when the certificate is good."""
        if self.valid:
            return ""
        if self.status == "expired" and self.until:
            return f"{self.name}的执法证件于 {self.until.year}年{self.until.month}月{self.until.day}日 到期。"
        return f"{self.name}没有本单位的执法证件。" if self.status == "missing" else f"{self.name}的执法证件{WORDS[self.status]}。"


def status_on(certificate: Certificate, day: date) -> str:
    """``valid``, ``not_yet``, ``expired``, ``suspended`` or ``revoked`` on a civil day; both ends of a term count."""
    if certificate.revoked_at and certificate.revoked_at <= day:
        return "revoked"
    if day < certificate.valid_from:
        return "not_yet"
    if day > certificate.valid_until:
        return "expired"
    started = certificate.suspended_from and certificate.suspended_from <= day
    if started and (certificate.suspended_until is None or day <= certificate.suspended_until):
        return "suspended"
    return "valid"


def valid_certificate(person_id: int, body_id: int, day: date) -> Certificate | None:
    """A certificate of the person in the body that is good on the day, the longest-lasting one; else None."""
    found = Certificate.objects.filter(person=person_id, body=body_id).order_by("-valid_until", "id")
    return next((c for c in found if status_on(c, day) == "valid"), None)


@enforces("327-18-1")
def officer_facts(person_ids: Iterable[int], body_id: int, day: date) -> tuple[OfficerFacts, ...]:
    """Certificates of several people in one body on a day, in the order asked for. Two queries, however many people."""
    wanted = list(person_ids)
    names = dict(Person.objects.filter(pk__in=wanted).values_list("pk", "name"))
    held: dict[int, list[Certificate]] = {}
    for certificate in Certificate.objects.filter(person__in=wanted, body=body_id).order_by("-valid_until", "id"):
        held.setdefault(certificate.person_id, []).append(certificate)
    return tuple(_best(p, names.get(p, ""), held.get(p, []), day) for p in wanted)


def _best(person: int, name: str, held: list[Certificate], day: date) -> OfficerFacts:
    good = [c for c in held if status_on(c, day) == "valid"]
    if not held:
        return OfficerFacts(person, name, None, "", "missing")
    one = (good or held)[0]
    return OfficerFacts(person, name, one.pk, one.number, status_on(one, day), one.valid_until)

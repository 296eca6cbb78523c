"""Enterprises: which are covered (articles 4, 42), consent to electronic delivery, claim of an account by a code."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from jiangcheng.kernel import ledger, parameters, storage
from jiangcheng.kernel.actor import SYSTEM, Actor
from jiangcheng.law.rule import Breach, Refused, Remedy, check_all, enforces
from jiangcheng.parties import uscc, words
from jiangcheng.parties.models import Account, ClaimCode, Enterprise, Person, Seat
from jiangcheng.parties.rules import DecisionFacts, SubjectFacts, decided_with_reason, subject_is_enterprise

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 O 1 I L
CODE_LENGTH = 10
CLAIM_DAYS = 90
CLAIM_TRIES = 5
BY_ANALOGY = "参照执行"


# Does the decree apply?


def subject_facts(enterprise: Enterprise) -> SubjectFacts:
    """What the rule of article 4 asks about a subject; a person's decision goes before the code."""
    found = uscc.check(enterprise.uscc)
    counts = parameters.value("HR-04-1") != "out-of-scope-until-decided"
    return SubjectFacts(enterprise.name, enterprise.applies, found.kind, found.problem, counts)


def breaches(enterprise: Enterprise) -> tuple[Breach, ...]:
    """Why this subject may not be inspected under the decree; empty when it may."""
    return subject_is_enterprise(subject_facts(enterprise))


def decide(enterprise: Enterprise, applies: str, reason: str, actor: Actor) -> ledger.Receipt:
    """A person settles what the code leaves open, with a reason (HR-04-1). Raises Refused."""
    settled = uscc.check(enterprise.uscc).applies != "undecided"
    broken = check_all((decided_with_reason,), DecisionFacts(enterprise.name, applies, reason, settled))
    if broken:
        raise Refused(broken)
    with ledger.act("parties.decide_category", actor, about=enterprise, duties=("327-04-1", "327-42-1"), opinion=reason) as act:
        enterprise.applies, enterprise.applies_why = applies, reason.strip()
        enterprise.save(update_fields=["applies", "applies_why"])
    return act.receipt


@enforces("327-42-1")
def mark(enterprise: Enterprise) -> str:
    """参照执行 for subjects by analogy (article 42), else nothing. Stands beside the name wherever it is shown."""
    return BY_ANALOGY if enterprise.applies == "analogy" else ""


@enforces("327-42-1")
def counts(queryset: QuerySet, field: str = "applies") -> dict[str, int]:
    """Counts of enterprises and of subjects by analogy, apart. ``field`` leads to it, e.g. ``enterprise__applies``.

    Subjects not yet decided count as enterprises while the house rule says so.
    """
    as_enterprise = ["yes"] + (["undecided"] if parameters.value("HR-04-1") == "person-decides-enterprise-until-then" else [])
    return queryset.aggregate(
        enterprise=Count("pk", filter=Q(**{f"{field}__in": as_enterprise})), analogy=Count("pk", filter=Q(**{field: "analogy"})),
    )


def find(code: str) -> Enterprise | None:
    """The enterprise with this credit code as typed or scanned."""
    return Enterprise.objects.filter(uscc=uscc.compact(code)).first()


def mask(phone: str) -> str:
    """138****5678; short numbers keep their last two digits."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else "*" * max(0, len(phone) - 2) + phone[-2:]


# Consent


def record_consent(enterprise: Enterprise, by: str, actor: Actor, at: datetime | None = None) -> ledger.Receipt:
    """The enterprise agrees to electronic delivery; ``by`` is the person who said so."""
    with ledger.act("parties.consent", actor, about=enterprise, opinion=f"{by}同意电子送达") as act:
        enterprise.e_delivery_at, enterprise.e_delivery_by = at or timezone.now(), by[:50]
        enterprise.save(update_fields=["e_delivery_at", "e_delivery_by"])
    return act.receipt


def withdraw_consent(enterprise: Enterprise, by: str, actor: Actor) -> ledger.Receipt:
    """The consent ends; papers already delivered stay delivered."""
    with ledger.act("parties.consent_withdrawn", actor, about=enterprise, opinion=f"{by}撤回电子送达同意") as act:
        enterprise.e_delivery_at, enterprise.e_delivery_by = None, by[:50]
        enterprise.save(update_fields=["e_delivery_at", "e_delivery_by"])
    return act.receipt


# Claim


def _digest(code: str, plain: str) -> str:
    return salted_hmac("jiangcheng.claim", f"{code}/{plain}", algorithm="sha256").hexdigest()


def make_claim_code(enterprise: Enterprise, printed_on: str, actor: Actor = SYSTEM) -> str:
    """A new code to print on a notice (10 characters without look-alikes); only its digest is kept."""
    plain = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
    with ledger.act("parties.claim_code", actor, about=enterprise, extra={"printed_on": printed_on}):
        ClaimCode(
            enterprise=enterprise, digest=_digest(enterprise.uscc, plain), tries_left=CLAIM_TRIES,
            valid_until=timezone.now() + timedelta(days=CLAIM_DAYS), printed_on=printed_on,
        ).save()
    return plain


def _open_codes(code: str, now: datetime) -> QuerySet[ClaimCode]:
    return ClaimCode.objects.filter(
        enterprise__uscc=uscc.compact(code), used_at=None, valid_until__gt=now, tries_left__gt=0
    ).select_related("enterprise").order_by("-id")


def tries_left(code: str) -> int:
    """Tries left for the credit code; 0 when there is nothing to claim."""
    return max((c.tries_left for c in _open_codes(code, timezone.now())), default=0)


def _guess(code: str, plain: str, now: datetime) -> ClaimCode | None:
    """The code that fits; a miss takes one try from every open code, and stays taken."""
    with ledger.act("parties.claim_try", SYSTEM, extra={"uscc": uscc.compact(code)}):
        rows = list(storage.lock_rows(_open_codes(code, now)))
        wanted = _digest(uscc.compact(code), _plain(plain))
        fits = [row for row in rows if constant_time_compare(row.digest, wanted)]
        if fits:
            return fits[0]
        for row in rows:
            row.tries_left -= 1
            row.save(update_fields=["tries_left"])
    return None


def check_claim(code: str, plain: str) -> Enterprise:
    """The enterprise, if credit code and claim code fit. Refused says how many tries are left; misses are counted."""
    found = _guess(code, plain, timezone.now())
    if found is not None:
        return found.enterprise
    left = tries_left(code)
    tail = f"还可试 {left} 次。" if left else "不能再试。"
    raise Refused([Breach(
        f"统一社会信用代码或认领码有误，{tail}",
        (Remedy("核对检查通知书末页的认领码"), Remedy("认领码用完或过期的，请检查单位重新出具")), "code",
    )])


def claim(
    code: str, plain: str, *, username: str, password: str, name: str, phone: str = "", channel: str = "web"
) -> Account:
    """Claim the enterprise's account: the code is used up, a person, an account and an enterprise seat are made.

    Raises Refused for a wrong code, a taken account name or a weak password; typed values stay with the caller.
    """
    enterprise = check_claim(code, plain)
    _check_new_account(username, password, name)
    try:
        return _make_account(enterprise, code, plain, username=username, password=password, name=name, phone=phone, channel=channel)
    except IntegrityError:
        raise Refused([Breach("这个账号名刚刚被使用，请换一个。", field="username")]) from None


def _check_new_account(username: str, password: str, name: str) -> None:
    found = []
    if not name.strip():
        found.append(Breach("请填写姓名。", field="name"))
    if not username.strip():
        found.append(Breach("请填写账号名。", field="username"))
    elif Account.objects.filter(username=username).exists():
        found.append(Breach("这个账号名已被使用，请换一个。", field="username"))
    try:
        validate_password(password)
    except ValidationError as weak:
        found.extend(Breach(m, field="password") for m in weak.messages)
    if found:
        raise Refused(found)


@transaction.atomic
def _make_account(
    enterprise: Enterprise, code: str, plain: str, *, username: str, password: str, name: str, phone: str, channel: str
) -> Account:
    who = Actor(name=name, body_name=enterprise.name, roles=frozenset({"enterprise"}), enterprise=enterprise.pk, channel=channel)
    with ledger.act("parties.claim", who, about=enterprise):
        row = storage.lock_rows(ClaimCode.objects.filter(digest=_digest(uscc.compact(code), _plain(plain)), used_at=None)).first()
        if row is None:
            raise Refused([Breach("这个认领码刚刚被使用。", field="code")])
        row.used_at = timezone.now()
        row.save(update_fields=["used_at"])
        return _user(enterprise, username, password, name, phone)


def _user(enterprise: Enterprise, username: str, password: str, name: str, phone: str) -> Account:
    """Person, account and seat of somebody who acts for the enterprise; inside an act."""
    person = Person(name=name.strip(), phone=phone.strip(), demo=enterprise.demo)
    person.save()
    account = Account(username=username.strip(), person=person, demo=enterprise.demo)
    account.set_password(password)
    account.save()
    Seat(account=account, role="enterprise", enterprise=enterprise, valid_from=timezone.localdate()).save()
    return account


def add_user(enterprise: Enterprise, actor: Actor, *, username: str, password: str, name: str, phone: str = "") -> Account:
    """添加人员: one who acts for the enterprise lets in another. Refused for others, a taken name or a weak password."""
    if not actor.has("enterprise") or actor.enterprise != enterprise.pk:
        raise Refused([Breach("只有本企业的用户可以添加人员。")])
    _check_new_account(username, password, name)
    try:
        with ledger.act("parties.user_added", actor, about=enterprise):
            return _user(enterprise, username, password, name, phone)
    except IntegrityError:
        raise Refused([Breach("这个账号名刚刚被使用，请换一个。", field="username")]) from None


def _plain(typed: str) -> str:
    return "".join(typed.upper().split()).replace("-", "")


def register(code: str, name: str, actor: Actor, **values) -> Enterprise:
    """Enter a subject by its credit code; the code decides how the decree applies. Refused for a bad code."""
    found = uscc.check(code)
    if not found.valid:
        raise Refused([Breach(found.problem, field="uscc")])
    enterprise = Enterprise(uscc=found.code, name=name, applies=found.applies, **values)
    with ledger.act("parties.register_enterprise", actor, about=enterprise, duties=("327-04-1",)):
        enterprise.save()
    return enterprise


APPLIES_WORDS = dict(words.APPLIES)


# People whom the enterprise lets act for it


@enforces("327-40-02")
def add_person(own: Enterprise, name: str, phone: str, username: str, password: str, actor: Actor) -> Account:
    """An account of one more person for the enterprise, made by one who acts for it: whom it sends is its own choice."""
    if not (actor.has("enterprise") and actor.enterprise == own.pk):
        raise Refused([Breach("只能为本企业添加人员。", (Remedy("请由该企业人员办理"),), "", ("327-40-02",))])
    try:
        with transaction.atomic(), ledger.act("parties.firm_person_added", actor, about=own, extra={"username": username}):
            person = Person(name=name, phone=phone, demo=own.demo)
            person.save()
            account = Account(username=username, person=person, demo=own.demo)
            account.set_password(password)
            account.save()
            Seat(account=account, role="enterprise", enterprise=own, valid_from=timezone.localdate()).save()
    except IntegrityError:
        raise Refused([Breach(f"账号“{username}”已有人使用。", (Remedy("换一个账号名"),), "username")]) from None
    return account

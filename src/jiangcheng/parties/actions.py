"""What an administrator does: one function a verb, each one act on the ledger, refused to everybody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from jiangcheng.kernel import calendar, ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.models import Day, Setting
from jiangcheng.law import parameters as shipped
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.parties import access
from jiangcheng.parties.models import (
    Account,
    Body,
    Certificate,
    Competence,
    Delegation,
    Enterprise,
    Headship,
    Person,
    Seat,
)


def _refuse(sentence: str, field: str = "", *ways: str, ids: tuple[str, ...] = ()) -> Refused:
    return Refused([Breach(sentence, tuple(Remedy(w) for w in ways), field, ids)])


def _administers(actor: Actor) -> None:
    """Refused unless an administrator acts, or the platform itself."""
    if not actor.has("admin", "system"):
        raise _refuse("您没有维护单位、人员和参数的权限。", "", "请由系统管理员办理")


def _term(start: date | None, until: date | None, field: str = "valid_until") -> None:
    """Refused where a term ends before it begins."""
    if start and until and until < start:
        raise _refuse("止日不能早于起日。", field, "核对起止日期")


# Bodies


def save_body(body: Body, actor: Actor, why: str = "") -> ledger.Receipt:
    """Enter or change a body; kind, basis and entrustment may still be missing, then it refuses every act itself."""
    _administers(actor)
    _term(body.entrust_from, body.entrust_until, "entrust_until")
    name = "parties.body_changed" if body.pk else "parties.body_added"
    with ledger.act(name, actor, about=body, duties=("327-03-1",), opinion=why) as act:
        body.save()
    return act.receipt


def add_competence(body: Body, row: Competence, actor: Actor) -> ledger.Receipt:
    """A field the body may inspect, with basis and term (article 3 paragraph 2)."""
    _administers(actor)
    _term(row.valid_from, row.valid_until)
    with ledger.act("parties.competence_added", actor, about=body, duties=("327-03-2",)) as act:
        row.body = body
        row.save()
    return act.receipt


def add_head(body: Body, row: Headship, actor: Actor) -> ledger.Receipt:
    """A responsible head with term (article 6). A body has one principal head at a time."""
    _administers(actor)
    _term(row.valid_from, row.valid_until)
    if row.rank == "principal":
        clash = Headship.objects.filter(body=body, rank="principal").exclude(valid_until__lt=row.valid_from)
        if row.valid_until:
            clash = clash.filter(valid_from__lte=row.valid_until)
        if standing := clash.select_related("person").first():
            raise _refuse(f"{standing.person.name}的主要负责人任期与此重叠，请先写明其任期止日。", "valid_from", ids=("327-06-3",))
    with ledger.act("parties.head_added", actor, about=body, duties=("327-06-3",)) as act:
        row.body = body
        row.save()
    return act.receipt


def end_term(row: Competence | Headship | Seat, until: date, actor: Actor, why: str = "") -> ledger.Receipt:
    """The last day on which a power, an office or a seat holds. Ends are moved, rows never removed."""
    _administers(actor)
    _term(row.valid_from, until)
    about = row.account if isinstance(row, Seat) else row.body
    with ledger.act("parties.term_ended", actor, about=about, opinion=why, extra={"what": row._meta.label}) as act:
        row.valid_until = until
        row.save(update_fields=["valid_until"])
    return act.receipt


# People and certificates


def save_person(person: Person, actor: Actor) -> ledger.Receipt:
    """Enter or change a person."""
    _administers(actor)
    with ledger.act("parties.person_changed" if person.pk else "parties.person_added", actor, about=person) as act:
        person.save()
    return act.receipt


def save_certificate(row: Certificate, actor: Actor) -> ledger.Receipt:
    """Enter or change a certificate: issuer, number, term."""
    _administers(actor)
    _term(row.valid_from, row.valid_until)
    name = "parties.certificate_changed" if row.pk else "parties.certificate_added"
    try:
        with ledger.act(name, actor, about=row.person, duties=("327-18-1",)) as act:
            row.save()
    except IntegrityError:
        raise _refuse(f"证号“{row.number}”已登记在他人或他证名下。", "number") from None
    return act.receipt


def suspend(row: Certificate, start: date, until: date | None, why: str, actor: Actor) -> ledger.Receipt:
    """暂扣: the certificate is no good from ``start`` to ``until`` (open where unknown)."""
    _administers(actor)
    _term(start, until, "suspended_until")
    with ledger.act("parties.certificate_suspended", actor, about=row.person, duties=("327-18-1",), opinion=why) as act:
        row.suspended_from, row.suspended_until = start, until
        row.save(update_fields=["suspended_from", "suspended_until"])
    return act.receipt


def revoke(row: Certificate, day: date, why: str, actor: Actor) -> ledger.Receipt:
    """注销: the certificate is no good from the day on."""
    _administers(actor)
    with ledger.act("parties.certificate_revoked", actor, about=row.person, duties=("327-18-1",), opinion=why) as act:
        row.revoked_at = day
        row.save(update_fields=["revoked_at"])
    return act.receipt


def reveal(record: Person | Enterprise, actor: Actor) -> str:
    """The full phone number; that it was looked at stays on the record (查看留痕)."""
    _administers(actor)
    with ledger.act("parties.reveal", actor, about=record):
        pass
    return record.phone


# Accounts and seats


def add_account(username: str, password: str, person: Person, actor: Actor) -> Account:
    """An account of a person; what it may do comes from seats."""
    _administers(actor)
    try:
        with transaction.atomic():
            account = Account(username=username, person=person, demo=person.demo)
            account.set_password(password)
            with ledger.act("parties.account_added", actor, about=person, extra={"username": username}):
                account.save()
    except IntegrityError:
        raise _refuse(f"账号“{username}”已有人使用。", "username", "换一个账号名") from None
    return account


def add_seat(row: Seat, actor: Actor) -> ledger.Receipt:
    """Give an account a role in a body or for an enterprise, with term.

    Administrators hold no other seat, because they cannot see records, and give none to themselves.
    """
    _administers(actor)
    _term(row.valid_from, row.valid_until)
    if row.account_id == actor.account:
        raise _refuse("不能给自己设置岗位。", "role", "由另一名系统管理员办理")
    today = timezone.localdate()
    others = [s for s in Seat.objects.filter(account=row.account) if s.valid_until is None or s.valid_until >= today]
    if any((s.role == "admin") != (row.role == "admin") for s in others):
        raise _refuse("系统管理员不能兼任其他岗位（系统管理员不看业务记录）。", "role", "为其另设账号或先结束现有岗位")
    if any((s.role, s.body_id, s.enterprise_id) == (row.role, row.body_id, row.enterprise_id) for s in others):
        raise _refuse("这个账号已有此岗位。", "role")
    with ledger.act("parties.seat_added", actor, about=row.account) as act:
        old = Seat.objects.filter(account=row.account, role=row.role, body=row.body, enterprise=row.enterprise).first()
        if old:
            old.valid_from, old.valid_until = row.valid_from, row.valid_until
            row = old
        row.save()
    return act.receipt


def unlock(account: Account, actor: Actor) -> None:
    """解锁 after too many misses."""
    _administers(actor)
    with ledger.act("parties.unlocked", actor, about=account):
        access.unlock(account)


def set_active(account: Account, active: bool, why: str, actor: Actor) -> None:
    """启用 or 停用 an account; its sessions end at once."""
    _administers(actor)
    if account.pk == actor.account:
        raise _refuse("不能停用自己的账号。")
    with ledger.act("parties.account_on" if active else "parties.account_off", actor, about=account, opinion=why):
        Account.objects.filter(pk=account.pk).update(is_active=active)
    if not active:
        access.end_all(account)


def reset_password(account: Account, password: str, actor: Actor) -> None:
    """A new password set by the administrator; every session of the account ends."""
    _administers(actor)
    with ledger.act("parties.password_reset", actor, about=account):
        account.set_password(password)
        account.save(update_fields=["password"])
    access.unlock(account)
    access.end_all(account)


# Delegation (HR-17-1)


def delegate(row: Delegation, actor: Actor) -> ledger.Receipt:
    """新增授权: a head in office lets somebody approve in writing, with scope and term. Refused where the house rule
    keeps approval to the principal: such a paper would give no right."""
    today = timezone.localdate()
    if not actor.has("head") or actor.person not in dict(access.heads_on(actor.body, today)):
        raise _refuse("只有本单位在任的负责人可以授权。", "", "请由负责人办理", ids=("HR-17-1",))
    if not access.delegations_count(today):
        raise _refuse("按现行约定只由主要负责人审批，授权不产生效力。", "taker", "请由主要负责人审批", ids=("HR-17-1",))
    if row.taker_id == actor.person:
        raise _refuse("不能授权给本人。", "taker", "另选受托人", ids=("HR-17-1",))
    _term(row.valid_from, row.valid_until)
    others = Delegation.objects.filter(body=actor.body, taker=row.taker, ended_at=None)
    clash = others.filter(valid_from__lte=row.valid_until, valid_until__gte=row.valid_from).first()
    if clash:
        term = f"{clash.valid_from:%Y-%m-%d} 至 {clash.valid_until:%Y-%m-%d}"
        raise _refuse(f"与 {clash.paper}（{term}）的期限重叠。", "valid_from", "改选期限，或者先终止原授权", ids=("HR-17-1",))
    with ledger.act("parties.delegate", actor, about=row, duties=("327-17-1", "HR-17-1")) as act:
        row.body_id, row.giver_id = actor.body, actor.person
        row.save()
    return act.receipt


def end_delegation(row: Delegation, actor: Actor) -> ledger.Receipt:
    """终止 before the term is over, by a head of the body."""
    if not actor.has("head") or row.body_id != actor.body or row.ended_at is not None:
        raise _refuse("由本单位负责人终止仍有效的授权。", "", "请由负责人办理", ids=("HR-17-1",))
    with ledger.act("parties.delegation.end", actor, about=row, duties=("327-17-1", "HR-17-1")) as act:
        row.ended_at = timezone.now()
        row.save()
    return act.receipt


# Parameters and calendar


def decide_parameter(name: str, text: str, start: date, ground: str, actor: Actor) -> Setting:
    """新增一版: this city's own value of a parameter or house rule, from a day on. Refused for the past and for overlaps.

    A version holds until the next one begins. What the decree itself fixes is not for a city to decide.
    """
    _administers(actor)
    parameter = shipped.shipped()[name]
    broken = []
    if not parameter.is_house_rule:
        broken.append(Breach("条文已定的数值不能由平台改动。", (Remedy("条文修改后，随新版本载入"),), "value", parameter.source[:1]))
    if start < timezone.localdate():
        broken.append(Breach("生效日不能早于今天：已办事项按当时的约定。", (), "valid_from"))
    if (last := Setting.objects.filter(name=name).order_by("-valid_from").first()) and last.valid_from >= start:
        broken.append(Breach(f"与 {last.valid_from} 起生效的版本重叠，生效日须晚于该日。", (), "valid_from"))
    if not ground.strip():
        broken.append(Breach("请写明依据或决定文号。", (), "ground"))
    try:
        shipped.parse(name, text)
    except ValueError:
        broken.append(Breach("取值不在允许的范围内。", (), "value"))
    if broken:
        raise Refused(broken)
    row = Setting(
        name=name, value=text, valid_from=start, decided_by=actor.name, decided_at=timezone.now(), ground=ground.strip(),
    )
    with ledger.act("kernel.parameter", actor, about=row, opinion=row.ground, extra={"name": name, "value": text, "from": start}):
        row.save()
    parameters.forget()
    return row


@dataclass(frozen=True)
class DayLine:
    """One day of a notice: a holiday, or a weekend day that is worked."""

    day: date
    working: bool
    name: str


def import_days(lines: Iterable[DayLine], source: str, actor: Actor) -> int:
    """导入通知: days of a holiday notice; the newest notice has the last word. How many days were new or changed."""
    _administers(actor)
    there = {d.day: d for d in Day.objects.filter(day__in=[x.day for x in lines])}
    changed = [x for x in lines if x.day not in there or (there[x.day].working, there[x.day].name) != (x.working, x.name)]
    with ledger.act("kernel.calendar", actor, opinion=source, extra={"days": [[x.day, x.working, x.name] for x in changed]}):
        for x in changed:
            Day.objects.update_or_create(day=x.day, defaults={"working": x.working, "name": x.name, "source": source})
    calendar.forget()
    return len(changed)


def spans(text: str) -> list[date]:
    """Days of ``2027-01-01`` or ``2027-02-05至2027-02-11``. ValueError when it is neither."""
    first, _, last = text.replace("～", "至").replace("~", "至").partition("至")
    start = date.fromisoformat(first.strip())
    end = date.fromisoformat(last.strip()) if last.strip() else start
    if end < start or (end - start).days > 31:
        raise ValueError(text)
    return [start + timedelta(days=i) for i in range((end - start).days + 1)]

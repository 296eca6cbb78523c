"""What holds for the whole city (article 8 paragraph 2): owned by the city's judicial office, changed by two of its people.

A change is proposed by one person and carried out when another confirms it. Each kind of thing that can be changed has one
function that checks a proposal and one that carries it out::

    @changes("key")
    class Keys: ...

Kinds that nobody carries out yet are refused. Districts and enforcement bodies change nothing here, nor does the system
administrator: he keeps the machine, not the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from jiangcheng.kernel import ledger, parameters
from jiangcheng.kernel.actor import Actor
from jiangcheng.kernel.flow import Flow, Step
from jiangcheng.kernel.ledger import Receipt
from jiangcheng.kernel.models import Setting
from jiangcheng.law import parameters as shipped
from jiangcheng.law.rule import Breach, Refused, Remedy, Rule, check_all, enforces, rule
from jiangcheng.parties.models import Body, CityChange
from jiangcheng.parties.words import CITY_STATES


@dataclass(frozen=True)
class ChangeFacts:
    """Who acts on a change of what holds for the city. ``city`` says that the person sits in the city's judicial office."""

    actor: int | None
    city: bool
    proposed_by: int | None = None
    ground: str = ""
    pending: bool = False


@rule("327-08-3")
def city_office_alone(f: ChangeFacts) -> Breach | None:
    """The city's judicial office owns what holds for the city; districts and bodies change none of it."""
    if f.city:
        return None
    way = Remedy("向市级司法行政部门提出建议")
    return Breach("全市适用的参数、平台约定、文书模板和检查码密钥由市级司法行政部门决定，其他单位不能改动。", (way,))


@rule("327-08-3")
def second_person(f: ChangeFacts) -> Breach | None:
    """The person counts, not the account."""
    if f.actor is not None and f.actor != f.proposed_by:
        return None
    return Breach("本人提出的改动，不能由本人确认。", (Remedy("由市级司法行政部门的另一人确认"),))


@rule("327-08-3")
def ground_given(f: ChangeFacts) -> Breach | None:
    """On what decision it rests."""
    return None if f.ground.strip() else Breach("请写明依据或决定文号。", (Remedy("写明依据"),), "ground")


@rule("327-08-3")
def one_at_a_time(f: ChangeFacts) -> Breach | None:
    """While one proposal waits, another one about the same thing is not put in."""
    return Breach("已有一项改动待第二人确认。", (Remedy("先确认或者撤回它", "city-home"),)) if f.pending else None


PROPOSE: tuple[Rule, ...] = (city_office_alone, ground_given, one_at_a_time)
CONFIRM: tuple[Rule, ...] = (city_office_alone, second_person)
REFUSE: tuple[Rule, ...] = (city_office_alone, ground_given)


def of_city_office(actor: Actor, record: Any = None) -> bool:
    """A supervisor seated in the city's judicial office."""
    if not actor.has("supervisor") or actor.body is None or actor.person is None:
        return False
    return Body.objects.filter(pk=actor.body, judicial=True, level="city").exists()


def proposer(actor: Actor, record: Any) -> bool:
    """Who proposed the change."""
    return of_city_office(actor) and actor.person == record.proposed_by_id


CITY = Flow("city", tuple(CITY_STATES), (
    Step("confirm", ("waiting",), "done", of_city_office, "确认", CONFIRM, ("327-08-3",)),
    Step("refuse", ("waiting",), "refused", of_city_office, "不予确认", REFUSE, ("327-08-3",)),
    Step("withdraw", ("waiting",), "withdrawn", proposer, "撤回", (), ("327-08-3",)),
))


class Kind(Protocol):
    """How one kind of change is checked and carried out."""

    def problems(self, name: str, value: dict[str, Any]) -> list[Breach]:
        """What is wrong with a proposal; asked again when it is confirmed."""
        ...

    def carry_out(self, change: CityChange, actor: Actor, names: str) -> None:
        """Do it, inside the confirming transaction; ``names`` are the two who decided."""
        ...


KINDS: dict[str, Kind] = {}


def changes(kind: str) -> Any:
    """Declare how a kind of city-wide change is checked and carried out (``parameter``, ``template``, ``key``)."""

    def wrap(made: type) -> type:
        if kind in KINDS:
            raise RuntimeError(f"{kind}: changed in two places")
        KINDS[kind] = made()
        return made

    return wrap


@enforces("327-08-3")
def propose(actor: Actor, kind: str, name: str, value: dict[str, Any], said: str, ground: str) -> CityChange:
    """提出改动: waits for a second person of the city's judicial office. Refused with everything that is wrong."""
    waits = CityChange.objects.filter(kind=kind, name=name, state="waiting").exists()
    broken = [*check_all(PROPOSE, ChangeFacts(actor.person, of_city_office(actor), None, ground, waits))]
    if kind not in KINDS:
        broken.append(Breach("平台还没有开通这一类改动。", (Remedy("查看可以改动的内容", "city-home"),), ids=("327-08-3",)))
    else:
        broken += KINDS[kind].problems(name, value)
    if broken:
        raise Refused(broken)
    with transaction.atomic(), ledger.act("city.propose", actor, duties=("327-08-3",), opinion=ground.strip(), extra={"said": said}) as act:
        row = CityChange(
            kind=kind, name=name, value=value, said=said[:400], ground=ground.strip(), office_id=actor.body, proposed_by_id=actor.person,
            proposed_at=timezone.now(), state="waiting",
        )
        row.save()
        act.about = row
    return row


@enforces("327-08-3")
def confirm(actor: Actor, row: CityChange, opinion: str = "") -> Receipt:
    """确认 by the second person: the change takes effect in the same transaction, or nothing does."""
    opinion = opinion.strip() or "同意。"
    with transaction.atomic():
        if row.state == "waiting" and (broken := KINDS[row.kind].problems(row.name, row.value)):
            raise Refused(broken)
        facts = ChangeFacts(actor.person, of_city_office(actor), row.proposed_by_id)
        receipt = CITY.take("confirm", row, actor, facts, opinion=opinion, decided_by_id=actor.person, decided_at=timezone.now())
        KINDS[row.kind].carry_out(row, actor, f"{row.proposed_by.name}、{actor.name}")
    return receipt


def refuse(actor: Actor, row: CityChange, why: str) -> Receipt:
    """不予确认, with the reason."""
    with transaction.atomic():
        facts = ChangeFacts(actor.person, of_city_office(actor), row.proposed_by_id, why)
        return CITY.take("refuse", row, actor, facts, opinion=why.strip(), decided_by_id=actor.person, decided_at=timezone.now())


def withdraw(actor: Actor, row: CityChange) -> Receipt:
    """撤回 by the proposer, until the second person acts."""
    with transaction.atomic():
        return CITY.take("withdraw", row, actor, ChangeFacts(actor.person, of_city_office(actor)))


@changes("parameter")
class Parameters:
    """Dated values of house rules: value (as text) and ``from`` (the first day, ISO)."""

    def problems(self, name: str, value: dict[str, Any]) -> list[Breach]:
        """A version holds until the next one begins. What the decree itself fixes is not for a city to decide."""
        parameter, start = shipped.shipped()[name], date.fromisoformat(value["from"])
        ids, found = ("327-08-3",), []
        if not parameter.is_house_rule:
            found.append(Breach("条文已定的数值不能由平台改动。", (Remedy("条文修改后，随新版本载入"),), "value", parameter.source[:1]))
        if start < timezone.localdate():
            found.append(Breach("生效日不能早于今天：已办事项按当时的约定。", (Remedy("改选生效日，重新提出"),), "valid_from", ids))
        if (last := Setting.objects.filter(name=name).order_by("-valid_from").first()) and last.valid_from >= start:
            found.append(Breach(f"与 {last.valid_from} 起生效的版本重叠，生效日须晚于该日。", (Remedy("改选生效日，重新提出"),), "valid_from", ids))
        try:
            shipped.parse(name, value["value"])
        except ValueError:
            found.append(Breach("取值不在允许的范围内。", (Remedy("改正取值"),), "value", ids))
        return found

    def carry_out(self, change: CityChange, actor: Actor, names: str) -> None:
        """A new version of the parameter, decided by both."""
        text, start = change.value["value"], date.fromisoformat(change.value["from"])
        row = Setting(
            name=change.name, value=text, valid_from=start, decided_by=names, decided_at=timezone.now(), ground=change.ground,
        )
        said = {"name": change.name, "value": text, "from": start, "change": change.pk}
        with ledger.act("kernel.parameter", actor, about=row, duties=("327-08-3",), opinion=row.ground, extra=said):
            row.save()
        parameters.forget()


def decide_parameter(name: str, text: str, start: date, ground: str, actor: Actor, said: str = "") -> CityChange:
    """提出新增一版 of a parameter or house rule, from a day on; it holds once a second person has confirmed it."""
    return propose(actor, "parameter", name, {"value": text, "from": start.isoformat()}, said or text, ground)

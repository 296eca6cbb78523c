"""执法人员: people with their enforcement certificates (article 18). A line is known by the number of its certificate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from stdnum.cn import ric

from jiangcheng.kernel.actor import Actor
from jiangcheng.law.rule import enforces
from jiangcheng.parties import actions
from jiangcheng.parties.imports import kinds
from jiangcheng.parties.imports.kinds import NEW, SAME, UPDATE, Checked, Kind, Written
from jiangcheng.parties.models import Body, Certificate, Import, Person
from jiangcheng.sheets import Bad, Column, Line, day

COLUMNS = (
    Column("name", "姓名", ("执法人员", "人员姓名", "执法人员姓名"), required=True, width=14),
    Column("phone", "手机", ("手机号", "手机号码", "联系电话", "电话"), width=16, kind="code"),
    Column("id_number", "身份证号", ("身份证号码", "公民身份号码", "居民身份证号"),
           hint="用来认定是不是同一个人；列设为文本格式", width=24, kind="code"),
    Column("number", "执法证号", ("证号", "执法证件号", "执法证件编号", "执法证编号", "证件编号", "证件号码", "执法证件证号"), required=True,
           hint="按它认定是新增还是更新", width=20, kind="code"),
    Column("body", "所属单位", ("单位", "执法单位", "工作单位", "所在单位", "执法主体"), required=True, hint="已登记的单位全称", width=34),
    Column("issuer", "发证机关", ("发证单位", "执法证件发证机关"), required=True, width=26),
    Column("valid_from", "有效期起", ("发证日期", "起始日期", "执法证件有效期起", "有效期自"), required=True, width=14, kind="day"),
    Column("valid_until", "有效期止", ("有效期至", "截止日期", "到期日期", "执法证件有效期止", "有效期限"), required=True, width=14, kind="day"),
)
HEADS = {c.field: c.head for c in COLUMNS}
OF_PERSON, OF_CERTIFICATE = ("name", "phone", "id_number"), ("body", "issuer", "valid_from", "valid_until")


@dataclass
class Shared:
    """Bodies by name, certificates by number, people by what tells them apart, what earlier lines said."""

    bodies: dict[str, Body]
    certificates: dict[str, Certificate]
    by_id: dict[str, Person]
    by_phone: dict[tuple[str, str], Person]
    in_body: dict[tuple[str, int], list[Person]]
    demo: bool
    seen: dict[Hashable, int] = field(default_factory=dict)


@kinds.register
class Officers(Kind):
    """执法人员 with certificates."""

    slug, title, noun, columns = "officers", "导入执法人员", "执法人员", COLUMNS
    notes = (
        "按执法证号认定：没有的新增，有的更新，相同的不变。",
        "同一个人按身份证号，或者姓名加手机认定。空白的手机、身份证号不会清除已有的内容。", "登录账号和岗位另在“账号”里设置。",
    )
    personal = frozenset(("phone", "id_number"))
    part, most_rows = 200, 20_000

    def may(self, actor: Actor, upload: Import) -> None:
        kinds.administers(actor)

    def lists(self, upload: Import | None) -> Mapping[str, Sequence[str]]:
        return {"body": tuple(Body.objects.filter(enforces=True).order_by("name").values_list("name", flat=True)[:1000])}

    def begin(self, upload: Import) -> Shared:
        held = list(Certificate.objects.select_related("person", "body"))
        in_body = defaultdict(list)
        for c in held:
            in_body[c.person.name, c.body_id].append(c.person)
        people = list(Person.objects.all())
        return Shared(
            {b.name: b for b in Body.objects.all()}, {c.number: c for c in held}, {p.id_number: p for p in people if p.id_number},
            {(p.name, p.phone): p for p in people if p.phone}, in_body, bool(upload.body and upload.body.demo),
        )

    def judge(self, shared: Shared, lines: Sequence[Line]) -> list[Checked]:
        return [self._one(shared, line) for line in lines]

    def _one(self, shared: Shared, line: Line) -> Checked:
        values, bad = _values(shared, line)
        number = line.values["number"]
        bad += kinds.twice(shared.seen, line, number, "number", "证号相同") if number else []
        row = shared.certificates.get(number)
        if row is not None:
            return _known(line, values, bad, row)
        person, doubt = _person(shared, line, values)
        bad += doubt
        if bad:
            return Checked(line, kinds.BAD, tuple(bad))
        return Checked(line, NEW, target=person, values=values)

    @enforces("327-18-1")
    def save(self, shared: Shared, upload: Import, actor: Actor, part: Sequence[Checked]) -> list[Written]:
        written = []
        for one in part:
            row = one.target if one.kind == UPDATE else None
            # who came in with an earlier line is known by now, though not when this one was judged
            person = row.person if row else one.target or _person(shared, one.line, one.values)[0] or Person(demo=shared.demo)
            written += _save_person(shared, person, one.values, actor)
            if row is None:
                row = Certificate(person=person, number=one.line.values["number"])
            written += _save_certificate(row, one.values, actor)
            _remember(shared, row)
        return written


def _values(shared: Shared, line: Line) -> tuple[dict[str, Any], list[Bad]]:
    bad = kinds.lacking(line, COLUMNS)
    bad += kinds.too_long(line, Person, (("name", "name"), ("phone", "phone")), HEADS)
    bad += kinds.too_long(line, Certificate, (("number", "number"), ("issuer", "issuer")), HEADS)
    values: dict[str, Any] = {n: line.values[n] for n in ("name", "phone", "issuer") if line.values.get(n)}
    if text := line.values.get("id_number", "").upper():
        values["id_number"] = text
        if not ric.is_valid(text):
            bad.append(kinds.wrong(line, "id_number", "身份证号不对，位数或者校验位不符", "对照身份证更正"))
    name = line.values.get("body", "")
    if name and name not in shared.bodies:
        bad.append(kinds.wrong(line, "body", f"没有登记“{name}”", "用单位全称；没有登记的先导入单位"))
    values |= {"body": shared.bodies[name]} if name in shared.bodies else {}
    days: dict[str, date] = {}
    for n in ("valid_from", "valid_until"):
        if text := line.values.get(n, ""):
            found, why = day(text)
            days |= {n: found} if found else {}
            bad += [kinds.wrong(line, n, why, "写成 2026-03-01")] if why else []
    if len(days) == 2 and days["valid_until"] < days["valid_from"]:
        bad.append(kinds.wrong(line, "valid_until", "止日早于起日", "核对起止日期"))
    return values | days, bad


def _known(line: Line, values: dict[str, Any], bad: list[Bad], row: Certificate) -> Checked:
    """A certificate that is on record: its holder stays, terms and body may change."""
    if line.values["name"] and line.values["name"] != row.person.name:
        bad.append(kinds.wrong(line, "name", f"证号“{row.number}”登记在“{row.person.name}”名下", "核对姓名和证号；确系改名的先在人员资料里修改"))
    if bad:
        return Checked(line, kinds.BAD, tuple(bad), row)
    changed = kinds.differing(row.person, {n: v for n, v in values.items() if n in OF_PERSON})
    changed += kinds.differing(row, {n: v for n, v in values.items() if n in OF_CERTIFICATE})
    return Checked(line, UPDATE if changed else SAME, (), row, changed, values)


def _person(shared: Shared, line: Line, values: Mapping[str, Any]) -> tuple[Person | None, list[Bad]]:
    """The person that a new certificate is for: None for somebody new; in doubt the line is refused, never guessed."""
    if found := shared.by_id.get(values.get("id_number", "-")):
        if found.name != values.get("name"):
            return None, [kinds.wrong(line, "id_number", f"这个身份证号登记在“{found.name}”名下", "核对姓名和身份证号")]
        return found, []
    name = values.get("name", "")
    if found := shared.by_phone.get((name, values.get("phone", "-"))):
        return found, []
    body = values.get("body")
    if body is not None and shared.in_body.get((name, body.pk)) and not values.get("id_number") and not values.get("phone"):
        doubt = f"“{body.short}”已有一位“{name}”，不清楚是不是同一个人"
        return None, [kinds.wrong(line, "name", doubt, "填写身份证号或者手机；换了新证的，沿用登记的手机")]
    return None, []


def _save_person(shared: Shared, person: Person, values: Mapping[str, Any], actor: Actor) -> list[Written]:
    given = {n: v for n, v in values.items() if n in OF_PERSON}
    if person.pk and not kinds.differing(person, given):
        return []
    before = kinds.kept(person, OF_PERSON) if person.pk else None
    for name, value in given.items():
        setattr(person, name, value)
    actions.save_person(person, actor)
    return [Written(Person, person.pk, before)]


def _save_certificate(row: Certificate, values: Mapping[str, Any], actor: Actor) -> list[Written]:
    given = {n: v for n, v in values.items() if n in OF_CERTIFICATE}
    if row.pk and not kinds.differing(row, given):
        return []
    before = kinds.kept(row, OF_CERTIFICATE) if row.pk else None
    for name, value in given.items():
        setattr(row, name, value)
    actions.save_certificate(row, actor)
    return [Written(Certificate, row.pk, before)]


def _remember(shared: Shared, row: Certificate) -> None:
    person = row.person
    shared.certificates[row.number] = row
    shared.in_body[person.name, row.body_id].append(person)
    if person.id_number:
        shared.by_id[person.id_number] = person
    if person.phone:
        shared.by_phone[person.name, person.phone] = person

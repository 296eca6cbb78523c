"""The canonical form of an audited row: what exactly its digest covers, in versions that survive migrations.

A form is a list of fields with their kind, frozen in ``forms.json``. A leaf names the version it used, so that a row
written years ago is still checked by the form of its day. Personal fields enter as salted commitments (so that value
and salt can be erased and the digest still holds), long texts and files as the digest of their content, many-to-many
links as the sorted keys. Version 0 is the live form of a model that nobody froze yet (a test refuses that).
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models as m

from jiangcheng.kernel import models

FORMS_FILE = Path(__file__).with_name("forms.json")
TEXT_LIMIT = 4096  # characters; longer texts enter as a digest

_KINDS = {
    "AutoField": "int", "BigAutoField": "int", "SmallAutoField": "int", "IntegerField": "int",
    "BigIntegerField": "int", "SmallIntegerField": "int", "PositiveIntegerField": "int",
    "PositiveBigIntegerField": "int", "PositiveSmallIntegerField": "int", "BooleanField": "bool",
    "FloatField": "float", "DateTimeField": "datetime", "DateField": "date", "TimeField": "time",
    "DurationField": "duration", "JSONField": "json", "UUIDField": "uuid", "BinaryField": "binary",
    "FileField": "file", "ImageField": "file",
}  # fmt: skip


@dataclass(frozen=True)
class Form:
    """One version of the canonical form of one table."""

    table: str
    version: int
    pk: tuple[str, str, str]  # attribute, column, kind
    fields: tuple[tuple[str, str, str], ...]
    links: tuple[tuple[str, str, str, str], ...]  # name, through table, own column, other column
    personal: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON form; the table is the key it stands under."""
        return {
            "version": self.version, "pk": list(self.pk), "fields": [list(f) for f in self.fields],
            "links": [list(x) for x in self.links], "personal": list(self.personal),
        }  # fmt: skip

    def shape(self) -> tuple[Any, ...]:
        """All but the version: two forms of equal shape digest a row alike."""
        return (self.table, self.pk, self.fields, self.links, self.personal)


def text(value: Any) -> str:
    """Canonical JSON: sorted keys, no blanks, characters unescaped."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(data: str | bytes) -> str:
    """Lower-case hexadecimal SHA-256."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


# --- forms ---------------------------------------------------------------------------------------------------------


def audited_models() -> list[type[m.Model]]:
    """Every concrete audited model of the installed apps, by table name."""
    found = [x for x in apps.get_models() if getattr(x, "ledger_audited", False) and not x._meta.proxy]
    return sorted(found, key=lambda x: x._meta.db_table)


def _kind(field: m.Field) -> str:
    if field.is_relation:
        return _kind(field.target_field)
    name = field.get_internal_type()
    if name == "DecimalField":
        return f"decimal:{field.decimal_places}"
    return _KINDS.get(name, "text")


def live_form(model: type[m.Model], version: int = 0) -> Form:
    """The form that the model's fields ask for today."""
    meta = model._meta
    if meta.parents:
        raise TypeError(f"{meta.label}: an audited model may not inherit from another table")
    fields = sorted((f.attname, f.column, _kind(f)) for f in meta.concrete_fields if not f.primary_key)
    links = sorted(
        (f.name, f.remote_field.through._meta.db_table, f.m2m_column_name(), f.m2m_reverse_name())
        for f in meta.local_many_to_many if f.remote_field.through._meta.auto_created
    )
    own = {f.name: f.attname for f in meta.concrete_fields}
    personal = tuple(sorted(own[name] for name in getattr(model, "personal", ())))
    return Form(meta.db_table, version, (meta.pk.attname, meta.pk.column, _kind(meta.pk)), tuple(fields), tuple(links),
                personal)  # fmt: skip


@cache
def frozen() -> dict[str, dict[int, Form]]:
    """All frozen forms by table and version."""
    raw = json.loads(FORMS_FILE.read_text("utf-8")) if FORMS_FILE.exists() else {}
    return {table: {v["version"]: _from_dict(table, v) for v in versions} for table, versions in raw.items()}


def _from_dict(table: str, d: Mapping[str, Any]) -> Form:
    return Form(table, d["version"], tuple(d["pk"]), tuple(map(tuple, d["fields"])), tuple(map(tuple, d["links"])),
                tuple(d["personal"]))  # fmt: skip


@cache
def current_form(model: type[m.Model]) -> Form:
    """The latest frozen form if it still fits the model, else the live form (version 0)."""
    versions = frozen().get(model._meta.db_table, {})
    live = live_form(model)
    newest = versions.get(max(versions, default=0))
    return newest if newest and newest.shape() == live.shape() else live


def form_of(model: type[m.Model], version: int) -> Form | None:
    """A form by version, or None when today's table lacks a field of it (then ``ledger.reform`` was forgotten)."""
    if version == 0:
        return live_form(model)
    form = frozen().get(model._meta.db_table, {}).get(version)
    if form is None:
        return None
    here = live_form(model)
    return form if set(form.fields) <= set(here.fields) and set(form.links) <= set(here.links) else None


def unfrozen() -> list[str]:
    """Labels of audited models whose fields differ from their latest frozen form."""
    return [x._meta.label for x in audited_models() if current_form(x).version == 0]


def freeze() -> list[str]:
    """Write a new version into forms.json for every model that changed; answers with their labels.

    Run it with the migration that changes the model, and commit the file.
    """
    changed = unfrozen()
    forms = {t: [f.as_dict() for _, f in sorted(v.items())] for t, v in frozen().items()}
    for label in changed:
        model = apps.get_model(label)
        known = forms.setdefault(model._meta.db_table, [])
        known.append(live_form(model, max((f["version"] for f in known), default=0) + 1).as_dict())
    if changed:
        FORMS_FILE.write_text(_pretty(forms), "utf-8")
        frozen.cache_clear()
        current_form.cache_clear()
    return changed


def _pretty(forms: Mapping[str, list[dict[str, Any]]]) -> str:
    """One line a field, so that a change of a form is a readable difference."""
    words = json.dumps(forms, ensure_ascii=False, indent=1, sort_keys=True)
    return re.sub(r"\[[^\[\]{}]*\]", lambda m: text(json.loads(m.group())), words) + "\n"


# --- values --------------------------------------------------------------------------------------------------------


def value(kind: str, raw: Any) -> Any:
    """Canonical JSON value of a Python value as the ORM gives it."""
    if raw is None:
        return None
    name, _, places = kind.partition(":")
    make = _MAKE.get(name)
    if make is not None:
        return make(raw)
    if name == "decimal":
        return f"{raw:.{places}f}"
    return long_text(str(raw))


def long_text(words: str) -> Any:
    """The text itself, or the digest of its content when it is long."""
    return words if len(words) <= TEXT_LIMIT else {"sha256": sha256(words), "length": len(words)}


def _moment(raw: datetime) -> str:
    return raw.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _day(raw: date) -> str:
    return raw.isoformat()


def _clock(raw: time) -> str:
    return raw.strftime("%H:%M:%S.%f")


def _span(raw: timedelta) -> int:
    return raw // timedelta(microseconds=1)


_MAKE = {
    "int": int, "bool": bool, "float": repr, "datetime": _moment, "date": _day, "time": _clock, "duration": _span,
    "uuid": str, "binary": lambda raw: {"sha256": sha256(bytes(raw))}, "json": lambda raw: long_text(text(raw)),
}  # fmt: skip


def moment(raw: datetime | None) -> str | None:
    """UTC with microseconds, the form of every time in the ledger."""
    return None if raw is None else _moment(raw)


def _file(model: type[m.Model], attname: str, name: str | None) -> Any:
    """Name and digest of the content; a file that is gone digests as null, which the verifier names."""
    if not name:
        return None
    storage = model._meta.get_field(attname).storage
    try:
        with storage.open(name, "rb") as file:
            return {"name": name, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    except FileNotFoundError:
        return {"name": name, "sha256": None}


def read(model: type[m.Model], form: Form, keys: Iterable[Any] | None = None) -> dict[str, dict[str, Any]]:
    """Rows as stored now: key → canonical values, personal fields still open. ``keys`` None reads the whole table."""
    rows = model._base_manager.all() if keys is None else model._base_manager.filter(pk__in=list(keys))
    names = [form.pk[0], *(f[0] for f in form.fields)]
    found: dict[str, dict[str, Any]] = {}
    for row in rows.order_by("pk").values_list(*names):
        found[str(row[0])] = {
            name: _file(model, name, raw) if kind == "file" else value(kind, raw)
            for (name, _, kind), raw in zip(form.fields, row[1:], strict=True)
        }
    for name, *_ in form.links:
        _read_links(model, name, found, keys)
    return found


def _read_links(model: type[m.Model], name: str, found: dict[str, dict[str, Any]], keys: Any) -> None:
    field = model._meta.get_field(name)
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    for values in found.values():
        values[name] = []
    links = field.remote_field.through._base_manager.all()
    if keys is not None:
        links = links.filter(**{f"{own}__in": list(keys)})
    for mine, theirs in links.values_list(f"{own}_id", f"{other}_id"):
        if str(mine) in found:
            found[str(mine)][name].append(str(theirs))
    for values in found.values():
        values[name].sort()


# --- personal fields and digests -----------------------------------------------------------------------------------


def commit(salt: str, canonical: Any) -> str:
    """Commitment of one value: nobody without the salt can guess it."""
    return sha256(bytes.fromhex(salt) + text(canonical).encode())


def salts(form: Form, keys: Iterable[str]) -> dict[tuple[str, str], models.Salt]:
    """Salt rows of these rows of a table, by (key, field)."""
    if not form.personal:
        return {}
    return {(s.key, s.field): s for s in models.Salt.objects.filter(tab=form.table, key__in=list(keys))}


def cover(form: Form, key: str, values: dict[str, Any], known: Mapping[tuple[str, str], models.Salt],
          changed: list[models.Salt] | None = None) -> list[str]:  # fmt: skip
    """Replace personal values by commitments, in place; answers with the fields that are erased.

    With ``changed`` (when an act is recorded) missing or outdated salts are made and added to it; without it (when a
    row is checked) a value that does not fit shows as a commitment that does not fit.
    """
    erased = []
    for field in form.personal:
        salt = known.get((key, field))
        if salt is not None and salt.salt is None and values[field] in (None, ""):
            erased.append(field)
        elif changed is not None and (salt is None or salt.salt is None):
            salt = salt or models.Salt(tab=form.table, key=key, field=field)
            salt.salt = secrets.token_hex(16)
            salt.commitment = commit(salt.salt, values[field])
            changed.append(salt)
        else:
            now = commit((salt and salt.salt) or "", values[field])
            if salt is not None and changed is not None and now != salt.commitment:
                salt.commitment = now
                changed.append(salt)
            values[field] = {"commitment": now}
            continue
        values[field] = {"commitment": salt.commitment}
    return erased


def save_salts(changed: list[models.Salt]) -> None:
    """Write new and changed salts in one statement."""
    if changed:
        models.Salt.objects.bulk_create(
            [models.Salt(tab=s.tab, key=s.key, field=s.field, salt=s.salt, commitment=s.commitment) for s in changed],
            update_conflicts=True, unique_fields=["tab", "key", "field"], update_fields=["salt", "commitment"],
        )  # fmt: skip


def digest(form: Form, key: str, values: Mapping[str, Any]) -> str:
    """Digest of a row whose personal values are covered."""
    return sha256(text({"table": form.table, "pk": key, "form": form.version, "fields": values}))

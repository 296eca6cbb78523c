"""Parts of forms: fields, error summary, upload, signature, steps. Registered with ``jc``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.forms import BaseForm, CheckboxInput, CheckboxSelectMultiple, FileInput, RadioSelect, Textarea
from django.forms.boundfield import BoundField

register = template.Library()


@register.inclusion_tag("parts/errors.html")
def errors(*forms: BaseForm | None, title: str = "") -> dict[str, Any]:
    """错误汇总 of one or several forms (formsets too), each with a link to its field; receives the focus."""
    rows: list[dict[str, str]] = []
    flat = [f for form in forms if form is not None for f in (getattr(form, "forms", None) or [form])]
    for form in flat:
        if not form.is_bound:
            continue
        for name, found in form.errors.items():
            bound = form[name] if name in form.fields else None
            for error in _sentences(bound) if bound else found:
                rows.append({
                    "to": f"#{bound.id_for_label or bound.auto_id}" if bound else "", "label": str(bound.label) if bound else "",
                    "error": error,
                })
    return {"rows": rows, "title": title or f"有 {len(rows)} 处需要修改"}


@register.inclusion_tag("parts/field.html")
def field(bound: BoundField, *, kind: str = "", example: str = "", label: str = "", hide_label: bool = False) -> dict[str, Any]:
    """One field: label above, example below, error beside it; what was typed stays.

    Radio buttons and multiple choices become 选项: ``kind`` choice (rows), pair (two beside each other), segment.
    """
    widget = bound.field.widget
    error_id, hint_id = f"{bound.auto_id}-error", f"{bound.auto_id}-hint"
    hint = example or bound.help_text
    many = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    values: dict[str, Any] = {
        "f": bound, "label": label or bound.label, "hide_label": hide_label, "hint": hint, "hint_id": hint_id, "error_id": error_id,
        "errors": _sentences(bound), "kind": kind or "choice", "many": many, "single": isinstance(widget, CheckboxInput),
        "file": isinstance(widget, FileInput), "describedby": " ".join(filter(None, [hint and hint_id, bound.errors and error_id])),
    }
    if many:
        values["options"] = [_option(w) for w in bound.subwidgets]
    else:
        attrs = {"class": f"{widget.attrs.get('class', '')} input{' input-bad' if bound.errors else ''}".strip()}
        if values["single"]:
            attrs = {}
        if values["describedby"]:
            attrs["aria-describedby"] = values["describedby"]
        if bound.errors:
            attrs["aria-invalid"] = "true"
        if isinstance(widget, Textarea) and widget.attrs.get("rows") == "10":
            attrs["rows"] = "3"
        values["widget"] = bound.as_widget(attrs=attrs)
    return values


def _sentences(bound: BoundField) -> list[str]:
    """Errors of a field; a missing value is said by the field's name."""
    verb = "选择" if getattr(bound.field, "choices", None) is not None else "上传" if isinstance(bound.field.widget, FileInput) else "填写"
    found = bound.form.errors.as_data().get(bound.name, [])
    plain = [e for error in found if error.code != "required" for e in error.messages]
    asks = "：" if str(bound.label).endswith(("吗", "？")) else ""
    return [f"请{verb}{asks}{bound.label}" for error in found if error.code == "required"][:1] + plain


def _option(sub: Any) -> dict[str, Any]:
    """One choice; a second line of its label is its note. The value ``problem`` (发现问题) has a look of its own."""
    word, _, note = str(sub.choice_label).partition("\n")
    return {"tag": sub.tag(), "word": word, "note": note, "problem": str(sub.data["value"]) in {"problem", "found"}}


@register.inclusion_tag("parts/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form, in order, hidden ones first."""
    return {"form": form}


@register.inclusion_tag("parts/upload.html")
def upload(
    name: str, label: str, *, accept: str = "image/*", camera: bool = True, many: bool = True, hint: str = "",
    shown: Iterable[Any] = (),
) -> dict[str, Any]:
    """上传 / 照片位. ``shown``: things already there, each with ``url``, ``words`` (caption) and ``alt``."""
    return {"name": name, "label": label, "accept": accept, "camera": camera, "many": many, "hint": hint, "shown": list(shown)}


@register.inclusion_tag("parts/pad.html")
def pad(name: str, who: str, *, typed: bool = True, word: str = "待签名", refuse: str = "") -> dict[str, Any]:
    """签名板. Sends ``name`` (JSON: strokes of [x, y] points, width, height) and, when typed instead, ``name_typed``, ``name_code``.

    ``refuse`` is the address or anchor of 拒绝签名.
    """
    return {"name": name, "who": who, "typed": typed, "word": word, "refuse": refuse}


@register.inclusion_tag("parts/steps.html")
def steps(rows: Sequence[Any], current: int, label: str = "办理步骤") -> dict[str, Any]:
    """四步: ``rows`` are words or (word, note); ``current`` counts from 1."""
    pairs = [(r, "") if isinstance(r, str) else r for r in rows]
    return {"rows": [{"word": w, "note": n, "done": i < current, "now": i == current} for i, (w, n) in enumerate(pairs, 1)], "label": label}

"""Parts of a page, a tag each; no ``{% load %}`` needed (builtins). Each has its template in ``templates/parts/``.

Text      {{ d|cn_date }} {{ d|cn_day }} {{ t|cn_datetime }} {{ t|hm }} {{ p|mask_phone }} {{ i|mask_id }}
          {{ c|uscc }} {{ c|short_code }} {{ m|money }} {{ r|remedy_url }} {% window start end %} {% query page=2 %}
          {% link "name" arg as u %}  address or "" when the name does not exist
State     {% mark v.state_word %}  {% mark "逾期 2 个工作日" "late" %}   tones: ok warn late info wait
Limit     {% limit "还有 18 分钟" "可以开始检查" start=v.window_start end=v.window_end %}  {% limit "逾期 3 日" tone="late" %}
Missing   {% missing breaches "开始检查前" %}     breaches: law.rule.Breach; id="missing" for {% action %}
Action    {% action "领取检查码" missing=breaches %}  {% action "去检查" url=u %}  {% action "批准" name="step" value="approve" %}
          kind: primary (default), plain, ok, quiet; form="id" for a button outside its form; wide=True; small=True
Refusal   {% refusal refused number=number %}   the base layouts do it when ``refused`` is in the context
Process   {% process leaves %}  {% process leaves short=True %}   leaves of kernel.ledger.history, oldest first
Basis     {% basis "第十七条第二项" "原文或说明" %}  {% basis_of breach_or_ids %}
Forms     {% errors form %} on top, {% field form.name %} each, kind="segment"|"pair"|"choice", example="…", {% fields form %}
          {% upload "photos" "拍照取证" %}  {% pad "sign_party" "当事人：陈店长" %}  {% steps rows 3 %}
Lists     {% search placeholder="…" %} {% chips "state" rows %} {% th "限期" "due" %} {% row_height %} {% pager page_obj "条" %}
          {% empty "今天没有检查安排" "…" "查看本周" url %} (directly inside a {% for %} write {% nothing … %}) {% tiles rows %} {% tabs rows %}
          {% columns rows fixed="name" %} 显示列 with web.bulk.shown; {% keep "body" "page" %} present filters as hidden fields
          {% bulk "form-id" actions %} 批量办理, {% pick "form-id" pk "第 3 行" %} the box of a row, {% bulk_result rows %} with web.bulk.each
          (sample: base/components.html)
          tables: <div class="table-wrap" tabindex="0" role="region" aria-label="…"><table class="as-cards">, data-th on each td,
          data-row on each tr with a link (j, k, Enter)
Cards     {% due url=… name=… word=… tone=… time=… meta=… button=… %} {% person document=certificate role="主办" photo=… %}
          {% certificate_photo certificate url=… big=True %} photo or placeholder; url where the reader is not staff {% kv rows %} {% ticks rows %}
Scan      {% scanner url %}  camera, photo, typing; posts ``scanned`` and ``uscc``; the view needs 'wasm-unsafe-eval' in script-src
Waiting   {% working done total url notify=url2 %}
Record    {% progress questions current %}  {% icon "scan" %}  {% offline %}
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jiangcheng.kernel.flow import FLOWS
from jiangcheng.law import registry
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.parties.models import Certificate
from jiangcheng.web import context as page_context
from jiangcheng.web.templatetags import address, form_parts, list_parts, text
from jiangcheng.web.templatetags.address import link, usable

register = template.Library()
for _part in (address, form_parts, list_parts):
    register.tags.update(_part.register.tags)
    register.filters.update(_part.register.filters)
for _name in ("cn_date", "cn_day", "cn_datetime", "hm", "mask_phone", "mask_id", "uscc", "short_code", "money", "duration"):
    register.filter(_name, getattr(text, _name))
register.simple_tag(text.window, name="window")

KINDS = {"primary": "btn btn-primary", "plain": "btn", "ok": "btn btn-ok", "quiet": "btn btn-quiet"}


# ---- marks and strips ----
@register.simple_tag
def mark(word: Any, tone: str = "") -> SafeString | str:
    """状态标: shape and word. Without a tone the word decides."""
    if not word:
        return ""
    return format_html('<span class="mark mark-{}">{}</span>', tone or text.tone_of(word), word)


@register.inclusion_tag("parts/limit.html")
def limit(
    big: str, small: str = "", *, tone: str = "", note: str = "", label: str = "时限", start: datetime | None = None,
    end: datetime | None = None, now: datetime | None = None,
) -> dict[str, Any]:
    """时限条. With ``start`` and ``end`` it draws the window and now."""
    values: dict[str, Any] = {"big": big, "small": small, "tone": tone, "note": note, "label": label}
    if start and end:
        values["draw"] = _window_drawing(start, end, now or timezone.now())
    return values


def _window_drawing(start: datetime, end: datetime, now: datetime) -> dict[str, Any]:
    """Positions in a drawing 326 wide: a quarter of the width before the window, an eighth after it."""
    left, right = 81.0, 285.0
    x = left + (right - left) * (now - start).total_seconds() / max((end - start).total_seconds(), 1)
    x = min(max(x, 6.0), 320.0)
    anchor = "start" if x < 40 else "end" if x > 286 else "middle"
    return {
        "now_x": f"{x:.0f}", "anchor": anchor, "text_x": f"{min(max(x, 1), 325):.0f}", "now": text.hm(now), "start": text.hm(start),
        "end": text.hm(end),
        "say": f"检查时间 {text.window(start, end)}，现在 {text.hm(now)}",
    }


@register.inclusion_tag("parts/missing.html", takes_context=True)
def missing(
    context: dict[str, Any], breaches: Iterable[Breach], title: str = "", none: str = "", *, anchor: str = "missing", tone: str = "warn",
) -> dict[str, Any]:
    """缺项清单: every breach with article and the remedies open to the reader. Empty and ``none`` given: says that nothing
    is missing."""
    return {"breaches": usable(context, breaches), "title": title, "none": none, "anchor": anchor, "tone": tone}


@register.inclusion_tag("parts/action.html")
def action(
    word: str, *, url: str = "", missing: Sequence[Breach] = (), anchor: str = "missing", kind: str = "primary", form: str = "",
    name: str = "", value: str = "", wide: bool = False, small: bool = False, count_link: bool = True,
) -> dict[str, Any]:
    """A button or link. With something missing it is closed: stays in the order of focus and says 还差 N 项."""
    css = KINDS[kind] + (" btn-wide" if wide else "") + (" btn-s" if small else "")
    return {
        "word": word, "url": url, "missing": list(missing or ()), "anchor": anchor, "css": css, "form": form, "name": name,
        "value": value, "count_link": count_link,
    }


@register.inclusion_tag("parts/refusal.html")
def refusal(refused: Refused | Sequence[Breach], title: str = "", *, number: str = "") -> dict[str, Any]:
    """拒绝 409: what, basis, ways out; receives the focus."""
    found = refused.breaches if isinstance(refused, Refused) else tuple(refused)
    return {"breaches": found, "title": title, "number": number, "page_time": timezone.localtime()}


@register.inclusion_tag("parts/basis.html")
def basis(title: str, body: str = "", *, opened: bool = False) -> dict[str, Any]:
    """依据: folded, opens the clause or our wording of it."""
    return {"title": title, "body": body, "opened": opened}


@register.inclusion_tag("parts/basis.html")
def basis_of(source: Any, *, opened: bool = False) -> dict[str, Any]:
    """依据 of a breach, or of duty ids ("327-17-2 HR-17-3"): place in the law and our short wording."""
    ids = source.ids if hasattr(source, "ids") else tuple(str(source).split())
    return {
        "title": "、".join(registry.display_source(i) for i in ids),
        "body": "；".join(w.rstrip("。") for w in map(_wording, ids) if w), "opened": opened,
    }


def _wording(one: str) -> str:
    """Our wording of a duty; a page that refuses must stand even where a wording is still to be written."""
    try:
        return registry.wording(one)
    except KeyError:
        return ""


# ---- 办理过程 ----
def act_word(act: str) -> str:
    """Word of a ledger act: the button of its step, else ``context.ACT_WORDS``, else the act's name."""
    flow, _, step = act.partition(".")
    if flow in FLOWS and step in FLOWS[flow]._by_name:
        return FLOWS[flow].step(step).word
    return page_context.ACT_WORDS.get(act, act)


@register.inclusion_tag("parts/process.html")
def process(leaves: Iterable[Any], *, short: bool = False, leaf_page: str = "ledger-leaf", anchor: str = "process") -> dict[str, Any]:
    """办理过程 from the ledger, newest on top: who, office, time, opinion, duration since the last step, 存证编号.

    ``leaf_page`` is the name of the address that shows a leaf by its number; without such a page the number is text.
    """
    rows, before = [], None
    for leaf in leaves:
        number = str(getattr(leaf, "number", "") or f"{leaf.pk:010d}")
        rows.append({
            "word": act_word(leaf.act), "who": leaf.actor_name, "body": leaf.body_name, "at": leaf.at, "opinion": leaf.opinion,
            "took": text.duration((leaf.at - before).total_seconds()) if before else "", "number": number,
            "url": link(leaf_page, number), "tone": text.tone_of(getattr(leaf, "target_word", "") or "已办结"),
        })
        before = leaf.at
    return {"rows": rows[::-1], "short": short, "anchor": anchor}


# ---- cards ----
@register.inclusion_tag("parts/due.html")
def due(
    *, name: str, url: str = "", word: str = "", tone: str = "", time: str = "", meta: str | Sequence[str] = "", button: str = "",
    edge: str = "", level: int = 3,
) -> dict[str, Any]:
    """待办卡. ``edge`` next, warn or late colours the left edge; else it follows the tone. With ``button`` only it and the name are links."""
    tone = tone or (text.tone_of(word) if word else "")
    edge = edge or {"late": "late", "warn": "warn"}.get(tone, "")
    lines = [meta] if isinstance(meta, str) else list(meta)
    return {
        "name": name, "url": url, "word": word, "tone": tone, "time": time, "meta": [m for m in lines if m], "button": button,
        "edge": edge, "level": level,
    }


@register.inclusion_tag("parts/certificate_photo.html")
def certificate_photo(certificate: Certificate, url: str = "", *, big: bool = False) -> dict[str, Any]:
    """证件照片, or the placeholder that says there is none. ``url``: address for readers who are not staff."""
    address = url or link("certificate-photo", certificate.pk)
    return {
        "name": certificate.person.name, "photo": f"{address}{'&' if '?' in address else '?'}v={certificate.photo[:8]}" if certificate.photo else "",
        "drawn": certificate.person.demo, "big": big,
    }


@register.inclusion_tag("parts/person.html")
def person(
    document: Certificate | None = None, *, role: str = "", photo: str = "", small: bool = False, big: bool = False, **given: Any,
) -> dict[str, Any]:
    """人员 with certificate: photo, name, number, term and issuer of ``document``; without one, ``name`` alone.

    ``photo`` is the address of the photo for readers who are not staff. Given ``certificate`` and ``until`` are shown
    where there is no document (samples).
    """
    found: dict[str, Any] = {k: given.get(k, "") for k in ("name", "certificate", "until", "issuer", "body")}
    if document is not None:
        found |= {"name": document.person.name, "certificate": document.number, "until": document.valid_until, "issuer": document.issuer}
    return {**found, "document": document, "photo": photo, "role": role, "small": small, "big": big}


@register.inclusion_tag("parts/kv.html")
def kv(rows: Iterable[tuple[Any, ...]]) -> dict[str, Any]:
    """键值: rows (label, value) or (label, value, address); empty values are shown as 未填写."""
    return {"rows": [dict(zip(("label", "value", "url"), r, strict=False)) for r in rows]}


@register.inclusion_tag("parts/ticks.html")
def ticks(rows: Iterable[Any]) -> dict[str, Any]:
    """核对: words, or (kind, words) with kind ok, no (✕) or hm (!)."""
    pairs = [("ok", r) if isinstance(r, str) else r for r in rows]
    say = {"ok": "符合：", "no": "不符合：", "hm": "注意："}
    return {"rows": [{"kind": k, "words": w, "say": say.get(k, "")} for k, w in pairs]}


@register.inclusion_tag("parts/progress.html")
def progress(states: Sequence[str], current: int = 0, unit: str = "项") -> dict[str, Any]:
    """Progress through questions: a state each ("", done, bad); ``current`` counts from 1."""
    cells = [("cur " if i == current else "") + s for i, s in enumerate(states, 1)]
    answered = sum(bool(s) for s in states)
    return {"cells": cells, "say": f"已完成 {answered} {unit}，共 {len(states)} {unit}" + (f"，正在第 {current} {unit}" if current else "")}


@register.inclusion_tag("parts/working.html")
def working(done: int, total: int, url: str, notify: str = "", unit: str = "条") -> dict[str, Any]:
    """Longer than 2 s: ``已处理 12,400 / 100,000``, asks ``url`` for itself every 2 s; ``notify`` is 完成后通知我 (a POST)."""
    return {"done": done, "total": total, "words": f"已处理 {done:,} / {total:,} {unit}", "url": url, "notify": notify}


@register.inclusion_tag("parts/icon.html")
def icon(name: str) -> dict[str, Any]:
    """Line icon of the tab bar; always beside a word."""
    return {"name": name}


@register.inclusion_tag("parts/scanner.html", takes_context=True)
def scanner(context: dict[str, Any], url: str = "") -> dict[str, Any]:
    """扫码: camera, 从相册选, 录入信用代码. Posts ``scanned`` (text of the code, may be empty) and ``uscc`` to ``url``."""
    return {"url": url, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("parts/offline.html")
def offline() -> dict[str, Any]:
    """离线条: empty until a script says something."""
    return {}

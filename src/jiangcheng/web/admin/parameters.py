"""参数与平台约定: what the text fixes, what the house decides, from when and by whom."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from jiangcheng.kernel import ledger
from jiangcheng.kernel import parameters as dated
from jiangcheng.kernel.models import Setting
from jiangcheng.law import parameters as shipped
from jiangcheng.law import registry
from jiangcheng.parties import actions
from jiangcheng.web.admin.forms import ParameterForm
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.admin.words import TOPICS, show
from jiangcheng.web.desk import desk

SHOW = (("", "全部"), ("house", "平台约定"), ("undecided", "未决事项"), ("decided", "本市已定"), ("text", "条文规定"))


def topic(parameter: shipped.Parameter) -> str:
    """What the parameter is about, in words."""
    return registry.topic(parameter.name) if parameter.is_house_rule else TOPICS.get(parameter.name, parameter.name)


def _row(parameter: shipped.Parameter, decisions: dict[str, list[Setting]], day) -> dict:
    own = decisions.get(parameter.name, [])
    current = next((s for s in reversed(own) if s.valid_from <= day), None)
    coming = next((s for s in own if s.valid_from > day), None)
    try:
        value = show(dated.value(parameter.name, day), parameter.unit)
    except dated.NoValue:
        value = "尚未生效"
    start = current.valid_from if current else parameter.versions[-1].start
    return {
        "name": parameter.name, "topic": topic(parameter), "value": value, "article": parameter.article, "house": parameter.is_house_rule,
        "current": current, "start": start, "coming": coming,
        "wording": registry.wording(parameter.name) if parameter.is_house_rule and current is None else "",
    }


def _keep(row: dict, show_: str, q: str) -> bool:
    tests = {
        "house": row["house"], "undecided": row["house"] and not row["current"], "decided": bool(row["current"]), "text": not row["house"],
    }
    return tests.get(show_, True) and (not q or q in row["topic"] or q.upper() in row["name"].upper() or q in row["article"])


@desk("admin")
@require_safe
def parameters(request: HttpRequest) -> HttpResponse:
    """All parameters with value, clause or 平台约定, who decided, from when."""
    day = timezone.localdate()
    decisions: dict[str, list[Setting]] = {}
    for row in Setting.objects.order_by("valid_from"):
        decisions.setdefault(row.name, []).append(row)
    rows = [_row(p, decisions, day) for p in shipped.shipped().values()]
    shown = [r for r in rows if _keep(r, request.GET.get("show", ""), request.GET.get("q", "").strip())]
    chips = [(v, w, sum(_keep(r, v, "") for r in rows)) for v, w in SHOW]
    return render(request, "admin/parameters.html", {"title": "参数与平台约定", "rows": shown, "chips_rows": chips})


def _versions(parameter: shipped.Parameter, own: list[Setting]) -> list[dict[str, Any]]:
    """All versions, newest first: this city's own, then what was shipped."""
    who = "平台默认" if parameter.is_house_rule else "条文"
    return [
        *({"value": show(shipped.parse(s.name, s.value), parameter.unit), "start": s.valid_from, "who": s.decided_by, "at": s.decided_at,
           "ground": s.ground, "wrong": not stands(s)} for s in own),
        *({"value": show(v.value, parameter.unit), "start": v.start, "who": who, "at": None, "ground": parameter.article}
          for v in reversed(parameter.versions)),
    ]


def stands(row: Setting) -> bool:
    """Whether a version is still what its act on the ledger says: value, first day, reason."""
    leaf = ledger.history(row).filter(act="kernel.parameter").last()
    said = json.loads(leaf.entry) if leaf is not None else {"extra": {}, "opinion": ""}
    extra = said["extra"]
    return (extra.get("name"), extra.get("value"), extra.get("from"), said["opinion"]) == (
        row.name, row.value, row.valid_from.isoformat(), row.ground,
    )


@desk("admin")
@require_http_methods(["GET", "HEAD", "POST"])
def parameter(request: HttpRequest, name: str) -> HttpResponse:
    """One parameter: its versions; a house rule gets a new one by 新增一版."""
    found = shipped.shipped().get(name)
    if found is None:
        raise Http404
    day = timezone.localdate()
    own = list(Setting.objects.filter(name=name).order_by("-valid_from"))
    leaves = [leaf for row in reversed(own) for leaf in ledger.history(row)]
    context = {
        "title": topic(found), "parameter": found, "versions": _versions(found, own), "leaves": leaves,
        "wording": registry.wording(name) if found.is_house_rule else "",
        "question": registry.duties()[name].relates_to if found.is_house_rule else (),
    }
    if not found.is_house_rule:
        return render(request, "admin/parameter.html", context)
    current = dated.value(name, max(day, found.versions[-1].start))
    form = ParameterForm(found, current, request.POST or None)
    if request.method == "POST":
        response = one_form(
            request, form, lambda: actions.decide_parameter(
                name, form.text(), form.cleaned_data["valid_from"], form.cleaned_data["ground"], request.actor),
            title="", word="", done="已新增一版。", back=reverse("admin-parameter", args=[name]),
        )
        if response.status_code == 302:
            return response
        return render(request, "admin/parameter.html", {**context, "form": form}, status=response.status_code)
    return render(request, "admin/parameter.html", {**context, "form": form})

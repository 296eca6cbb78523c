"""市级平台管理: the city's judicial office decides parameters and house rules; one proposes, another confirms (article 8)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from jiangcheng.kernel import keys, ledger
from jiangcheng.kernel import parameters as dated
from jiangcheng.law import parameters as shipped
from jiangcheng.law import registry
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.law.screens import screen
from jiangcheng.papers.words import KINDS as PAPERS
from jiangcheng.parties import city, words
from jiangcheng.parties.models import CityChange
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web import errors
from jiangcheng.web.admin import parameters as listing
from jiangcheng.web.admin.forms import ParameterForm
from jiangcheng.web.admin.words import show
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk
from jiangcheng.web.register.pages import answer

ACT_WORDS.update({
    "city.propose": "提出改动",
    "city.confirm": "确认改动", "city.refuse": "不予确认", "city.withdraw": "撤回改动", "kernel.parameter": "新增参数版本",
})
PAGES = {"template": "city-templates", "key": "city-keys"}
"""Names of the pages that change templates and code keys, once they are there; each change goes through parties.city."""


def _pages() -> dict[str, str]:
    """Addresses of those pages that exist."""
    found = {}
    for kind, name in PAGES.items():
        try:
            found[kind] = reverse(name)
        except NoReverseMatch:
            continue
    return found


def lines(rows: Any) -> list[tuple[CityChange, str, str]]:
    """Changes with the words of what they are about and their tone."""
    return [(r, topic_of(r), words.CITY_TONES[r.state]) for r in rows]


def topic_of(row: CityChange) -> str:
    """What a change is about, in words."""
    return listing.topic(shipped.shipped()[row.name]) if row.kind == "parameter" and row.name in shipped.shipped() else row.name


@screen("city/", "327-08-3")
@desk("supervisor")
def home(request: HttpRequest) -> HttpResponse:
    """What waits for the second person; what can be changed; what was changed. Other offices read who decides."""
    if not city.of_city_office(request.actor):
        return errors.forbidden(request)
    found = scope(request.actor, CityChange.objects.select_related("proposed_by", "decided_by"))
    page = Paginator(found.exclude(state="waiting").order_by("-decided_at", "-id"), 20).get_page(request.GET.get("page"))
    return render(request, "city/home.html", {
        "title": "市级平台管理", "waiting": lines(found.filter(state="waiting").order_by("id")), "page_obj": page, "rows": lines(page),
        "me_person": request.actor.person, "parameters": len(shipped.shipped()), "undecided": len(dated.undecided()), "papers": len(PAPERS),
        "pages": _pages(), "code_key": keys.code_key().id,
    })


@screen("city/parameters/", "327-08-3")
@desk("supervisor")
def parameters(request: HttpRequest) -> HttpResponse:
    """All parameters with value, clause or 平台约定, who decided, from when; a district reads them, the city's office changes."""
    return listing.draw(request, "city-parameter")


@screen("city/parameters/<name>/", "327-08-3")
@desk("supervisor")
def parameter(request: HttpRequest, name: str) -> HttpResponse:
    """One parameter: its versions; the city's office proposes a new one, which a second person confirms."""
    found = shipped.shipped().get(name)
    if found is None:
        raise Http404
    may = city.of_city_office(request.actor)
    form = None
    if found.is_house_rule and may:
        form = ParameterForm(found, dated.value(name, max(timezone.localdate(), found.versions[-1].start)), request.POST or None)

    def work() -> str:
        if form is None:
            raise Refused(city.city_office_alone(city.ChangeFacts(request.actor.person, may)) or [
                Breach("条文已定的数值不能由平台改动。", (), ids=found.source[:1]),
            ])
        text, start = form.text(), form.cleaned_data["valid_from"]
        said = f"{show(shipped.parse(name, text), found.unit)}，自 {start.year}年{start.month}月{start.day}日 起"
        row = city.decide_parameter(name, text, start, form.cleaned_data["ground"], request.actor, said)
        return reverse("city-change", args=[row.pk])

    waits = CityChange.objects.filter(kind="parameter", name=name, state="waiting").first()
    return answer(request, "city/parameter.html", lambda: {
        **listing.about(found), "form": form, "waits": waits, "city": may, "list_page": "city-parameters",
    }, work, form, "已提出，等待第二人确认后生效。")


STEPS = {
    "confirm": city.confirm, "refuse": city.refuse, "withdraw": lambda actor, row, text: city.withdraw(actor, row),
}


@screen("city/changes/<id>/", "327-08-3")
@desk("supervisor")
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: what, on what ground, by whom; 确认 by the second person, 不予确认, 撤回; 办理过程."""
    row = visible_or_404(request.actor, CityChange.objects.select_related("proposed_by", "decided_by", "office"), pk=pk)

    def work() -> str:
        step = request.POST.get("step", "")
        if step not in STEPS:
            raise Refused([Breach("没有收到要办理的步骤。", (), ids=("327-08-3",))])
        STEPS[step](request.actor, row, request.POST.get("text", ""))
        return request.path

    return answer(request, "city/change.html", lambda: {
        "title": topic_of(row), "row": row, "tone": words.CITY_TONES[row.state], "text": request.POST.get("text", ""),
        "steps": {s.name for s in city.CITY.open_steps(row, request.actor)}, "mine": row.proposed_by_id == request.actor.person,
        "source": registry.display_source(row.name) if row.name in registry.ids() else "", "process": ledger.history(row),
    }, work, done="已办理。")

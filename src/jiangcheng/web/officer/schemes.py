"""检查方案: from a plan row to 提交审批."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.inspection.items import queries as items
from jiangcheng.inspection.plans import queries as plans
from jiangcheng.inspection.plans.models import PlanRow
from jiangcheng.inspection.visits import counters, draw, queries
from jiangcheng.inspection.visits.actions import scheme
from jiangcheng.inspection.visits.facts import scheme as facts
from jiangcheng.inspection.visits.flows import VISIT
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import calendar, ledger
from jiangcheng.law.screens import screen
from jiangcheng.parties import scope as scoping
from jiangcheng.parties.models import Certificate, Site
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.officer import acting, typed
from jiangcheng.web.officer.forms import SchemeForm, scheme_initial


def colleagues(request: HttpRequest) -> list[tuple[int, str]]:
    """Officers of the body besides oneself, with number and term of the certificate on a second line."""
    found = Certificate.objects.filter(body=request.actor.body, revoked_at=None).exclude(person=request.actor.person)
    rows = {c.person_id: f"{c.person.name}\n执法证号 {c.number}，有效期至 {c.valid_until.year}年{c.valid_until.month}月{c.valid_until.day}日"
            for c in found.select_related("person").order_by("person__name", "valid_until")}
    return list(rows.items())


@screen("officer/schemes/new", "327-17-1")
@desk("officer")
def new(request: HttpRequest) -> HttpResponse:
    """Plan rows that are open this quarter; with ``row`` the choice of the subject."""
    day = calendar.today()
    rows = plans.usable_rows(request.actor.body, day)
    asked = request.GET.get("row") or request.POST.get("row")
    if asked:
        row = next((r for r in rows if r.pk == whole(asked)), None)
        if row is None:
            raise Http404("row")
        return _subject(request, row)
    query = request.GET.get("q", "").strip()
    season = [r for r in queries.open_rows(request.actor) if not query or query in r.item_name]
    quarter = (day.month + 2) // 3
    later = sum(any(int(q) > quarter for q in r.quarters.split(",") if q) for r in rows if not plans.in_season(r, day))
    past = sum(not plans.in_season(r, day) for r in rows) - later
    newest = plans.newest(request.actor.body, day.year)
    version = items.in_force_many([r.item_id for r in season if r.item_id], day)
    shown = [(r, version.get(r.item_id)) for r in season]
    return render(request, "officer/scheme_new.html", {
        "title": "制作检查方案", "rows": shown, "later": later, "past": past, "plan": newest, "q": query,
    })


def _subject(request: HttpRequest, row: PlanRow) -> HttpResponse:
    """抽取对象 or 指定对象（需理由）; both end in a draft."""
    reason = request.POST.get("reason", "").strip()
    pool = draw.Pool(q=request.POST.get("pool", "").strip())
    query = request.GET.get("q", "").strip() or request.POST.get("q", "").strip()
    context: dict[str, Any] = {
        "title": "确定检查对象", "row": row, "q": query, "reason": reason, "pool": pool.q, "chosen": request.POST.get("site", ""),
        "key": acting.fresh_key(),
    }

    def work() -> str:
        if request.POST.get("how") == "draw":
            drawn = draw.draw_subjects(request.actor, row, 1, pool)
            visit = scheme.draft(request.actor, row_id=row.pk, draw_id=drawn.pk)
        else:
            site = whole(request.POST.get("site", ""))
            visit = scheme.draft(request.actor, row_id=row.pk, site_id=site, pick_reason=reason)
        return acting.address("visit-scheme", visit)

    return acting.form(request, work, lambda: ("officer/scheme_subject.html", context | _found(row, query)))


def _found(row: PlanRow, query: str) -> dict[str, Any]:
    everybody = draw.candidates(row, draw.Pool(free=False))
    found: list[Site] = []
    if query:
        sites = draw.sites_in(row).filter(enterprise__in=draw.candidates(row, draw.Pool(q=query, free=False)))
        found = list(sites.select_related("enterprise")[:20])
    return {"pool_size": everybody.count(), "sites": found}


@screen("officer/schemes/<no>", "327-17-1", "327-18-1", "327-15-1")
@desk("officer")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """The scheme: time, people, content. Saving keeps everything; 提交审批 says all that is missing."""
    visit = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)
    if visit.state not in scheme.EDITABLE:
        return redirect("visit-detail", number=number)
    if request.headers.get("X-Autosave"):
        return typed.keep(request, visit)
    initial = scheme_initial(visit, request.actor.person)
    form = SchemeForm(request.POST or None, initial=initial, colleagues=colleagues(request))
    since = typed.put_back(request, visit, form)

    def work() -> str:
        saved = _save(request, visit, form)
        typed.forget(request, visit)
        if request.POST.get("step") != "submit":
            messages.success(request, "检查方案已保存。")
            return acting.address("visit-scheme", visit)
        scheme.submit(request.actor, saved)
        messages.success(request, "已提交审批。负责人办理前可以撤回。")
        return acting.address("visit-detail", visit)

    def page() -> tuple[str, dict[str, Any]]:
        visit.refresh_from_db()
        return "officer/scheme.html", _page(visit, form) | {"typed_at": since}

    return acting.form(request, work, page, checked=form)


def _save(request: HttpRequest, visit: Visit, form: SchemeForm) -> Visit:
    visit = scheme.save_scheme(request.actor, visit, **form.values())
    lead = next((o for o in facts.seats(visit) if o.role == "lead"), None)
    first = lead.person_id if lead else request.actor.person
    people = [(first, "lead")] + [(p, "assist") for p in form.cleaned_data["assistants"] if p != first]
    if lead and request.actor.person not in dict(people):
        people.append((request.actor.person, "assist"))
    return scheme.set_officers(request.actor, visit, people, declared=form.cleaned_data["declared"])


def _page(visit: Visit, form: SchemeForm) -> dict[str, Any]:
    known = facts.of(visit)
    return {
        "title": "检查方案", "visit": visit, "form": form, "items": visit.items.select_related("version"), "limits": known.limits,
        "mergeable": known.mergeable, "key": acting.fresh_key(),
        "counted": counters.why_not_counted(visit), "missing": VISIT.missing("submit", known), "seats": facts.seats(visit),
        "opinion": ledger.history(visit).filter(act="visit.return").last() if visit.state == "returned" else None,
    }

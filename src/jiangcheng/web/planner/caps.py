"""频次: the published caps that bind the body, those kept as printed, and items without any."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.inspection.items import caps
from jiangcheng.inspection.items.models import Cap
from jiangcheng.kernel import calendar
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties.models import Body
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.web.planner.forms import CapForm


@screen("planner/caps", "327-15-1", "HR-15-2", "HR-15-3")
@desk("planner")
def page(request: HttpRequest) -> HttpResponse:
    """Caps in force, those kept as printed, items without any; 登记 and 停止适用."""
    ending = request.POST.get("step") == "end"
    posted = request.POST if request.method == "POST" and not ending else None
    form = CapForm(request.actor.body, posted, initial={"valid_from": calendar.today()})
    try:
        if ending:
            return _end(request)
        if posted is not None and form.is_valid():
            return _record(request, form)
    except Refused as refused:
        return refused_response(request, refused, "planner/caps.html", _context(request, form))
    return render(request, "planner/caps.html", _context(request, form), status=422 if form.is_bound else 200)


def _context(request: HttpRequest, form: CapForm) -> dict[str, Any]:
    today, body = calendar.today(), request.actor.body
    fields = list(Body.objects.get(pk=body).competences.values_list("field", flat=True))
    covers = Q(body=body) | Q(item__body=body) | (Q(body=None, item=None) & (Q(field="") | Q(field__in=fields)))
    found = caps.valid_on(today).filter(covers).select_related("item").order_by("field", "limit")
    return {
        "title": "频次", "held": [c for c in found if c.enforceable], "printed": [c for c in found if not c.enforceable],
        "gaps": caps.without_cap(body, today), "form": form, "own": body, "ended": request.POST.get("cap", ""),
        "why": request.POST.get("reason", ""),
    }


def _record(request: HttpRequest, form: CapForm) -> HttpResponse:
    """登记 a cap that binds the planner's own body."""
    given = form.cleaned_data
    body = Body.objects.get(pk=request.actor.body)
    made = caps.record(
        request.actor, caps.Printed(
            given["issuer"], given["issuer_level"], given["printed"], given["valid_from"], exceptions=given["exceptions"],
            source_url=given["source_url"],
        ), body=body, item=given["item"], field=given["field"], demo=body.demo,
    )
    read = [c for c in made if c.enforceable]
    said = "、".join(f"每{c.get_period_display()} {c.limit} 次{c.subject_class}" for c in read)
    if read:
        messages.success(request, f"已登记，读作：{said}。")
    else:
        messages.warning(request, f"已按原文保留，未能自动执行：{made[0].why_not}。")
    return redirect("planner-caps")


def _end(request: HttpRequest) -> HttpResponse:
    """停止适用 of a cap of the planner's own body."""
    asked = request.POST.get("cap", "")
    cap = Cap.objects.filter(pk=asked, body=request.actor.body).first() if asked.isdecimal() and len(asked) < 12 else None
    if cap is None:
        raise Http404("no such cap")
    caps.end(cap, request.actor, calendar.today(), request.POST.get("reason", ""))
    messages.success(request, "已停止适用，以前的日期仍按它计算。")
    return redirect("planner-caps")

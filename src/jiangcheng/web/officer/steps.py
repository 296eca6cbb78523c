"""其他法定程序: the steps that other laws add to a visit, and that one was done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from jiangcheng.inspection.visits.actions import steps
from jiangcheng.inspection.visits.models import Visit
from jiangcheng.law.screens import screen
from jiangcheng.parties import scope as scoping
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.officer import acting

ACT_WORDS["visit.step_done"] = "登记其他法定程序"


@screen("officer/visits/<no>/steps", "327-18-6")
@desk("officer")
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Each step with its source and what waits for it; 登记已办理 in words."""
    visit = scoping.visible_or_404(request.actor, Visit.objects.filter(body=request.actor.body), number=number)

    def work() -> str:
        done = steps.step_done(acting.actor(request), visit, whole(request.POST.get("step", "")) or 0, request.POST.get("note", ""))
        messages.success(request, f"已登记：{done.step.text}。")
        return acting.address("visit-steps", visit)

    def context() -> tuple[str, dict[str, Any]]:
        return "officer/steps.html", {
            "title": "其他法定程序", "visit": visit, "rows": steps.table(visit), "key": acting.fresh_key(), "posted": request.POST,
        }

    return acting.form(request, work, context)

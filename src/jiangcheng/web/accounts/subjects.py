"""待认定对象: subjects whose credit code does not settle article 4; a person decides with a reason (HR-04-1)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties import enterprises, uscc
from jiangcheng.parties.models import Enterprise
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web.accounts.forms import DecisionForm
from jiangcheng.web.desk import desk

WHO = ("officer", "planner", "head")


@screen("subjects/", "327-04-1", "HR-04-1")
@desk(*WHO)
@require_safe
def subjects(request: HttpRequest) -> HttpResponse:
    """Subjects in the own territory that wait for a decision."""
    found = scope(request.actor, Enterprise.objects.filter(applies="undecided")).order_by("name")
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    for row in page:
        row.kind = uscc.check(row.uscc).kind
    return render(request, "accounts/subjects.html", {"title": "待认定对象", "page": page})


@screen("subjects/<id>/", "327-04-1", "HR-04-1")
@desk(*WHO)
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """认定 with a reason; what was decided, by whom and why stays on the record."""
    row = visible_or_404(request.actor, Enterprise.objects.all(), pk=pk)
    found = uscc.check(row.uscc)
    initial = {} if row.applies == "undecided" else {"applies": row.applies}
    form, status = DecisionForm(request.POST or None, initial=initial), 200
    if request.method == "POST" and form.is_valid():
        try:
            enterprises.decide(row, form.cleaned_data["applies"], form.cleaned_data["reason"], request.actor)
        except Refused as refused:
            status = 409
            for breach in refused.breaches:
                form.add_error(breach.field if breach.field in form.fields else None, breach.sentence)
        else:
            messages.success(request, f"已认定：{row.get_applies_display()}。")
            return redirect("subjects")
    context = {
        "title": row.name, "row": row, "form": form, "settled": found.applies != "undecided",
        "facts": [("信用代码", row.uscc), ("代码类别", found.kind), ("登记地址", row.address), ("现行认定", row.get_applies_display()),
                  ("认定理由", row.applies_why)],
        "leaves": ledger.history(row),
    }
    return render(request, "accounts/subject.html", context, status=status)

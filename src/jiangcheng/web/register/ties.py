"""隶属和国资关系: what takes a body's checks of its own units out of the decree; entered with evidence, ended by a day."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.dateparse import parse_date

from jiangcheng.inspection.reach import actions, words
from jiangcheng.inspection.reach.models import Tie
from jiangcheng.kernel import calendar
from jiangcheng.law.rule import Breach, Refused, Remedy
from jiangcheng.law.screens import screen
from jiangcheng.papers import files
from jiangcheng.parties.scope import scope, visible_or_404
from jiangcheng.web.context import ACT_WORDS
from jiangcheng.web.desk import desk, whole
from jiangcheng.web.register.forms import TieForm
from jiangcheng.web.register.outside import READS, found_firms
from jiangcheng.web.register.pages import answer, firm

ACT_WORDS.update(words.ACT_WORDS)


@screen("ties/", "327-02-2")
@desk(*READS)
def page(request: HttpRequest) -> HttpResponse:
    """The ties within one's scope; search, filter by kind; entry with evidence and 写明止日 by the planner."""
    ending = request.POST.get("step") == "end"
    posted = (request.POST, request.FILES) if request.method == "POST" and not ending else (None, None)
    form = TieForm(*posted, initial={"valid_from": calendar.today()})

    def work() -> str:
        if ending:
            return _end(request)
        given = form.cleaned_data
        actions.save_tie(
            request.actor, firm(given["uscc"], ("327-02-2",)), kind=given["kind"], document=given["document"], evidence=given["evidence"],
            valid_from=given["valid_from"], valid_until=given["valid_until"],
        )
        return reverse("ties")

    def context() -> dict:
        query, kind = request.GET.get("q", "").strip(), request.GET.get("kind", "")
        found = scope(request.actor, Tie.objects.select_related("body", "enterprise", "evidence", "entered_by"))
        if query:
            found = found.filter(enterprise__name__icontains=query) | found.filter(enterprise__uscc__iexact=query)
        if kind in dict(words.TIE_KINDS):
            found = found.filter(kind=kind)
        return {
            "title": "隶属和国资关系", "page_obj": Paginator(found.order_by("-id"), 20).get_page(request.GET.get("page")), "form": form,
            "kinds": [("", "全部"), *words.TIE_KINDS], "today": calendar.today(), "may_enter": request.actor.has("planner"),
            "firms": found_firms(request), "firm_q": request.GET.get("firm", ""),
        }

    return answer(request, "register/ties.html", context, work, None if ending else form, "已保存。")


def _end(request: HttpRequest) -> str:
    row = scope(request.actor, Tie.objects.all()).filter(pk=whole(request.POST.get("tie", "")) or 0).first()
    if row is None:
        raise Http404("no such tie")
    last = parse_date(request.POST.get("last", "") or "0")
    if last is None:
        raise Refused([Breach("没有写明止日。", (Remedy("填写止日"),), "valid_until", ("327-02-2",))])
    actions.end_tie(request.actor, row, last)
    return reverse("ties")


@desk(*READS)
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """The evidence of a tie, for whoever reads the tie."""
    row = visible_or_404(request.actor, Tie.objects.select_related("evidence").exclude(evidence=None), pk=pk)
    kept = row.evidence
    response = HttpResponse(files.open_file(kept), content_type=kept.mime)
    response["Content-Disposition"] = "inline"
    return response

"""密钥: which keys sign, which signed before, and their change by two persons. Open to the city's judicial office as well."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from jiangcheng.kernel import keys as pairs
from jiangcheng.kernel import ledger
from jiangcheng.law.rule import Breach, Refused
from jiangcheng.law.screens import screen
from jiangcheng.parties import rotation, words
from jiangcheng.parties.identity import KeyRotation
from jiangcheng.web import errors
from jiangcheng.web.admin.tools import one_form
from jiangcheng.web.desk import desk
from jiangcheng.web.security.forms import RotationForm

USES = dict(words.KEY_USES)
TONES = {"waiting": "info", "done": "ok", "withdrawn": "wait", "lapsed": "wait"}


@screen("security/keys/", "327-08-3", "HR-08-13", "327-17-2")
@desk("security", "supervisor")
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """The keys with their terms; 提出更换 by one, waiting changes to be confirmed by another."""
    if not rotation.may(request.actor):
        return errors.forbidden(request)
    form = RotationForm(request.POST or None)
    if request.method == "POST":
        answer = one_form(
            request, form, lambda: rotation.start(form.cleaned_data["use"], form.cleaned_data["why"], request.actor), title="", word="",
            done="已提出，请另一人确认。", back=reverse("security-keys"),
        )
        if answer.status_code == 302:
            return answer
        return render(request, "security/keys.html", _context(request, form), status=answer.status_code)
    return render(request, "security/keys.html", _context(request, form))


def _context(request: HttpRequest, form: RotationForm) -> dict:
    published = sorted(rotation.published(), key=lambda k: (not k["current"], k["use"], k["until"] is None, k["until"] or 0))
    rows = list(KeyRotation.objects.order_by("-started_at")[:20])
    for row in rows:
        row.word, row.tone, row.own = row.get_state_display(), TONES[row.state], row.started_by == request.actor.person
        row.until, row.use_word = rotation.lapses_at(row), USES[row.use]
        if row.state == "waiting" and rotation.waiting(row.use) is None:
            row.word, row.tone = "逾期未确认", "wait"
    waiting = [row for row in rows if row.state == "waiting" and row.word != "逾期未确认"]
    for row in waiting:
        row.leaves = ledger.history(row)
    return {
        "title": "密钥", "keys": [{**k, "use_word": USES[k["use"]]} for k in published], "waiting": waiting,
        "past": [row for row in rows if row not in waiting], "form": form, "algorithm": pairs.wanted(),
    }


@screen("security/keys/<id>/", "327-08-3", "HR-08-13")
@desk("security", "supervisor")
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """确认更换 by the second person, or 撤回. Refused to whoever started it."""
    if not rotation.may(request.actor):
        return errors.forbidden(request)
    row = get_object_or_404(KeyRotation, pk=pk)
    if request.POST.get("step") == "withdraw":
        rotation.withdraw(row, request.POST.get("why", "").strip()[:300] or "撤回", request.actor)
        messages.success(request, "已撤回，密钥没有改变。")
    elif request.POST.get("step") == "confirm":
        done = rotation.confirm(row, request.actor)
        messages.success(request, f"{USES[row.use]}密钥已更换为 {done.new_key}。原来的公钥继续公布，旧的签名照常查验。")
    else:
        raise Refused([Breach("没有选择要办理的事。")])
    return redirect("security-keys")

"""消息投递: what did not arrive. The administrator reads way, tries and reason, never what the notice says."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiangcheng.kernel import parameters
from jiangcheng.law.rule import Refused
from jiangcheng.law.screens import screen
from jiangcheng.web import bulk, paging
from jiangcheng.web.desk import desk
from jiangcheng.web.errors import refused_response
from jiangcheng.work import outbox, words
from jiangcheng.work.models import Sending

ACTIONS = (("again", "重新投递"), ("close", "不再投递"))


@screen("admin/outbox", "327-08-2", "HR-08-20")
@desk("admin")
def page(request: HttpRequest) -> HttpResponse:
    """Ways out and how they do; failed sendings, ticked and sent again or closed."""
    if request.method == "POST":
        chosen = bulk.chosen(request, outbox.failed())
        act = outbox.again if request.POST.get("bulk") == "again" else outbox.close
        try:
            for sending in chosen:
                act(request.actor, sending)
        except Refused as refused:
            return refused_response(request, refused, "admin/outbox.html", _context(request))
        messages.success(request, f"已处理 {len(chosen)} 条。" if chosen else bulk.NOTHING_CHOSEN)
        return redirect("admin-outbox")
    return render(request, "admin/outbox.html", _context(request))


def _context(request: HttpRequest) -> dict[str, object]:
    failed = outbox.failed().select_related("notice__account")
    found = {
        row["channel"]: row for row in Sending.objects.values("channel").annotate(
            sent=Count("pk", filter=Q(done_at__isnull=False)), waits=Count("pk", filter=Q(done_at=None, failed_at=None)),
        )
    }
    set_up = {"mail": settings.MAIL_SERVER, "sms": settings.SMS_GATEWAY, "hook": settings.NOTICE_HOOK}
    ways = [(word, bool(set_up[slug]), found.get(slug, {"sent": 0, "waits": 0})) for slug, word in words.CHANNELS]
    return {
        "title": "消息投递", "page": paging.page(request, failed, 30), "ways": ways, "actions": ACTIONS,
        "tries": parameters.value("HR-08-20.tries"), "pause": parameters.value("HR-08-20.pause"),
    }

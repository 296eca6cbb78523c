"""What was typed into a form and not yet saved by its button (自动保存): kept with the person's session, not on the record.

A record changes by a person's act alone; so autosave writes no ledger leaf. What is kept goes when the form is saved, and
when somebody changed the record since.
"""

from __future__ import annotations

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from jiangcheng.inspection.visits.models import Visit
from jiangcheng.kernel import ledger

LIMIT = 20_000
"""Characters of a form that are kept at most."""


def _name(visit: Visit) -> str:
    return f"typed:{visit.number}"


def keep(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Keep the form as it stands now; nothing is checked. 413 when it is too long."""
    fields = {name: values for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"}
    if sum(len(v) for values in fields.values() for v in values) > LIMIT:
        return JsonResponse({"sentence": "内容过长，没有自动保存。"}, status=413)
    request.session[_name(visit)] = {"at": timezone.now().isoformat(), "fields": fields}
    return JsonResponse({})


def put_back(request: HttpRequest, visit: Visit, form: forms.Form) -> datetime | None:
    """Show in a form that is not sent what was typed into it before; gives the time it was kept at."""
    kept = request.session.get(_name(visit))
    if form.is_bound or kept is None:
        return None
    at = datetime.fromisoformat(kept["at"])
    last = ledger.history(visit).last()
    if last is not None and last.at > at:
        forget(request, visit)
        return None
    for name, field in form.fields.items():
        values = kept["fields"].get(name, [])
        if isinstance(field, forms.MultipleChoiceField):
            form.initial[name] = values
        else:
            form.initial[name] = bool(values) if isinstance(field, forms.BooleanField) else "".join(values[:1])
    return at


def forget(request: HttpRequest, visit: Visit) -> None:
    """The form was saved."""
    request.session.pop(_name(visit), None)

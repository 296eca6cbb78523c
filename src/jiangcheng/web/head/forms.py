"""Input boundary of the head's desk."""

from __future__ import annotations

from typing import Any

from django import forms

from jiangcheng.kernel import calendar
from jiangcheng.parties import words
from jiangcheng.parties.models import Delegation, Headship, Person
from jiangcheng.web.planner.forms import ask_to_choose


class DelegationForm(forms.ModelForm):
    """A written delegation to a deputy head, with scope and term (HR-17-1)."""

    class Meta:
        model = Delegation
        fields = ["taker", "scope", "paper", "valid_from", "valid_until"]
        labels = {"taker": "受托人", "valid_from": "自", "valid_until": "至"}
        widgets = {
            name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}) for name in ("valid_from", "valid_until")
        }
        help_texts = {
            "paper": "例：武示市监授〔2026〕3号", "taker": "只能委托给本单位的分管负责人（平台约定 HR-17-1）。",
        }

    def __init__(self, *args: Any, actor: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        ask_to_choose(self)
        day = calendar.today()
        deputies = Headship.objects.filter(body=actor.body, rank="deputy", valid_from__lte=day).exclude(valid_until__lt=day)
        self.fields["taker"].queryset = Person.objects.filter(pk__in=deputies.values("person")).exclude(pk=actor.person)
        self.fields["scope"].choices = words.DELEGATION_SCOPES

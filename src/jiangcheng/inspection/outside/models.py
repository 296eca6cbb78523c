"""Visits to enterprises that are no inspections (非执法走访): with purpose, people, evidence; no code, not counted."""

from __future__ import annotations

from django.db import models

from jiangcheng.inspection.outside import words
from jiangcheng.kernel.records import Stateful


class Outing(Stateful):
    """One visit of a body's staff to an enterprise that is no inspection of the decree: service, liaison, observation, or a
    check within a tie (own unit, state assets). No finding, order or measure hangs on one (articles 2, 4 and 40)."""

    state_words = words.STATES
    personal = ("people",)
    number = models.CharField("登记编号", max_length=40, unique=True)
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="outings")
    enterprise = models.ForeignKey("parties.Enterprise", models.PROTECT, related_name="outings")
    purpose = models.CharField("目的", max_length=16, choices=words.OTHERS)
    aim = models.CharField("做什么", max_length=300)
    people = models.CharField("前往人员", max_length=200)
    start = models.DateTimeField("开始时间")
    end = models.DateTimeField("结束时间")
    invited_by = models.CharField("企业邀请或者同意", max_length=200, blank=True)
    tie = models.ForeignKey("reach.Tie", models.PROTECT, null=True, blank=True, related_name="outings")
    note = models.CharField("走访情况", max_length=500, blank=True)
    entered_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["body", "start"]), models.Index(fields=["enterprise", "start"])]

    def __str__(self) -> str:
        return self.number

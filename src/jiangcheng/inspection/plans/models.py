"""Annual daily plans (年度日常检查计划), their rows, filings with both offices, and remarks."""

from __future__ import annotations

from django.db import models

from jiangcheng.inspection.items.words import PERIODS
from jiangcheng.inspection.plans import words
from jiangcheng.kernel.records import Audited, Stateful


class Plan(Stateful):
    """A version of a body's annual daily plan. Version 1 is the plan; later versions are adjustments that file again.

    The version in force is the newest one filed; ``late`` marks a first submission after 31 March (article 13).
    """

    state_words = words.PLAN_STATES
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="plans")
    year = models.PositiveIntegerField("年度")
    n = models.PositiveIntegerField("版本", default=1)
    adjusts = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="adjusted_by")
    reason = models.CharField("调整理由", max_length=300, blank=True)
    round = models.PositiveIntegerField("报送次数", default=0)
    submitted_at = models.DateTimeField("报送时间", null=True, blank=True)
    filed_at = models.DateTimeField("备案时间", null=True, blank=True)
    published_at = models.DateTimeField("公示时间", null=True, blank=True)
    late = models.BooleanField("逾期报送", default=False)
    drafted_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "year", "n"], name="plan_version_once")]
        indexes = [models.Index(fields=["state", "year"])]

    def __str__(self) -> str:
        return f"{self.year}年度日常检查计划" + (f"（第{self.n - 1}次调整）" if self.n > 1 else "")


class PlanRow(Audited):
    """A row with the nine contents that article 13 asks for. Blank contents stay blank until someone fills them.

    ``frequency`` and ``proportion`` are as written; ``times`` per ``period`` is what could be read from them.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="rows")
    n = models.PositiveIntegerField("行号")
    item = models.ForeignKey("items.Item", models.PROTECT, null=True, blank=True, related_name="plan_rows")
    item_name = models.CharField("检查事项", max_length=200, blank=True)
    basis = models.TextField("检查依据", blank=True)
    body_name = models.CharField("检查主体", max_length=100, blank=True)
    subjects = models.CharField("检查对象", max_length=300, blank=True)
    contents = models.TextField("检查项目", blank=True)
    manner = models.CharField("检查方式", max_length=40, blank=True)
    frequency = models.CharField("检查频次", max_length=100, blank=True)
    proportion = models.CharField("检查比例", max_length=100, blank=True)
    necessity = models.TextField("检查必要性", blank=True)
    times = models.PositiveIntegerField("次数", null=True, blank=True)
    period = models.CharField("周期", max_length=16, choices=PERIODS, blank=True)
    find = models.CharField("对象确定方式", max_length=16, choices=words.FINDS, default="draw")
    quarters = models.CharField("实施季度", max_length=20, default="1,2,3,4")
    withdrawn_at = models.DateTimeField("取消时间", null=True, blank=True)
    withdrawn_why = models.CharField("取消理由", max_length=200, blank=True)
    copied_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="copies")
    source_url = models.CharField("来源", max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "n"], name="plan_row_once")]
        ordering = ["n"]

    def __str__(self) -> str:
        return f"第{self.n}行 {self.item_name}"


class Filing(Stateful):
    """One submission of a plan to one office: the judicial office files or returns, the superior acknowledges.

    A superior without an account is recorded by document number and day (HR-13-3).
    """

    state_words = words.FILING_STATES
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="filings")
    round = models.PositiveIntegerField("报送次数")
    office_kind = models.CharField("备案部门", max_length=16, choices=words.OFFICES)
    office = models.ForeignKey("parties.Body", models.PROTECT, null=True, blank=True, related_name="filings")
    office_name = models.CharField("备案部门名称", max_length=100)
    received_at = models.DateTimeField("收到时间")
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    decided_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    number = models.CharField("回执文号", max_length=80, blank=True)
    outside_number = models.CharField("线下备案文号", max_length=80, blank=True)
    outside_day = models.DateField("线下备案日期", null=True, blank=True)
    rows = models.JSONField("报送内容", default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "round", "office_kind"], name="filing_once")]
        indexes = [models.Index(fields=["office", "state"])]

    def __str__(self) -> str:
        return f"{self.plan} {self.office_name}"


class Remark(Audited):
    """A remark of the judicial office on a row: a hint, or a point that must be mended before filing."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="remarks")
    row = models.ForeignKey(PlanRow, models.PROTECT, related_name="remarks")
    must_fix = models.BooleanField("须补正", default=False)
    text = models.CharField("意见", max_length=500)
    by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["filing", "row"], name="remark_once")]

    def __str__(self) -> str:
        return self.text


class Reminder(Audited):
    """A reminder (催办) of the judicial office to a body that is late."""

    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="plan_reminders")
    year = models.PositiveIntegerField()
    text = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.body} {self.year}"

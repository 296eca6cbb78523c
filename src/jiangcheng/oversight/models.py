"""Instructions of a government, findings by the five principles, alerts, and who looked at protected information."""

from __future__ import annotations

from django.db import models

from jiangcheng.kernel.records import Audited, Stateful
from jiangcheng.oversight import words


class Instruction(Stateful):
    """交办: what a city or district government tells a body of its territory to do, with addressee, term and reply (article 6)."""

    state_words = words.INSTRUCTION_STATES
    number = models.CharField("交办编号", max_length=40, unique=True)
    government = models.ForeignKey("parties.Body", models.PROTECT, related_name="instructions_given")
    to = models.ForeignKey("parties.Body", models.PROTECT, related_name="instructions", verbose_name="交办给")
    title = models.CharField("事由", max_length=100)
    text = models.TextField("要求", max_length=2000)
    due = models.DateField("回复期限")
    given_by = models.ForeignKey("parties.Person", models.PROTECT, related_name="+")
    given_at = models.DateTimeField("交办时间")
    reply = models.TextField("回复", blank=True)
    replied_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    replied_at = models.DateTimeField("回复时间", null=True, blank=True)
    closing = models.CharField("办结意见", max_length=300, blank=True)
    demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["to", "state"]), models.Index(fields=["government", "state"])]

    def __str__(self) -> str:
        return self.number


class Finding(Audited):
    """A complaint, report, rating or supervision finding, filed by the principles of article 5 that it touches."""

    number = models.CharField("编号", max_length=40, unique=True)
    kind = models.CharField("来源", max_length=16, choices=words.FINDING_KINDS)
    office = models.ForeignKey("parties.Body", models.PROTECT, related_name="findings_filed")
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="findings", verbose_name="所涉单位")
    visit = models.ForeignKey("visits.Visit", models.PROTECT, null=True, blank=True, related_name="findings")
    report = models.ForeignKey("visits.Report", models.PROTECT, null=True, blank=True, related_name="findings")
    principles = models.JSONField("原则", default=list)
    text = models.CharField("情况", max_length=500)
    by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("时间", db_index=True)
    demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.number

    @property
    def principle_words(self) -> list[str]:
        """The principles in words, in the order of the article."""
        return [word for slug, word in words.PRINCIPLES if slug in self.principles]


class Alert(Stateful):
    """Something that a rule of watching found, with its evidence; a person of the office looks into it and says what was done.

    ``key`` names what it is about, so that the same thing is told once.
    """

    state_words = words.ALERT_STATES
    kind = models.CharField("种类", max_length=16, choices=list(words.ALERT_KINDS.items()))
    key = models.CharField(max_length=120, unique=True)
    office = models.ForeignKey("parties.Body", models.PROTECT, null=True, related_name="alerts")
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="alerts_about")
    person = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField("情况", max_length=300)
    evidence = models.JSONField("证据", default=dict)
    at = models.DateTimeField("发现时间")
    handling = models.CharField("处理情况", max_length=500, blank=True)
    handled_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    handled_at = models.DateTimeField("处理时间", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["office", "state"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class AccessEvent(models.Model):
    """Who looked at personal data or trade secrets, when, of which enterprise or person, how many records. Only ever added to."""

    at = models.DateTimeField("时间", db_index=True)
    account = models.BigIntegerField("账号")
    person = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    name = models.CharField("姓名", max_length=100)
    role = models.CharField("岗位", max_length=16)
    body = models.ForeignKey("parties.Body", models.PROTECT, null=True, related_name="+")
    kind = models.CharField("方式", max_length=16, choices=words.ACCESS_KINDS)
    what = models.CharField("内容", max_length=100)
    about = models.CharField("对象", max_length=120, blank=True)
    records = models.PositiveIntegerField("条数", default=1)
    off_duty = models.BooleanField("与经办工作无关", default=False)
    address = models.CharField("来源地址", max_length=45, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "at"]), models.Index(fields=["body", "at"])]

    def __str__(self) -> str:
        return f"{self.name} {self.what} {self.about}"

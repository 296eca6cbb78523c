"""What the decree reaches (article 2): ties that take a body's own units out of it, and provisions that apply instead."""

from __future__ import annotations

from django.db import models

from jiangcheng.inspection.reach import words
from jiangcheng.kernel.records import Audited, Stateful


class Tie(Audited):
    """A body's relation to a unit of its own (隶属关系) or to an enterprise whose state assets it supervises, with evidence
    and term. What the body checks there is no inspection of this decree; what any other body checks there is."""

    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="ties")
    enterprise = models.ForeignKey("parties.Enterprise", models.PROTECT, related_name="ties")
    kind = models.CharField("关系", max_length=16, choices=words.TIE_KINDS)
    document = models.CharField("证明文件", max_length=200)
    evidence = models.ForeignKey("papers.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField("起")
    valid_until = models.DateField("止", null=True, blank=True)
    entered_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["body", "enterprise"])]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_kind_display()}"


class LegalException(Stateful):
    """A provision of a law, regulation or rule that applies instead of a duty of the decree (从其规定): document, clause,
    the duty it sets aside, fields and term. Entered by one person, confirmed by another (HR-02-1).

    ``office`` confirms it; with a ``body`` it holds for that body, without one for every body the office supervises.
    """

    state_words = words.STATES
    number = models.CharField("登记编号", max_length=40, unique=True)
    office = models.ForeignKey("parties.Body", models.PROTECT, related_name="exceptions_confirmed")
    body = models.ForeignKey("parties.Body", models.PROTECT, null=True, blank=True, related_name="exceptions")
    document = models.CharField("文件名称", max_length=120)
    level = models.CharField("效力层级", max_length=16, choices=words.SOURCE_LEVELS)
    clause = models.CharField("条款", max_length=60)
    says = models.CharField("另行规定的内容", max_length=300)
    duty = models.CharField("不适用的要求", max_length=20)
    fields = models.JSONField("领域", default=list)
    valid_from = models.DateField("适用起")
    valid_until = models.DateField("适用止", null=True, blank=True)
    entered_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    entered_for = models.ForeignKey("parties.Body", models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    confirmed_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["state", "office"])]

    def __str__(self) -> str:
        return self.number

    @property
    def source(self) -> str:
        """The provision as it is quoted: 《…》第…条."""
        name = self.document if self.document.startswith("《") else f"《{self.document}》"
        return f"{name}{self.clause}"

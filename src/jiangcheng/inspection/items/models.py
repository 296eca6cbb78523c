"""The item list (事项清单): items, their versions, check questions, frequency caps, and the reference library."""

from __future__ import annotations

from django.db import models

from jiangcheng.inspection.items import words
from jiangcheng.kernel.records import Audited, Stateful
from jiangcheng.parties.words import BASIS_LEVELS, FIELDS, LEVELS


class Item(Audited):
    """One inspection item of one body; what it says stands in its versions."""

    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="items")
    code = models.CharField("事项编码", max_length=40)
    demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "code"], name="item_code_once")]

    def __str__(self) -> str:
        return self.code


class ItemVersion(Stateful):
    """A version of an item: draft, in review, published (from ``effective_from`` until ``ended_on``), paused, withdrawn.

    At most one version is in force on any day: publishing a version ends the one before it.
    """

    state_words = words.STATES
    item = models.ForeignKey(Item, models.PROTECT, related_name="versions")
    n = models.PositiveIntegerField("版本")
    name = models.CharField("检查事项", max_length=200)
    initials = models.CharField(max_length=200, blank=True, db_index=True)
    field = models.CharField("领域", max_length=20, choices=FIELDS, blank=True)
    basis = models.TextField("检查依据", blank=True)
    basis_level = models.CharField("依据层级", max_length=16, choices=BASIS_LEVELS, blank=True)
    lowest_level = models.CharField("法定最低层级", max_length=16, choices=LEVELS, blank=True)
    subjects = models.CharField("检查对象", max_length=300, blank=True)
    content = models.TextField("检查内容", blank=True)
    manner = models.CharField("检查方式", max_length=16, choices=words.MANNERS, blank=True)
    standard = models.CharField("检查标准", max_length=200, blank=True)
    standard_issuer = models.CharField("标准发布机关", max_length=100, blank=True)
    standard_version = models.CharField("标准版本", max_length=60, blank=True)
    standard_from = models.DateField("标准施行日期", null=True, blank=True)
    standard_none = models.BooleanField("国务院主管部门未公布标准", default=False)
    cap_note = models.CharField("频次上限（原文）", max_length=300, blank=True)
    reason = models.CharField("新增、变更、取消理由", max_length=300, blank=True)
    effective_from = models.DateField("施行日期", null=True, blank=True)
    ended_on = models.DateField("停止施行日期", null=True, blank=True)
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    drafted_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    source_url = models.CharField("来源", max_length=400, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "n"], name="item_version_once")]
        indexes = [models.Index(fields=["state", "effective_from"]), models.Index(fields=["item", "effective_from"])]

    def __str__(self) -> str:
        return self.name


class Pause(Audited):
    """Days on which a published version was not carried out (暂停实施), from ``start`` to ``until`` inclusive."""

    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="pauses")
    start = models.DateField("暂停自")
    until = models.DateField("暂停至", null=True, blank=True)
    reason = models.CharField("理由", max_length=300)

    class Meta:
        ordering = ["start", "id"]

    def __str__(self) -> str:
        return f"{self.version} {self.start}"


class Question(Audited):
    """A check question of an item version, with its standard point and usual methods (article 19)."""

    version = models.ForeignKey(ItemVersion, models.PROTECT, related_name="questions")
    n = models.PositiveSmallIntegerField("序号")
    text = models.CharField("检查要点", max_length=300)
    basis = models.CharField("依据", max_length=300, blank=True)
    method = models.CharField("方法", max_length=16, choices=words.METHODS, default="look")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "n"], name="question_once")]
        ordering = ["n"]

    def __str__(self) -> str:
        return self.text


class Cap(Audited):
    """A published yearly frequency cap (频次上限), as parsed; what cannot be parsed keeps ``enforceable`` False.

    Covers: ``item`` if set, else ``field`` if set, else everything of ``body``, else everything in the city.
    """

    issuer = models.CharField("发布机关", max_length=100)
    issuer_level = models.CharField("发布层级", max_length=16, choices=words.CAP_LEVELS)
    body = models.ForeignKey("parties.Body", models.PROTECT, null=True, blank=True, related_name="caps")
    item = models.ForeignKey(Item, models.PROTECT, null=True, blank=True, related_name="caps")
    field = models.CharField("领域", max_length=20, choices=FIELDS, blank=True)
    subject_class = models.CharField("对象分类", max_length=100, blank=True)
    printed = models.TextField("原文")
    limit = models.PositiveIntegerField("次数", null=True, blank=True)
    period = models.CharField("周期", max_length=16, choices=words.PERIODS, blank=True)
    per = models.CharField("计数对象", max_length=16, choices=words.PERS, default="enterprise")
    min_gap_days = models.PositiveIntegerField("最小间隔（日）", null=True, blank=True)
    min_gap_months = models.PositiveIntegerField("最小间隔（月）", null=True, blank=True)
    floor = models.BooleanField("为下限", default=False)
    exceptions = models.TextField("例外", blank=True)
    enforceable = models.BooleanField("可自动执行", default=False)
    why_not = models.CharField("不能自动执行的原因", max_length=200, blank=True)
    valid_from = models.DateField("起")
    valid_until = models.DateField("止", null=True, blank=True)
    source_url = models.CharField("来源", max_length=400, blank=True)
    demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.printed


class Import(Audited):
    """An uploaded table on its way through upload, preview, check and store (上传、预览、校验、入库).

    ``content`` is the file as it came, ``fixes`` what was mended on the page (cell → text), ``stored`` what storing it
    did: counts by 新增, 更新, 不变, 有误.
    """

    kind = models.CharField("内容", max_length=16, choices=words.IMPORT_KINDS)
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="imports")
    target = models.CharField("导入到", max_length=40, blank=True)
    name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件摘要", max_length=64)
    content = models.BinaryField("文件")
    uploaded_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    fixes = models.JSONField("在线修改", default=dict)
    stored_at = models.DateTimeField("入库时间", null=True, blank=True)
    stored = models.JSONField("入库结果", default=dict)

    def __str__(self) -> str:
        return self.name


class LibraryRow(models.Model):
    """A published row of another place, kept for reference: never counted, published or inspectable by us."""

    table = models.CharField(max_length=40, db_index=True)
    n = models.PositiveIntegerField()
    title = models.CharField(max_length=400, db_index=True)
    owner = models.CharField(max_length=200, db_index=True)
    data = models.JSONField()
    source_url = models.CharField(max_length=400)
    source_title = models.CharField(max_length=300)
    source_date = models.CharField(max_length=40)
    source_kind = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["table", "n"], name="library_row_once")]

    def __str__(self) -> str:
        return self.title

"""What is issued and kept: papers, inspection codes, deliveries, files, archive packages."""

from __future__ import annotations

from django.db import models

from jiangcheng.kernel.records import Audited, Stateful
from jiangcheng.papers import words


class Paper(Audited):
    """An issued paper: number, the data it was made from, digests of its two forms. Closed after issue."""

    kind = models.CharField("种类", max_length=20, choices=words.KINDS)
    number = models.CharField("文号", max_length=80, unique=True)
    code = models.CharField("查验编号", max_length=20, unique=True)
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="papers")
    matter_kind = models.CharField(max_length=16)
    matter = models.CharField("事由编号", max_length=40, db_index=True)
    data = models.JSONField("内容")
    pdf_sha256 = models.CharField(max_length=64)
    docx_sha256 = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField("出具时间")
    issued_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="issued_papers")
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="replaced_by")
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    demo = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["matter_kind", "matter"])]

    def __str__(self) -> str:
        return self.number


class Format(Stateful):
    """统一格式: a city department's wording of one letter for its field, as a DOCX template, by day (article 21).

    The national wording holds where no filed version does (HR-21-1). ``sha256`` names the template in the file store.
    """

    state_words = words.FORMAT_STATES
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="formats")
    kind = models.CharField("种类", max_length=20, choices=words.KINDS)
    n = models.PositiveSmallIntegerField("版本")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    reason = models.CharField("制定理由", max_length=300)
    effective_from = models.DateField("施行日期")
    ended_on = models.DateField("停止施行", null=True, blank=True)
    drafted_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    number = models.CharField("备案号", max_length=80, blank=True)
    filed_at = models.DateTimeField("备案时间", null=True, blank=True)
    demo = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "kind", "n"], name="format_version")]
        indexes = [models.Index(fields=["kind", "state", "effective_from"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}第 {self.n} 版"


class InspectionCode(Stateful):
    """检查码: the signed code of one approved visit, shown and scanned at the door (article 17).

    ``state`` is ready, used or revoked; not-yet and expired follow from the window. ``secret`` makes the part of the
    QR that changes every 30 s. ``generation`` counts the codes of one visit.
    """

    state_words = words.CODE_STATES
    visit = models.CharField("检查编号", max_length=40, db_index=True)
    generation = models.PositiveSmallIntegerField(default=1)
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="codes")
    uscc = models.CharField(max_length=18)
    token = models.CharField(max_length=200, unique=True)
    short = models.CharField("短码", max_length=10, unique=True)
    secret = models.CharField(max_length=64)
    window_start = models.DateTimeField("起")
    window_end = models.DateTimeField("止")
    digest = models.CharField("内容摘要", max_length=64)
    key_id = models.CharField(max_length=16)
    issued_at = models.DateTimeField("领取时间")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    used_by = models.CharField("使用方式", max_length=16, choices=words.REDEEM_WAYS, blank=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_why = models.CharField("撤销原因", max_length=200, blank=True)
    late_anchored = models.BooleanField("检查点中断期间签发", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "generation"], name="code_generation"),
            models.UniqueConstraint(fields=["visit"], condition=models.Q(state="ready"), name="one_ready_code"),
        ]

    def __str__(self) -> str:
        return f"{self.visit} 检查码"


class Guess(models.Model):
    """Failed look-ups of short codes by address, for limiting guesses."""

    address = models.CharField(max_length=45, db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.address} {self.at}"


class Delivery(Stateful):
    """How papers of a matter reach the enterprise (送达), in one of five ways, with proof."""

    state_words = words.DELIVERY_STATES
    matter = models.CharField(max_length=40, db_index=True)
    papers = models.ManyToManyField(Paper, related_name="deliveries")
    manner = models.CharField("送达方式", max_length=16, choices=words.MANNERS)
    receiver = models.CharField("收件人", max_length=50, blank=True)
    receiver_role = models.CharField("收件人身份", max_length=50, blank=True)
    consent = models.CharField("电子送达同意记录", max_length=200, blank=True)
    reason = models.CharField("拒收理由", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=50, blank=True)
    witness_unit = models.CharField("见证人单位", max_length=100, blank=True)
    post_number = models.CharField("邮件号码", max_length=40, blank=True)
    proof = models.ForeignKey("StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    signature = models.ForeignKey("StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    delivered_at = models.DateTimeField("送达时间", null=True, blank=True)
    by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.matter} {self.get_manner_display()}"


class StoredFile(Audited):
    """A photo, scan, signature or attachment, kept under its digest in the file store."""

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=200)
    mime = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    matter = models.CharField(max_length=40, db_index=True)
    purpose = models.CharField("用途", max_length=20, choices=words.PURPOSES)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    place = models.CharField("位置", max_length=40, blank=True)
    uploaded_at = models.DateTimeField("上传时间")
    uploaded_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")
    key = models.CharField("幂等键", max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["matter", "key"], condition=~models.Q(key=""), name="file_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class ArchivePackage(Audited):
    """卷宗: the frozen package of a closed visit: index, digests, retention (article 25, HR-25-1)."""

    matter = models.CharField(max_length=40, unique=True)
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="archives")
    number = models.CharField("档号", max_length=80, unique=True)
    index = models.JSONField("卷内目录")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    retention_years = models.PositiveSmallIntegerField("保管期限（年）")
    retain_until = models.DateField("保管至")
    archived_at = models.DateTimeField("归档时间")
    archived_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.number

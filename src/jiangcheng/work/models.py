"""Work as officials know it: notices and how they are sent, hand-overs, reminders, filters that a person keeps."""

from __future__ import annotations

from django.db import models

from jiangcheng.kernel.records import Audited
from jiangcheng.work import words


class Notice(models.Model):
    """消息: one line for one account, with the page it leads to. Nothing that its reader may not know (``work.notices``)."""

    account = models.ForeignKey("parties.Account", models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=16, choices=list(words.NOTICES.items()))
    words = models.CharField(max_length=200)
    page = models.CharField(max_length=60, blank=True)
    args = models.JSONField(default=list)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"]),
            models.Index(fields=["account"], condition=models.Q(read_at=None), name="work_notice_unread"),
        ]

    def __str__(self) -> str:
        return self.words


class Sending(models.Model):
    """A notice on its way out of the platform (outbox). Written in the transaction of the act that it tells of.

    ``due_at`` is when it is tried next; ``done_at`` when the other side took it; ``failed_at`` when the last try failed, which
    makes it a task of a person; ``settled_at`` when that person closed it.
    """

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="sendings")
    channel = models.CharField(max_length=8, choices=words.CHANNELS)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="work_sending_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None, failed_at=None), name="work_sending_due"),
            models.Index(fields=["failed_at"], condition=models.Q(failed_at__isnull=False, settled_at=None), name="work_sending_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.notice_id}"


class Wish(models.Model):
    """How an account wants to be told outside the platform: addresses, and the kinds of notice for each. Default: not at all."""

    account = models.OneToOneField("parties.Account", models.CASCADE, primary_key=True, related_name="wish")
    mail = models.EmailField("电子邮件地址", blank=True)
    mobile = models.CharField("手机号码", max_length=20, blank=True)
    by_mail = models.JSONField(default=list)
    by_sms = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.account_id}"


class Handover(Audited):
    """转办: one piece of work given to a colleague who may do it. It says whose it is, and gives nobody a right."""

    kind = models.CharField(max_length=24)
    key = models.BigIntegerField()
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="+")
    giver = models.ForeignKey("parties.Person", models.PROTECT, related_name="+")
    taker = models.ForeignKey("parties.Person", models.PROTECT, related_name="+")
    reason = models.CharField("转办理由", max_length=200, blank=True)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], condition=models.Q(ended_at=None), name="work_handover_once"),
        ]
        indexes = [models.Index(fields=["taker", "kind"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Nudge(Audited):
    """催办 of one thing on one day: a second one on the same day is refused."""

    subject = models.CharField(max_length=64)
    key = models.BigIntegerField()
    day = models.DateField()
    by = models.ForeignKey("parties.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "key", "day"], name="work_nudge_once_a_day")]

    def __str__(self) -> str:
        return f"{self.subject} {self.key} {self.day}"


class Filter(models.Model):
    """保存的筛选: an address of a list under a name, for one account."""

    account = models.ForeignKey("parties.Account", models.CASCADE, related_name="filters")
    page = models.CharField(max_length=60)
    name = models.CharField("名称", max_length=20)
    query = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "page", "name"], name="work_filter_once")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

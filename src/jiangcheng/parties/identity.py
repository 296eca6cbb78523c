"""Tables of who proves what: second step, recovery codes, passkeys, accounts at an identity provider, changes of keys."""

from __future__ import annotations

from django.db import models

from jiangcheng.kernel.records import Audited
from jiangcheng.parties import words


class SecondStep(models.Model):
    """The second step of an account's log-in: shared secret of the code app, and misses.

    ``secret`` is sealed (parties.sealing) and counts only once ``confirmed_at`` is set. ``last_step`` is the last half-minute
    whose code was used: a code is good once. Misses are counted apart from those of the password, because whoever
    knows the password could otherwise set them back.
    """

    account = models.OneToOneField("parties.Account", models.CASCADE, related_name="second_step")
    secret = models.CharField(max_length=300, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account_id}"


class RecoveryCode(models.Model):
    """A code on paper for the day on which the telephone is lost. Kept as a digest; good once."""

    account = models.ForeignKey("parties.Account", models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.pk}"


class Passkey(models.Model):
    """A passkey (通行密钥, WebAuthn): its public half, and how often it signed, as far as it counts."""

    account = models.ForeignKey("parties.Account", models.CASCADE, related_name="passkeys")
    credential = models.CharField(max_length=400, unique=True)
    public = models.TextField()
    signs = models.BigIntegerField(default=0)
    name = models.CharField("名称", max_length=40)
    added_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.account_id} {self.name}"


class Identity(models.Model):
    """An account at the identity provider (统一身份认证) that stands for one account here. Bound in so many words, never by name."""

    account = models.ForeignKey("parties.Account", models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=200)
    subject = models.CharField("标识", max_length=200)
    bound_at = models.DateTimeField(auto_now_add=True)
    bound_by = models.CharField(max_length=100)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once"),
            models.UniqueConstraint(fields=["account", "issuer"], name="identity_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.issuer} {self.subject}"


class KeyRotation(Audited):
    """A change of a signing key: who started it, who confirmed it, which key gave way to which (article 8 paragraph 3).

    ``started_by`` and ``confirmed_by`` are ids of persons; the database itself refuses one person for both.
    """

    use = models.CharField("用途", max_length=16, choices=words.KEY_USES)
    state = models.CharField("状态", max_length=16, choices=words.ROTATION_STATES)
    why = models.CharField("原因", max_length=300)
    started_by = models.BigIntegerField()
    started_name = models.CharField("提出人", max_length=100)
    started_at = models.DateTimeField("提出时间")
    confirmed_by = models.BigIntegerField(null=True)
    confirmed_name = models.CharField("确认人", max_length=100, blank=True)
    confirmed_at = models.DateTimeField("确认时间", null=True)
    old_key = models.CharField(max_length=16, blank=True)
    new_key = models.CharField(max_length=16, blank=True)
    alg = models.CharField(max_length=16, blank=True)
    public = models.CharField(max_length=128, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["use"], condition=models.Q(state="waiting"), name="rotation_one_waiting"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None) | ~models.Q(confirmed_by=models.F("started_by")), name="rotation_two_persons",
            ),
            models.CheckConstraint(condition=~models.Q(state="done") | models.Q(confirmed_by__isnull=False), name="rotation_confirmed"),
        ]

    def __str__(self) -> str:
        return f"{self.use} {self.started_at:%Y-%m-%d}"

"""Who exists and who may: divisions, bodies, people, certificates, enterprises, sites, accounts, seats."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from jiangcheng.kernel.records import Audited
from jiangcheng.parties import words


class Division(models.Model):
    """An administrative division of four levels (province, city, district, street or town) or a functional zone.

    ``path`` lists the codes from the top, each followed by a slash, so that territory is a prefix question.
    A zone has a code of our own and names the district that delegates to it.
    """

    code = models.CharField("代码", max_length=16, primary_key=True)
    name = models.CharField("名称", max_length=60)
    level = models.PositiveSmallIntegerField("层级")
    kind = models.CharField("类别", max_length=16, choices=words.DIVISION_KINDS)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children", verbose_name="上级")
    delegated_by = models.ForeignKey("self", models.PROTECT, null=True, related_name="zones", verbose_name="授权的区")
    path = models.CharField("路径", max_length=120, db_index=True)
    demo = models.BooleanField("演示", default=False)

    def __str__(self) -> str:
        return self.name


class Person(Audited):
    """A natural person. One person never holds two conflicting seats in one matter, whatever the accounts."""

    personal = ("name", "phone", "id_number")
    name = models.CharField("姓名", max_length=50)
    phone = models.CharField("手机", max_length=20, blank=True)
    id_number = models.CharField("身份证号", max_length=18, blank=True)
    demo = models.BooleanField("演示", default=False)

    def __str__(self) -> str:
        return self.name


class Body(Audited):
    """An enforcement body (行政执法主体), a judicial office, a government, or a superior department.

    ``judicial_office`` is the same-level office as data; a superior outside the city is named in ``superior_name``.
    """

    name = models.CharField("名称", max_length=100, unique=True)
    short = models.CharField("简称", max_length=40)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    kind = models.CharField("类别", max_length=16, choices=words.BODY_KINDS)
    basis = models.CharField("设立或授权依据", max_length=300, blank=True)
    basis_level = models.CharField("依据层级", max_length=16, choices=words.BASIS_LEVELS, blank=True)
    principal = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="entrusted", verbose_name="委托机关")
    entrust_scope = models.CharField("委托范围", max_length=300, blank=True)
    entrust_from = models.DateField("委托起", null=True, blank=True)
    entrust_until = models.DateField("委托止", null=True, blank=True)
    level = models.CharField("层级", max_length=16, choices=words.LEVELS)
    division = models.ForeignKey(Division, models.PROTECT, related_name="bodies", verbose_name="管辖区域")
    superior = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="lower", verbose_name="上级主管部门")
    superior_name = models.CharField("上级主管部门（市外）", max_length=100, blank=True)
    judicial_office = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervised", verbose_name="同级司法行政部门"
    )
    vertical = models.BooleanField("垂直管理", default=False)
    enforces = models.BooleanField("是行政执法主体", default=True)
    judicial = models.BooleanField("是司法行政部门", default=False)
    word = models.CharField("发文代字", max_length=20, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    complaint_phone = models.CharField("监督电话", max_length=40, blank=True)
    demo = models.BooleanField("演示", default=False)
    source_url = models.CharField("来源", max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["judicial_office"]), models.Index(fields=["superior"])]

    def __str__(self) -> str:
        return self.name


class Competence(Audited):
    """A field that a body may inspect: statutory duty, authorisation or entrustment, with basis and term (article 3)."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="competences")
    field = models.CharField("领域", max_length=40)
    basis = models.CharField("依据", max_length=300)
    valid_from = models.DateField("起")
    valid_until = models.DateField("止", null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.body} {self.field}"


class Headship(Audited):
    """A head (负责人) of a body: principal or deputy, with term (HR-17-1)."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="headships")
    person = models.ForeignKey(Person, models.PROTECT, related_name="headships")
    rank = models.CharField("职务", max_length=16, choices=words.HEAD_RANKS)
    valid_from = models.DateField("起")
    valid_until = models.DateField("止", null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.person} {self.get_rank_display()}"


class Delegation(Audited):
    """Written delegation of approval (授权委托) from a head to a deputy, with scope and term (HR-17-1)."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(Person, models.PROTECT, related_name="given")
    taker = models.ForeignKey(Person, models.PROTECT, related_name="taken")
    scope = models.CharField("范围", max_length=40, choices=words.DELEGATION_SCOPES)
    paper = models.CharField("授权书文号", max_length=80)
    valid_from = models.DateField("起")
    valid_until = models.DateField("止")
    ended_at = models.DateTimeField("提前终止", null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.giver} → {self.taker}"


class Certificate(Audited):
    """An enforcement certificate (执法证件): issuer, number, term, suspension.

    ``photo`` is the digest of the holder's picture in the file store (papers.portraits); empty where none was handed in.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="certificates")
    body = models.ForeignKey(Body, models.PROTECT, related_name="certificates")
    number = models.CharField("证号", max_length=40, unique=True)
    issuer = models.CharField("发证机关", max_length=100)
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止")
    suspended_from = models.DateField("暂扣起", null=True, blank=True)
    suspended_until = models.DateField("暂扣止", null=True, blank=True)
    revoked_at = models.DateField("注销", null=True, blank=True)
    photo = models.CharField("照片", max_length=64, blank=True)

    def __str__(self) -> str:
        return self.number


class Enterprise(Audited):
    """A subject of inspection, by unified social credit code; ``applies`` says whether the decree covers it (article 4)."""

    personal = ("legal_person", "contact", "phone")
    uscc = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("名称", max_length=120, db_index=True)
    initials = models.CharField("拼音首字母", max_length=120, db_index=True, blank=True)
    applies = models.CharField("适用情况", max_length=16, choices=words.APPLIES, db_index=True)
    applies_why = models.CharField("认定理由", max_length=300, blank=True)
    division = models.ForeignKey(Division, models.PROTECT, related_name="enterprises", verbose_name="登记所在区划", null=True)
    address = models.CharField("登记地址", max_length=200, blank=True)
    industry = models.CharField("行业", max_length=60, blank=True)
    classes = models.CharField("分类标记", max_length=200, blank=True)
    legal_person = models.CharField("法定代表人", max_length=50, blank=True)
    contact = models.CharField("联系人", max_length=50, blank=True)
    phone = models.CharField("联系电话", max_length=20, blank=True)
    e_delivery_at = models.DateTimeField("同意电子送达", null=True, blank=True)
    e_delivery_by = models.CharField("同意人", max_length=50, blank=True)
    status = models.CharField("状态", max_length=16, choices=words.ENTERPRISE_STATUS, default="open")
    demo = models.BooleanField("演示", default=False)
    source_url = models.CharField("来源", max_length=400, blank=True)

    def __str__(self) -> str:
        return self.name


class Site(Audited):
    """A place of production, business or management (场所), by which territory is judged (HR-11-1)."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="sites")
    name = models.CharField("名称", max_length=80)
    address = models.CharField("地址", max_length=200)
    division = models.ForeignKey(Division, models.PROTECT, related_name="sites", verbose_name="所在区划")
    latitude = models.FloatField("纬度", null=True, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    active = models.BooleanField("在用", default=True)

    def __str__(self) -> str:
        return f"{self.name}（{self.address}）"


class AccountManager(BaseUserManager):
    """Accounts by username."""

    def create_account(self, username: str, password: str, person: Person | None) -> Account:
        account = self.model(username=username, person=person)
        account.set_password(password)
        account.save()
        return account


class Account(AbstractBaseUser):
    """A log-in. What it may do comes from its seats; a person may have several accounts."""

    username = models.CharField("账号", max_length=60, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="accounts")
    is_active = models.BooleanField("启用", default=True)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    demo = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    objects = AccountManager()

    def __str__(self) -> str:
        return self.username


class Seat(Audited):
    """A role of an account, in a body or for an enterprise, with term."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="seats")
    role = models.CharField("角色", max_length=16, choices=words.ROLES)
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="seats")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, null=True, blank=True, related_name="seats")
    valid_from = models.DateField("起")
    valid_until = models.DateField("止", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "role", "body", "enterprise"], name="seat_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.get_role_display()}"


class ClaimCode(Audited):
    """A code printed on a notice by which an enterprise claims its account (USCC + code); guesses are counted."""

    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="claim_codes")
    digest = models.CharField(max_length=64)
    tries_left = models.PositiveSmallIntegerField(default=5)
    valid_until = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    printed_on = models.CharField("印于文书", max_length=80, blank=True)

    def __str__(self) -> str:
        return f"{self.enterprise} 认领码"


class LoginEvent(models.Model):
    """A log-in attempt."""

    username = models.CharField(max_length=60, db_index=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    ok = models.BooleanField()
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.username} {self.at}"


class OpenSession(models.Model):
    """A session of an account, for the session list."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="open_sessions")
    key = models.CharField(max_length=40, unique=True)
    seat = models.ForeignKey(Seat, models.SET_NULL, null=True)
    started_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.account} {self.started_at}"

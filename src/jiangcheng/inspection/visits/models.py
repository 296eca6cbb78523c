"""One inspection (行政检查) of one subject: scheme, officers, findings, outcome, orders; and the cap counters."""

from __future__ import annotations

from django.db import models

from jiangcheng.inspection.items.words import METHODS
from jiangcheng.inspection.visits import words
from jiangcheng.kernel.records import Audited, Stateful


class Draw(Audited):
    """A recorded random draw: the pool (ordered digests), seed, algorithm and result, so that anyone can repeat it."""

    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="draws")
    row = models.ForeignKey("plans.PlanRow", models.PROTECT, related_name="draws")
    number = models.CharField("抽取记录编号", max_length=40, unique=True)
    pool = models.JSONField("名录", default=list)
    pool_note = models.CharField("名录条件", max_length=300)
    seed = models.CharField("种子", max_length=64)
    algorithm = models.CharField("算法", max_length=40)
    result = models.JSONField("结果", default=list)
    at = models.DateTimeField("抽取时间")
    by = models.ForeignKey("parties.Person", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.number


class Visit(Stateful):
    """One carrying-out of an inspection. Subject and time are visible to its people, their head and the judicial
    supervisor alone until arrival (``parties.scope``)."""

    state_words = words.STATES
    number = models.CharField("检查编号", max_length=40, unique=True)
    kind = models.CharField("检查类型", max_length=16, choices=words.KINDS)
    manner = models.CharField("检查方式", max_length=16, choices=words.MANNERS, default="onsite")
    purpose = models.CharField("检查目的", max_length=16, choices=words.PURPOSES, default="comply")
    body = models.ForeignKey("parties.Body", models.PROTECT, related_name="visits")
    enterprise = models.ForeignKey("parties.Enterprise", models.PROTECT, related_name="visits")
    site = models.ForeignKey("parties.Site", models.PROTECT, related_name="visits")
    row = models.ForeignKey("plans.PlanRow", models.PROTECT, null=True, blank=True, related_name="visits")
    order = models.ForeignKey("Order", models.PROTECT, null=True, blank=True, related_name="followups")
    chosen = models.CharField("对象确定", max_length=16, choices=words.CHOSEN)
    pick_reason = models.CharField("指定理由", max_length=300, blank=True)
    draw = models.ForeignKey(Draw, models.PROTECT, null=True, blank=True, related_name="visits")
    window_start = models.DateTimeField("检查时间起", null=True, blank=True)
    window_end = models.DateTimeField("检查时间止", null=True, blank=True)
    minutes = models.PositiveIntegerField("预计时长（分钟）", default=60)
    steps = models.TextField("检查步骤", blank=True)
    why_onsite = models.CharField("现场检查必要性", max_length=300, blank=True)
    risk = models.CharField("风险和影响", max_length=300, blank=True)
    merge = models.CharField("合并联合", max_length=16, choices=words.MERGE, default="none")
    merge_note = models.CharField("合并联合说明", max_length=300, blank=True)
    helpers = models.CharField("辅助人员", max_length=200, blank=True)
    single_officer_law = models.CharField("一人检查的法律依据", max_length=200, blank=True)
    announced_at = models.DateTimeField("预告时间", null=True, blank=True)
    drafted_by = models.ForeignKey("parties.Person", models.PROTECT, related_name="drafted_visits")
    approved_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="approved_visits")
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    offline_reason = models.CharField("无网络登记原因", max_length=100, blank=True)
    offline_device_at = models.DateTimeField("无网络登记设备时间", null=True, blank=True)
    offline_synced_at = models.DateTimeField("无网络登记补录时间", null=True, blank=True)
    offline_checked_at = models.DateTimeField("无网络登记核实时间", null=True, blank=True)
    offline_verdict = models.CharField("无网络登记核查", max_length=16, choices=words.OFFLINE_VERDICTS, blank=True)
    offline_note = models.CharField("无网络登记核查意见", max_length=300, blank=True)
    arrived_at = models.DateTimeField("到场时间", null=True, blank=True)
    arrived_place = models.CharField("到场位置", max_length=40, blank=True)
    scanned_at = models.DateTimeField("最近一次扫码时间", null=True, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    told_at = models.DateTimeField("告知时间", null=True, blank=True)
    closed_at = models.DateTimeField("办结时间", null=True, blank=True)
    receiver = models.CharField("现场接待人", max_length=50, blank=True)
    receiver_role = models.CharField("接待人职务", max_length=50, blank=True)
    statement = models.TextField("当事人陈述", blank=True)
    outcomes = models.CharField("处理结果", max_length=60, blank=True)
    not_done_why = models.CharField("未实施原因", max_length=16, choices=words.NOT_DONE, blank=True)
    not_done_note = models.CharField("未实施说明", max_length=300, blank=True)
    stopped_why = models.CharField("中止或撤销原因", max_length=300, blank=True)
    case_number = models.CharField("立案文号", max_length=80, blank=True)
    guidance = models.TextField("指导、教育记录", blank=True)
    demo = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["body", "state", "window_start"]), models.Index(fields=["enterprise", "window_start"]),
            models.Index(fields=["row", "state"]),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def outcome_list(self) -> list[str]:
        """Outcome slugs; several may stand side by side (article 20)."""
        return [o for o in self.outcomes.split(",") if o]


class VisitItem(Audited):
    """An item version that a visit checks, frozen when the scheme is made."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="items")
    version = models.ForeignKey("items.ItemVersion", models.PROTECT, related_name="visits")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "version"], name="visit_item_once")]

    def __str__(self) -> str:
        return str(self.version)


class VisitOfficer(Audited):
    """An officer on a visit: lead (主办) or assisting (协办); when certificate and code were shown; what the firm said."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="officers")
    person = models.ForeignKey("parties.Person", models.PROTECT, related_name="visit_seats")
    certificate = models.ForeignKey("parties.Certificate", models.PROTECT, related_name="visit_seats")
    role = models.CharField("分工", max_length=16, choices=words.OFFICER_ROLES)
    recusal_declared_at = models.DateTimeField("已声明无须回避", null=True, blank=True)
    shown_at = models.DateTimeField("出示证件时间", null=True, blank=True)
    seen = models.CharField("企业确认", max_length=16, blank=True)
    left_at = models.DateTimeField("更换时间", null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "person"], condition=models.Q(left_at=None), name="visit_officer_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()}"


class Answer(Audited):
    """The finding on one question, given by one officer; changed until the record is signed, then only by addition."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="answers")
    question = models.ForeignKey("items.Question", models.PROTECT, related_name="answers")
    verdict = models.CharField("检查情况", max_length=16, choices=words.VERDICTS)
    method = models.CharField("方法", max_length=16, choices=METHODS)
    method_law = models.CharField("其他方法的依据", max_length=200, blank=True)
    text = models.TextField("情况说明", blank=True)
    photos = models.ManyToManyField("papers.StoredFile", blank=True, related_name="answers")
    by = models.ForeignKey("parties.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    device_at = models.DateTimeField("设备时间", null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "question"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.question} {self.get_verdict_display()}"


class Signature(Audited):
    """A signature on the record, or the refusal to sign with reason and witness."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="signatures")
    kind = models.CharField("签名人", max_length=16, choices=words.SIGNER_KINDS)
    person = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField("姓名", max_length=50)
    way = models.CharField("方式", max_length=16, choices=words.SIGN_WAYS)
    file = models.ForeignKey("papers.StoredFile", models.PROTECT, null=True, blank=True, related_name="+")
    record_digest = models.CharField("笔录摘要", max_length=64)
    reason = models.CharField("拒签理由", max_length=300, blank=True)
    witness = models.CharField("见证人", max_length=50, blank=True)
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "kind", "name", "record_digest"], name="signature_once")
        ]

    def __str__(self) -> str:
        return f"{self.visit} {self.name}"


class Order(Stateful):
    """An order to stop or to correct (责令停止、责令改正) in writing, with term and follow-up (article 20)."""

    state_words = words.ORDER_STATES
    number = models.CharField("编号", max_length=40, unique=True)
    visit = models.ForeignKey(Visit, models.PROTECT, related_name="orders")
    kind = models.CharField("种类", max_length=16, choices=words.ORDER_KINDS)
    points = models.JSONField("责令事项", default=list)
    law_term = models.CharField("法定期限依据", max_length=200, blank=True)
    term_reason = models.CharField("期限理由", max_length=300, blank=True)
    due = models.DateField("期限")
    paper = models.ForeignKey("papers.Paper", models.PROTECT, null=True, blank=True, related_name="orders")
    submitted_at = models.DateTimeField("企业提交时间", null=True, blank=True)
    submission = models.TextField("整改说明", blank=True)
    submission_files = models.ManyToManyField("papers.StoredFile", blank=True, related_name="orders")
    extension_asked = models.CharField("延期申请", max_length=300, blank=True)
    corrected_at = models.DateTimeField("整改到位时间", null=True, blank=True)
    round = models.PositiveSmallIntegerField("期次", default=1)

    class Meta:
        indexes = [models.Index(fields=["state", "due"])]

    def __str__(self) -> str:
        return self.number


class Recusal(Audited):
    """A request that an officer stand aside, by the enterprise or the officer, and the head's decision (HR-18-2)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="recusals")
    officer = models.ForeignKey(VisitOfficer, models.PROTECT, related_name="recusals")
    asked_by = models.CharField("申请人", max_length=50)
    reason = models.CharField("理由", max_length=300)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    granted = models.BooleanField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.visit} {self.officer}"

    @property
    def sentence(self) -> str:
        """Who asks that whom stands aside: the officer of himself, or the party."""
        name = self.officer.person.name
        return f"{name}申请本人回避" if self.asked_by == name else f"当事人申请{name}回避"


class Report(Audited):
    """What is reported with an inspection code in hand: people who do not match, certificates not shown, an objection;
    without a visit (``kind`` code) what a person who read a code that is not running saw, answered by ``office``."""

    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="reports")
    kind = models.CharField(max_length=16)
    number = models.CharField("编号", max_length=40, blank=True)
    code = models.CharField("所读的码", max_length=64, blank=True)
    code_state = models.CharField("码的状态", max_length=16, blank=True)
    body = models.ForeignKey("parties.Body", models.PROTECT, null=True, blank=True, related_name="+")
    office = models.ForeignKey("parties.Body", models.PROTECT, null=True, blank=True, related_name="reports")
    text = models.CharField("内容", max_length=500)
    place = models.CharField("地点", max_length=100, blank=True)
    contact = models.CharField("联系方式", max_length=100, blank=True)
    at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    handling = models.CharField("处理情况", max_length=500, blank=True)
    opened_by = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")
    opened_with = models.ForeignKey("parties.Person", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["office", "cleared_at"])]
        constraints = [models.UniqueConstraint(fields=["number"], condition=~models.Q(number=""), name="report_number_once")]

    def __str__(self) -> str:
        return self.number or f"{self.visit} {self.kind}"


class CapCounter(models.Model):
    """Places of one cap used or reserved by one subject in one period. Changed by conditional statements alone."""

    cap_key = models.CharField(max_length=40)
    subject = models.CharField(max_length=40)
    period = models.CharField(max_length=16)
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cap_key", "subject", "period"], name="cap_counter_once")]

    def __str__(self) -> str:
        return f"{self.cap_key} {self.subject} {self.period}: {self.n}"


class CapUse(Audited):
    """A place of a cap held by a visit: reserved at issue, used at scan, returned on revocation or expiry (HR-15-8)."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="cap_uses")
    counter = models.ForeignKey(CapCounter, models.PROTECT, related_name="uses")
    cap = models.ForeignKey("items.Cap", models.PROTECT, null=True, blank=True, related_name="uses")
    row = models.ForeignKey("plans.PlanRow", models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=16)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "counter"], name="cap_use_once")]

    def __str__(self) -> str:
        return f"{self.visit} {self.state}"


class SentOnce(models.Model):
    """Idempotency keys: an act sent twice is answered with the first answer."""

    key = models.CharField(max_length=80, primary_key=True)
    account = models.BigIntegerField()
    path = models.CharField(max_length=200)
    status = models.PositiveSmallIntegerField()
    location = models.CharField(max_length=300, blank=True)
    body = models.TextField(blank=True)
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.key

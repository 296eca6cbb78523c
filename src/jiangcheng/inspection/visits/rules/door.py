"""Rules at the door: code shown and scanned, certificates shown, notice issued, people as named (articles 17, 18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from jiangcheng.inspection.visits.rules.scheme import strict_law, when_judged
from jiangcheng.inspection.visits.rules.scheme_facts import OfficerOn
from jiangcheng.law.rule import Breach, Remedy, rule

WHEN = {
    "not_yet": "尚未到检查时间", "expired": "检查码已过期，检查时间已经结束", "revoked": "检查码已撤销", "used": "检查码已使用",
    "unknown": "没有检查码", "bad_signature": "检查码签名不符",
}


@dataclass(frozen=True)
class SeatAtDoor:
    """An officer at the door: certificate today, shown or not, and what the enterprise said (yes, no or nothing)."""

    on: OfficerOn
    shown: bool
    seen: str = ""

    @property
    def name(self) -> str:
        return self.on.name


@dataclass(frozen=True)
class DoorFacts:
    """A visit at the door. ``code_state`` is a state of ``papers.codes``; ``way`` how the code is being redeemed.

    ``scanned_today`` says whether the code was scanned on this civil day; ``found_uscc`` and ``found_name`` are what
    the officer scanned or typed. ``begun``: the inspection was started; ``offline``: entered without network, so that
    what follows comes when the phone is back; ``notice``: number of the one that bears the running code;
    ``lead_settled``: the order of a follow-up visit that is no longer to be rechecked; ``items_gone``: items of the scheme
    that are not in force today, each with why; ``arrived``: its people are at the door.
    """

    number: str
    now: datetime
    today: date
    judged: bool
    code_state: str
    scanned: bool
    scanned_today: bool
    seats: tuple[SeatAtDoor, ...]
    begun: bool = False
    arrived: bool = False
    offline: bool = False
    problems: int = 0
    lead_settled: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None
    single_officer_law: str = ""
    notice: str = ""
    open_reports: tuple[str, ...] = ()
    recusal_pending: tuple[str, ...] = ()
    row_withdrawn: bool = False
    items_gone: tuple[tuple[str, str], ...] = ()
    body_name: str = ""
    office_phone: str = ""
    uscc: str = ""
    name: str = ""
    way: str = ""
    found_uscc: str = ""
    found_name: str = ""
    live: bool = True
    reason: str = ""
    device_at: datetime | None = None
    report_until: datetime | None = None
    offline_allowed: bool = True
    photo: bool = False
    why: str = ""

    def for_(self, **changes: object) -> DoorFacts:
        """The same facts with something changed."""
        return replace(self, **changes)


def to(f: DoorFacts, text: str, page: str = "visit-detail") -> Remedy:
    return Remedy(text, page, (("number", f.number),))


@rule("327-17-4", "HR-17-5")
def code_good(f: DoorFacts) -> Breach | None:
    """The code is redeemed once, inside its window."""
    if f.code_state == "valid":
        return None
    again = (to(f, "申请调整时间"),) if f.code_state in ("not_yet", "expired") else (to(f, "重新领取检查码"),)
    return Breach(f"{WHEN.get(f.code_state, '检查码无效')}，不能入企。", again)


@rule("HR-17-3", "327-17-4")
def scanned_live(f: DoorFacts) -> Breach | None:
    """The enterprise confirms what stands on the officer's screen now; a forwarded picture can be read, not confirmed."""
    if f.way != "enterprise" or f.live:
        return None
    return Breach(
        "这不是执法人员手机上正在显示的检查码，只能查看，不能确认到场。",
        (Remedy("请对方亮码后重新扫码"), Remedy("也可由执法人员扫企业码或者录入信用代码")),
    )


@rule("327-17-4", "327-08-2")
def same_subject(f: DoorFacts) -> Breach | None:
    """What is scanned or typed at the door is the subject of the visit; never gone on with anyway."""
    if f.way not in ("officer", "typed") or f.found_uscc == f.uscc:
        return None
    found = f.found_name or "未登记的主体"
    return Breach(
        f"扫描的企业与检查对象不一致。检查对象：{f.name}（{f.uscc}）；扫描结果：{found}（{f.found_uscc}）。",
        (to(f, "返回"), to(f, "未实施：对象有误", "visit-not-done")), "uscc",
    )


@rule("327-13-1", "HR-14-2")
def row_stands(f: DoorFacts) -> Breach | None:
    """The plan row was not withdrawn after the code was issued."""
    if not f.row_withdrawn:
        return None
    ways = (to(f, "撤销本次检查"), Remedy("查看年度计划", "planner-plan", (("year", f.today.year),)))
    return Breach("对应的计划行已取消，检查码随之失效，不能入企。", ways)


@rule("HR-20-2", "327-20-5")
def lead_stands(f: DoorFacts) -> Breach | None:
    """The order that a follow-up visit stands on was not settled after the code was issued."""
    if not f.lead_settled:
        return None
    order = Remedy("查看责令事项", "officer-order", (("number", f.lead_settled),))
    return Breach(f"责令事项{f.lead_settled}已经整改到位或者不再办理，不需要复查。", (to(f, "撤销本次检查"), order))


@rule("327-07-2")
def items_in_force(f: DoorFacts) -> Iterator[Breach]:
    """Items are looked at again on the day: one that was paused, withdrawn or replaced after the code was issued is not
    carried out."""
    own = to(f, "申请调整时间", "visit-reschedule") if f.arrived else to(f, "撤销本次检查")
    for name, why in f.items_gone:
        yield Breach(f"“{name}”{why}，不得实施。", (own, Remedy("按现行事项另行制作检查方案", "officer-scheme-new")), "items")


@rule("327-18-2", "327-18-1")
def certificates_good(f: DoorFacts) -> Iterator[Breach]:
    """Certificates are looked at again at the door: what was good at approval may have lapsed overnight."""
    change = (to(f, "请负责人更换人员"),)
    for seat in f.seats:
        if not seat.on.certificate.valid:
            yield Breach(seat.on.certificate.sentence, change)


@rule("327-17-4")
def scanned(f: DoorFacts) -> Breach | None:
    """No start without the scan."""
    if f.scanned:
        return None
    return Breach(
        "尚未扫码，不能开始检查。",
        (
            to(f, "请企业扫描检查码", "visit-code"), Remedy("扫企业码或录入统一社会信用代码", "officer-scan", (("number", f.number),)),
            to(f, "现场无网络的，选择“无网络登记”并写明原因", "visit-offline"),
        ),
    )


@rule("327-17-4", "HR-17-5")
def inside_window(f: DoorFacts) -> Iterator[Breach]:
    """It starts on the day of the scan, inside the window; an entry without network starts when the phone is back."""
    if f.offline or not f.scanned:
        return
    if f.window_end and f.now > f.window_end:
        yield Breach("检查时间已经结束，不能开始检查。", (to(f, "申请调整时间"), to(f, "未实施", "visit-not-done")))
    elif not f.scanned_today:
        yield Breach("今天尚未扫码，不能开始检查。", (to(f, "中止后请企业再次扫描检查码", "visit-pause"),))


@rule("327-08-2", "327-17-4")
def had_begun(f: DoorFacts) -> Breach | None:
    """Only what was started goes on; what was not goes back to the door, where the start asks for everything."""
    if f.begun:
        return None
    return Breach("检查还没有开始，不能直接继续。", (to(f, "返回现场后开始检查"),))


@rule("327-17-4")
def scanned_again(f: DoorFacts) -> Breach | None:
    """A visit goes on on a second day with the same code, scanned again inside the window."""
    if f.window_end and f.now > f.window_end:
        return Breach("检查时间已经结束，不能继续检查。", (to(f, "申请调整时间"), to(f, "结束检查", "visit-finish")))
    if f.scanned_today:
        return None
    return Breach("今天尚未扫码，不能继续检查。", (to(f, "请企业再次扫描检查码", "visit-code"),))


@rule("327-18-2")
def certificates_shown(f: DoorFacts) -> Iterator[Breach]:
    """Each officer has shown the certificate, unasked; an enterprise that says otherwise is to be shown it again."""
    for seat in f.seats:
        if not seat.shown:
            said = "，企业反映未出示" if seat.seen == "no" else ""
            yield Breach(f"{seat.name}尚未出示执法证件{said}。", (to(f, "展示证件", "visit-certificates"),))


@rule("327-18-1")
def two_on_the_spot(f: DoorFacts) -> Breach | None:
    """Two officers with good certificates are there when it starts."""
    good = sum(s.on.certificate.valid for s in f.seats)
    if good >= (1 if strict_law(f.single_officer_law) else 2):
        return None
    return Breach(f"证件有效的检查人员只有 {good} 人，不得少于两人。", (to(f, "请负责人更换人员"),))


@rule("327-17-3")
def notice_issued(f: DoorFacts) -> Breach | None:
    """行政检查通知书 is issued before anything is inspected, for the people and the time of the running code."""
    if f.notice:
        return None
    return Breach("尚未出具行政检查通知书。", (to(f, "出具通知书", "visit-notice"),))


@rule("327-18-2", "HR-17-7")
def people_confirmed(f: DoorFacts) -> Iterator[Breach]:
    """What the enterprise reported about the people is cleared first, by scanning its code or by the head's word."""
    for one in f.open_reports:
        yield Breach(
            f"企业反映：{one}，请先核实。",
            (Remedy("扫企业码或录入信用代码", "officer-scan", (("number", f.number),)), to(f, "请负责人核实"),
             Remedy(f"联系司法行政部门 {f.office_phone}".strip())),
        )


@rule("HR-18-2")
def recusal_decided(f: DoorFacts) -> Iterator[Breach]:
    """A request that an officer stand aside pauses the visit until the head has decided."""
    for asked in f.recusal_pending:
        yield Breach(f"{asked}，负责人尚未决定，检查暂停。", (to(f, "请负责人决定"),))


@rule("HR-17-4", "327-17-4")
def offline_explained(f: DoorFacts) -> Iterator[Breach]:
    """Without network an officer says why, when by the device, and takes a photo; inside the window, and in time."""
    if not f.offline_allowed:
        yield Breach("平台约定不采用无网络登记。", (to(f, "亮码", "visit-code"),))
    if not f.reason.strip():
        yield Breach("没有写明无网络的原因。", (to(f, "选择原因：地下室、信号差、平台故障或者其他", "visit-offline"),), "reason")
    if f.device_at is None:
        yield Breach("没有设备时间。", (to(f, "重新登记", "visit-offline"),), "device_at")
    elif f.device_at > f.now:
        yield Breach("设备时间晚于平台时间，请校准手机时间。", (to(f, "重新登记", "visit-offline"),), "device_at")
    elif f.window_start and f.window_end and not f.window_start <= f.device_at <= f.window_end:
        yield Breach("登记的到场时间不在批准的检查时间内。", (to(f, "申请调整时间"),), "device_at")
    if not f.photo:
        yield Breach("没有门头或者营业执照照片。", (to(f, "拍照", "visit-offline"),), "photo")


@rule("327-17-4")
def code_issued(f: DoorFacts) -> Breach | None:
    """There is a code that was neither used nor revoked, whatever the hour."""
    if f.code_state in ("valid", "not_yet", "expired"):
        return None
    return Breach(f"{WHEN.get(f.code_state, '检查码无效')}，不能入企。", (to(f, "领取检查码"),))


@rule("327-08-2")
def not_done_told(f: DoorFacts) -> Iterator[Breach]:
    """A visit that is not carried out says why, with a photo where a place was found closed, moved or empty."""
    if not f.why:
        yield Breach("没有选择未实施的原因。", (to(f, "选择原因", "visit-not-done"),), "why")
    if not f.reason.strip():
        yield Breach("没有写明现场情况。", (to(f, "填写现场情况", "visit-not-done"),), "note")
    if f.why in ("closed", "moved", "missing") and not f.photo:
        yield Breach("没有现场照片。", (to(f, "拍照", "visit-not-done"),), "photo")
    if f.why and f.why != "illness" and f.window_start and f.now < f.window_start:
        yield Breach("尚未到检查时间，还没有到过现场。", (to(f, "人员原因不能实施的，选择人员原因", "visit-not-done"), to(f, "撤销本次检查")), "why")


@rule("327-18-5", "327-20-5")
def nothing_buried(f: DoorFacts) -> Breach | None:
    """An inspection that found problems was carried out: it ends with its record and result, not as never done."""
    if not f.problems:
        return None
    return Breach(
        f"笔录已经记录 {f.problems} 项问题，不能登记为未实施。", (to(f, "结束检查", "visit-finish"), to(f, "中止检查", "visit-pause")), "why",
    )


@rule("327-08-2")
def done_in_part(f: DoorFacts) -> Breach | None:
    """After the start only a refusal, or a wrong subject, leaves an inspection undone."""
    if not f.begun or f.why in ("refused", "wrong", ""):
        return None
    return Breach("检查已经开始，不能以此为由登记为未实施。", (to(f, "中止检查", "visit-pause"), to(f, "结束检查", "visit-finish")), "why")


@rule("327-08-2")
def was_refused(f: DoorFacts) -> Breach | None:
    """Only a visit that the enterprise refused goes on when it changes its mind, and inside the window."""
    if f.why != "refused":
        return Breach("本次检查不是因企业拒绝而未实施，不能继续。", (Remedy("另行安排检查", "officer-scheme-new"),))
    if f.window_end and f.now > f.window_end:
        return Breach("检查时间已经结束。", (Remedy("另行安排检查", "officer-scheme-new"),))
    return None


@rule("327-06-1")
def reasoned(f: DoorFacts) -> Breach | None:
    """An authority that revokes a visit says why."""
    if f.reason.strip():
        return None
    return Breach("没有写明撤销的理由。", (to(f, "填写理由"),), "opinion")


PEOPLE = (two_on_the_spot, certificates_good)
AT_THE_START = (people_confirmed, recusal_decided, *PEOPLE, certificates_shown, notice_issued)

ARRIVE = when_judged(row_stands, lead_stands, items_in_force, code_good, same_subject, scanned_live, *PEOPLE)
OFFLINE = when_judged(row_stands, lead_stands, code_issued, offline_explained, *PEOPLE)
SHOW = when_judged(row_stands, lead_stands, items_in_force, code_good, *PEOPLE)
START = when_judged(scanned, inside_window, items_in_force, *AT_THE_START)
NOT_DONE = when_judged(not_done_told, nothing_buried, done_in_part)
RESUME_REFUSED = when_judged(was_refused)
RESUME = when_judged(had_begun, scanned_again, *AT_THE_START)
RESUME_ARRIVED = when_judged(scanned_again)
REVOKE = when_judged(reasoned)

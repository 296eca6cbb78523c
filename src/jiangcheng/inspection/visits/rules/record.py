"""Rules of the record of a visit (articles 17-19, 40): what is noted, who signs, what no paper may demand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jiangcheng.law.rule import Breach, Remedy, Rule, rule

HEAD_OF_FIRM = "法定代表人|法人代表|企业负责人本人|董事长"
_DEMAND = re.compile(rf"(?:{HEAD_OF_FIRM})[^。；;\n]{{0,16}}?(?:到场|到现场|在场|亲自|陪同|参加)")
_BEFORE = re.compile("不必|无需|无须|不需|不用|不要求|不得要求|不刻意|不得刻意|禁止")
_AFTER = re.compile("不必|无需|无须|不需|不用|或者?(?:其)?(?:委托|授权)|可以?(?:委托|授权|由)")


def to_record(number: str, text: str) -> Remedy:
    return Remedy(text, "visit-record", (("number", number),))


def to_finish(number: str, text: str) -> Remedy:
    return Remedy(text, "visit-finish", (("number", number),))


# --- writing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class WriteFacts:
    """Whether the record can still be written: state of the visit, and who signed it as it stands."""

    number: str
    state: str
    state_word: str
    signed_by: tuple[str, ...] = ()
    text: str = "-"
    method: str = "look"
    method_law: str = ""
    verdict: str = "fine"
    question_of_visit: bool = True
    begun: bool = True
    recusal_pending: tuple[str, ...] = ()


@rule("327-18-4")
def inspecting_now(f: WriteFacts) -> Breach | None:
    """The record is written while the inspection runs, or is broken off after it was started."""
    if f.state in ("inspecting", "broken_off") and f.begun:
        return None
    if f.state in ("to_tell", "told", "following", "closed", "archived"):
        return Breach("检查已经结束，笔录不能改动。", (Remedy("出具更正（补充）说明", "visit-amend", (("number", f.number),)),))
    return Breach(f"本次检查现在是“{f.state_word}”，不能记录检查情况。", (Remedy("先开始检查", "visit-detail", (("number", f.number),)),))


@rule("327-18-4")
def unsigned_still(f: WriteFacts) -> Breach | None:
    """What was signed is not changed; what is wrong in it is put right by addition."""
    if not f.signed_by:
        return None
    names = "、".join(f.signed_by)
    way = Remedy("结束检查后出具更正（补充）说明", "visit-finish", (("number", f.number),))
    return Breach(f"笔录已由{names}签名，不能改动，只能补充。", (way,))


@rule("HR-18-2")
def paused_by_recusal(f: WriteFacts) -> Iterator[Breach]:
    """Until the head has decided whether an officer stands aside, the inspection pauses, as the notice promises."""
    for name in f.recusal_pending:
        yield Breach(f"{name}的回避申请尚未决定，检查暂停。", (Remedy("请负责人决定", "visit-detail", (("number", f.number),)),))


@rule("327-18-4")
def question_belongs(f: WriteFacts) -> Breach | None:
    """Only what the notice names is looked at."""
    if f.question_of_visit:
        return None
    return Breach("该检查要点不属于本次检查的事项。", (to_record(f.number, "返回本次检查的要点"),), "question")


@rule("327-19-1")
def other_method_by_law(f: WriteFacts) -> Breach | None:
    """A method beyond the six named ones needs its legal source."""
    if f.method != "other" or f.method_law.strip():
        return None
    return Breach("采用“其他”检查方法没有写明法律、法规或者规章依据。", (to_record(f.number, "填写依据或改选方法"),), "method_law")


@rule("327-19-1")
def method_known(f: WriteFacts) -> Breach | None:
    """Each finding says by which method it was made."""
    if f.method in ("hear", "look", "self", "survey", "sample", "ask", "other"):
        return None
    return Breach("没有选择检查方法。", (to_record(f.number, "选择检查方法"),), "method")


@rule("327-18-4")
def verdict_known(f: WriteFacts) -> Breach | None:
    """Fine, problem, or not applicable."""
    if f.verdict in ("fine", "problem", "na"):
        return None
    return Breach("没有选择检查情况。", (to_record(f.number, "选择未发现问题、发现问题或不适用"),), "verdict")


@rule("327-18-4")
def problem_in_words(f: WriteFacts) -> Breach | None:
    """A problem is told in words: what was seen, where, how many."""
    if f.verdict != "problem" or f.text.strip():
        return None
    return Breach("发现问题的，须写明看到的情况。", (to_record(f.number, "写明时间、位置、数量等情况"),), "text")


WRITE: tuple[Rule, ...] = (inspecting_now, unsigned_still)
ANSWER: tuple[Rule, ...] = (*WRITE, paused_by_recusal, question_belongs, verdict_known, method_known, other_method_by_law, problem_in_words)


# --- signing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SignFacts:
    """A signature about to be put to the record."""

    number: str
    state: str
    state_word: str
    kind: str
    way: str
    name: str = ""
    unanswered: tuple[str, ...] = ()
    file: bool = False
    code_fits: bool = False
    reason: str = ""
    witness: str = ""
    on_visit: bool = True
    sound_or_picture: bool = True
    must_picture: bool = True
    begun: bool = True
    officers: tuple[str, ...] = ()


@rule("327-18-4")
def signing_now(f: SignFacts) -> Breach | None:
    """The record is signed before the inspection ends."""
    if f.state in ("inspecting", "broken_off") and f.begun:
        return None
    return Breach(f"本次检查现在是“{f.state_word}”，不能签名。", (Remedy("查看本次检查", "visit-detail", (("number", f.number),)),))


@rule("327-18-4")
def complete_before_signing(f: SignFacts) -> Breach | None:
    """Nobody signs a record with open questions."""
    if not f.unanswered:
        return None
    listed = "、".join(f.unanswered[:5]) + (f"等 {len(f.unanswered)} 项" if len(f.unanswered) > 5 else "")
    return Breach(f"第 {listed} 项还没有检查情况，不能签名。", (to_record(f.number, "逐项填写"),))


@rule("327-18-4")
def signer_known(f: SignFacts) -> Iterator[Breach]:
    """A name, and for officers a place on this visit."""
    if not f.name.strip():
        yield Breach("没有填写签名人姓名。", (to_finish(f.number, "填写姓名"),), "name")
    if f.kind == "officer" and not f.on_visit:
        yield Breach("签名人不是本次检查的检查人员。", (to_finish(f.number, "由检查人员签名"),), "person")


@rule("327-18-4")
def witness_apart(f: SignFacts) -> Breach | None:
    """Who inspects does not witness: neither a refusal to sign nor the record."""
    said = f.name if f.kind == "witness" else f.witness
    if said.strip() not in f.officers:
        return None
    return Breach("检查人员不能作见证人。", (to_finish(f.number, "另请见证人"),), "witness")


@rule("327-18-4")
def signature_there(f: SignFacts) -> Breach | None:
    """The signature itself: drawn, on paper and photographed, or typed with the code that proves who typed."""
    if f.way in ("glass", "paper") and not f.file:
        what = "屏上没有签名" if f.way == "glass" else "没有纸质签名的照片"
        return Breach(f"{what}。", (to_finish(f.number, "请签名人签名"),), "signature")
    if f.way == "typed" and not f.code_fits:
        return Breach("核验码不符，键入的姓名不能作为签名。", (to_finish(f.number, "核对核验码，或改为屏上签名"),), "code")
    return None


@rule("327-18-4", "HR-18-3")
def refusal_kept(f: SignFacts) -> Iterator[Breach]:
    """A refusal to sign: by the enterprise alone, with reason, witness, and sound or picture."""
    if f.way != "refused":
        return
    if f.kind != "enterprise":
        yield Breach("只有当事人可以登记为拒绝签名。", (to_finish(f.number, "由本人签名"),), "way")
    if not f.reason.strip():
        yield Breach("没有记明拒绝签名的理由。", (to_finish(f.number, "填写当事人说明的理由；不说明的，写明“未说明”"),), "reason")
    if not f.witness.strip():
        yield Breach("拒绝签名没有见证人。", (to_finish(f.number, "填写见证人姓名"),), "witness")
    if f.must_picture and not f.sound_or_picture:
        yield Breach("拒绝签名没有照片或者录音录像。", (to_finish(f.number, "拍照或者录音录像后登记"),), "file")


SIGN: tuple[Rule, ...] = (signing_now, complete_before_signing, signer_known, witness_apart, signature_there, refusal_kept)


@dataclass(frozen=True)
class DeclineFacts:
    """The enterprise is about to say that it does not sign."""

    number: str
    state: str
    state_word: str
    unanswered: tuple[str, ...] = ()
    reason: str = ""
    firm_signed: bool = False
    begun: bool = True


@rule("327-18-4")
def declined_in_words(f: DeclineFacts) -> Breach | None:
    """Why the enterprise does not sign is noted in its own words, be they that it gives none."""
    if f.reason.strip():
        return None
    return Breach("没有写明不签名的原因。", (Remedy("填写原因；不愿说明的，写“不说明”", "#unsigned"),), "unsigned")


@rule("327-18-4")
def declined_before_signing(f: DeclineFacts) -> Breach | None:
    """Who has signed has signed; what is wrong in the record is then said as an objection."""
    if not f.firm_signed:
        return None
    return Breach("企业已经签名，不能再改为不签名。", (Remedy("对笔录有意见的，提交补充意见", "#objection"),))


DECLINE: tuple[Rule, ...] = (signing_now, complete_before_signing, declined_before_signing, declined_in_words)


# --- notice and demands --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NoticeFacts:
    """What a notice is about to say."""

    number: str
    items: tuple[tuple[str, str], ...]
    rights: tuple[str, ...]
    duties: tuple[str, ...]
    prohibitions: int
    complaint_phone: str
    texts: tuple[str, ...] = ()
    presence_law: str = ""


@rule("327-18-3", "HR-18-2")
def notice_complete(f: NoticeFacts) -> Iterator[Breach]:
    """A notice states items and basis and informs of rights and duties, with the five prohibitions as annex."""
    to_scheme = Remedy("修改检查方案", "visit-scheme", (("number", f.number),))
    if not f.items:
        yield Breach("通知书没有检查事项。", (to_scheme,), "items")
    for name, basis in f.items:
        if not basis.strip():
            yield Breach(f"通知书没有写明“{name}”的检查依据。", (Remedy("联系计划管理员补全检查依据", "planner-items"),), "items")
    if not f.rights or not f.duties:
        yield Breach("通知书没有告知企业的权利和义务。", (Remedy("联系系统管理员检查文书模板"),))
    if f.prohibitions != 5:
        yield Breach("通知书没有附五个严禁的内容。", (Remedy("联系系统管理员检查文书模板"),))
    if not f.complaint_phone.strip():
        yield Breach("通知书没有监督电话。", (Remedy("请系统管理员在单位资料中填写监督电话"),))


def demands_head(text: str) -> bool:
    """Does the text ask that the head of the firm be there in person, leaving nobody else the choice?"""
    for found in _DEMAND.finditer(text):
        rest = text[found.start():]
        sentence = rest[: re.search("[。；;\n]|$", rest).start()]
        if not _BEFORE.search(text[max(0, found.start() - 8): found.start()]) and not _AFTER.search(sentence):
            return True
    return False


@rule("327-40-02")
def no_demand_for_head(f: NoticeFacts | object) -> Iterator[Breach]:
    """No paper or task demands that the legal representative be present; a statute that says so must be cited."""
    if f.presence_law.strip():
        return
    for text in f.texts:
        if demands_head(text):
            ways = (Remedy("改为“请安排熟悉情况的人员到场”"), Remedy("法律、法规要求到场的，写明依据"))
            yield Breach(f"“{text[:40]}”要求法定代表人到场，不符合规定，任何受委托的人员都可以接待。", ways, "text")


NOTICE: tuple[Rule, ...] = (notice_complete, no_demand_for_head)


# --- breaking off --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReasonFacts:
    """A step that asks only for a reason in words."""

    number: str
    reason: str


@rule("327-08-2")
def reason_in_words(f: ReasonFacts) -> Breach | None:
    """Why an inspection was broken off stands on the record."""
    if f.reason.strip():
        return None
    return Breach("没有写明中止检查的原因。", (Remedy("写明原因", "visit-detail", (("number", f.number),)),), "reason")


BREAK_OFF: tuple[Rule, ...] = (reason_in_words,)

"""Rules before the door: scheme, approval, inspection code (articles 2-4, 7, 9-11, 13, 15-18, 43). Pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from jiangcheng.inspection.visits.rules.scheme_facts import SchemeFacts
from jiangcheng.law.rule import Breach, Remedy, Rule, enforces, rule
from jiangcheng.parties import rules as parties
from jiangcheng.parties.rules import cn

KIND_WORDS = {"daily": "日常检查", "special": "专项检查", "case": "个案检查"}
MIN_STEPS = 10
"""A scheme whose steps are shorter than this says nothing that could be carried out."""


def to_scheme(f: SchemeFacts, text: str = "修改检查方案") -> Remedy:
    return Remedy(text, "visit-scheme", (("number", f.number),))


def to_visit(f: SchemeFacts, text: str) -> Remedy:
    return Remedy(text, "visit-detail", (("number", f.number),))


@enforces("327-43-1", "HR-43-1")
def judged_on(day: date, in_force: date) -> bool:
    """Acts before the decree came into force are kept and judged by none of its rules; the day of the visit decides."""
    return day >= in_force


def when_judged(*rules: Rule) -> tuple[Rule, ...]:
    """The rules, silent on a visit that the decree does not judge."""

    def guarded(one: Rule) -> Rule:
        return Rule(one.name, one.ids, lambda f: one(f) if f.judged else ())

    return tuple(guarded(r) for r in rules)


@rule("327-02-1")
def in_scope(f: SchemeFacts) -> Breach | None:
    """The decree governs inspections inside the city; one elsewhere is not run here."""
    if f.in_city:
        return None
    return Breach(f.scope_reason or "检查地点不在本市行政区域内，不由本办法调整。", (to_scheme(f, "改选本市的场所"),), "site")


@rule("327-03-1")
def lawful_body(f: SchemeFacts) -> tuple[Breach, ...]:
    """The body has standing on the day; an entrusted one needs its principal's as well."""
    return parties.lawful_body(f.body) + (parties.lawful_body(f.principal) if f.principal else ())


@rule("327-03-2")
def competent(f: SchemeFacts) -> Iterator[Breach]:
    """Every item lies within duties, authorisation or entrustment."""
    seen = set()
    for item in f.items:
        if item.power and item.power not in seen:
            seen.add(item.power)
            yield from parties.within_powers(item.power)


@rule("327-04-1", "327-42-1", "HR-04-1")
def subject_covered(f: SchemeFacts) -> tuple[Breach, ...]:
    """The subject is an enterprise, or falls under the decree by analogy; excluded kinds are refused."""
    return parties.subject_is_enterprise(f.subject)


@rule("327-07-2")
def items_published(f: SchemeFacts) -> Iterator[Breach]:
    """An item that is not published and in force on the day is not carried out, in any kind of inspection."""
    if not f.items:
        yield Breach("检查方案没有检查事项。", (to_scheme(f, "选择检查事项"),), "items")
    for item in f.items:
        if item.why_not:
            ways = (to_scheme(f, "移除该事项"), Remedy("先行公布", "planner-items"))
            yield Breach(f"“{item.name}”{item.why_not}，不得实施。", ways, "items")


@rule("327-10-1", "HR-10-1")
def standard_recorded(f: SchemeFacts) -> Iterator[Breach]:
    """Each item carries the published standard, or the statement that none is published, and its check points."""
    ways = (Remedy("联系计划管理员补全检查标准", "planner-items"), to_scheme(f, "移除该事项"))
    for item in f.items:
        if not item.standard and not (item.standard_none and item.standard_free):
            yield Breach(f"“{item.name}”没有登记检查标准，也没有记明国务院主管部门未公布标准。", ways, "items")
        elif not item.questions:
            yield Breach(f"“{item.name}”没有检查要点，不能生成检查表。", ways, "items")


@rule("327-13-1", "HR-13-1", "HR-13-2")
def row_filed(f: SchemeFacts) -> Breach | None:
    """A daily visit stands on a filed row in its season; until 31 March last year's filed row will do."""
    if f.order or f.kind != "daily":
        return None
    to_plan = Remedy("看计划备案进度", "planner-plan", (("year", f.day.year),))
    if f.row is None:
        return Breach("日常检查没有对应的年度计划行。", (to_scheme(f, "选择计划行"), to_plan), "row")
    if not f.row.usable:
        return Breach(f.row.why or f"{f.row.year}年计划第 {f.row.n} 行检查当日不能使用。", (to_plan, to_scheme(f)), "row")
    if not f.row.in_season:
        return Breach(f"计划第 {f.row.n} 行没有安排在{cn(f.day)}所在的季度实施。", (to_scheme(f, "改选时间"), to_plan), "window")
    return None


@rule("327-13-1", "HR-13-2", "327-15-1")
def kind_grounded(f: SchemeFacts) -> Breach | None:
    """The kinds that need no plan row or are not in the cap have a ground of their own: an order or lead, a filed special
    plan. To call a visit by another kind frees it from neither plan nor cap."""
    if f.order or f.kind not in ("special", "case"):
        return None
    if f.kind == "case":
        way = Remedy("从责令事项安排复查", "officer-followups")
        return Breach("个案检查没有登记检查线索，不能以此免除计划和频次的要求。", (way, to_scheme(f, "改为日常检查")), "kind")
    return Breach("没有已批准、备案并公布的专项检查计划。", (to_scheme(f, "改为日常检查"),), "kind")


@rule("HR-20-2", "327-20-5", "327-15-1")
def keeps_to_its_order(f: SchemeFacts) -> Iterator[Breach]:
    """A follow-up visit is of the case kind, at the subject of its order, about nothing besides, while the order stands."""
    if f.lead is None:
        return
    to_order = Remedy("查看责令事项", "officer-order", (("number", f.lead.number),))
    if not f.lead.live:
        yield Breach(f"责令事项{f.lead.number}已经整改到位或者不再办理，不需要复查。", (to_order, to_visit(f, "撤销本次检查")), "order")
    if f.kind != "case":
        yield Breach("跟踪检查属于个案检查，不能按其他类型安排。", (to_scheme(f, "改为个案检查"),), "kind")
    if not f.lead.same_subject:
        yield Breach("复查的企业不是责令文书载明的企业。", (to_scheme(f, "改回原企业"), to_order), "site")
    for name in f.lead.other_items:
        yield Breach(f"“{name}”不在原检查事项中，复查不扩大检查范围。", (to_scheme(f, "移除该事项"),), "items")


@rule("327-13-1")
def items_planned(f: SchemeFacts) -> Iterator[Breach]:
    """A daily visit checks the item its plan row names, nothing besides."""
    if f.order or f.kind != "daily" or f.row is None:
        return
    for item in f.items:
        if not item.planned:
            yield Breach(f"“{item.name}”不是计划第 {f.row.n} 行的检查事项。", (to_scheme(f, "移除该事项"),), "items")


@rule("327-11-4", "HR-11-1")
def in_territory(f: SchemeFacts) -> tuple[Breach, ...]:
    """The site of the inspected activity lies in the body's own territory."""
    return parties.territorial(f.place)


@rule("327-15-1", "HR-15-1", "HR-15-2", "HR-15-3", "HR-20-2")
def under_limit(f: SchemeFacts) -> Iterator[Breach]:
    """Daily and special visits keep to the published yearly frequency; without one, to the plan row's own. One that has
    begun was counted then, and goes on. Nobody learns from the sentence how many of the visits, and which, are still to
    come: neither number nor day of another one is said."""
    if not f.counted or f.begun:
        return
    records = Remedy("查看该企业的检查记录", "officer-visits", (("q", f.subject.name),))
    for one in f.limits:
        source = "公布的上限" if one.published else "计划载明的频次"
        if one.used >= one.limit:
            lead = Remedy("有具体线索的，补充线索来源后按个案检查办理")
            yield Breach(
                f"该企业{one.period}“{one.item}”达到{source} {one.limit} 次，不能再安排。", (to_scheme(f, "改用非现场检查"), records, lead),
                "enterprise",
            )
        elif one.too_near:
            yield Breach(f"“{one.item}”两次检查之间未满规定的间隔，不能安排在{cn(f.day)}。", (to_scheme(f, "改选时间"), records), "window")


@rule("327-09-1")
def kind_given(f: SchemeFacts) -> Breach | None:
    """An inspection is daily, special or case."""
    if f.kind in KIND_WORDS:
        return None
    return Breach("没有选择检查类型：日常检查、专项检查或者个案检查。", (to_scheme(f, "选择检查类型"),), "kind")


@rule("327-16-1")
def manner_given(f: SchemeFacts) -> Iterator[Breach]:
    """On-site or off-site, as the published item allows. Only an on-site visit has scheme, code and door."""
    if f.manner not in ("onsite", "offsite"):
        yield Breach("没有选择检查方式：现场检查或者非现场检查。", (to_scheme(f, "选择检查方式"),), "manner")
        return
    if f.manner == "offsite":
        yield Breach("非现场检查不进入企业场所，不需要检查方案和检查码。", (to_scheme(f, "改为现场检查"),), "manner")
    for item in f.items:
        if item.manner not in (f.manner, "both"):
            yield Breach(f"公布的“{item.name}”没有这种检查方式。", (to_scheme(f, "移除该事项"), to_scheme(f, "改选检查方式")), "manner")


@rule("327-17-1")
def scheme_complete(f: SchemeFacts) -> Iterator[Breach]:
    """A scheme says when, where, how long, in which steps, and why on the spot, so that it can be carried out."""
    asked = (
        (f.window_start and f.window_end, "没有写明检查时间", "填写检查时间", "window"),
        (f.site, "没有写明检查场所", "选择检查场所", "site"),
        (len(f.steps.strip()) >= MIN_STEPS, "没有写明可以照着操作的检查步骤", "填写检查步骤", "steps"),
        (f.minutes, "没有写明预计时长", "填写预计时长", "minutes"),
        (f.why_onsite.strip(), "没有写明为什么要到现场检查", "填写现场检查必要性", "why_onsite"),
        (f.officers, "没有确定检查人员", "选择检查人员", "officers"),
    )
    for filled, what, way, field in asked:
        if not filled:
            yield Breach(f"检查方案{what}。", (to_scheme(f, way),), field)


@rule("327-17-1")
def subject_found(f: SchemeFacts) -> Iterator[Breach]:
    """The subject was drawn (and stands in the recorded result) or was picked with a reason."""
    if f.chosen == "draw" and not f.drawn:
        yield Breach("该企业不在抽取结果中。", (to_scheme(f, "重新抽取对象"), to_scheme(f, "指定对象（需理由）")), "enterprise")
    if f.chosen == "picked" and not f.pick_reason.strip():
        yield Breach("指定检查对象没有写明理由。", (to_scheme(f, "填写指定理由"),), "pick_reason")
    if f.chosen == "lead" and not f.order:
        yield Breach("没有登记检查线索或者责令改正文书。", (to_scheme(f, "补充线索来源"),), "chosen")
    if f.chosen not in ("draw", "picked", "full", "lead"):
        yield Breach("没有说明检查对象是怎样确定的。", (to_scheme(f, "抽取对象"), to_scheme(f, "指定对象（需理由）")), "chosen")
    if f.row and f.row.find == "draw" and f.chosen == "full":
        yield Breach("计划规定随机抽取对象，不能按全覆盖安排。", (to_scheme(f, "抽取对象"), to_scheme(f, "指定对象（需理由）")), "chosen")


@rule("327-18-1")
def two_officers(f: SchemeFacts) -> Iterator[Breach]:
    """At least two officers whose certificates are good on the day; assistants do not count. One is enough only where
    a law in the strict sense says so."""
    change = (to_visit(f, "更换人员"), to_scheme(f, "改选检查时间"))
    for one in f.officers:
        if not one.certificate.valid:
            yield Breach(one.certificate.sentence, change, "officers")
    good = sum(o.certificate.valid for o in f.officers)
    single = f.single_officer_law.strip()
    if single and not strict_law(single):
        yield Breach(f"“{single}”不是法律，不能作为一人检查的依据。", (to_scheme(f, "增加检查人员"),), "single_officer_law")
    needed = 1 if strict_law(single) else 2
    if good < needed:
        yield Breach(
            f"证件有效的检查人员只有 {good} 人，不得少于两人，辅助人员不计入。", (to_scheme(f, "增加检查人员"), to_visit(f, "更换人员")), "officers",
        )
    if f.officers and sum(o.role == "lead" for o in f.officers) != 1:
        yield Breach("检查人员中应当有且只有一名主办。", (to_scheme(f, "确定主办"),), "officers")


def strict_law(text: str) -> bool:
    """Does the text name a law (《…法》 with an article), and not a regulation, rule or circular?"""
    name = text.partition("《")[2].partition("》")[0]
    return name.endswith("法") and "第" in text and "条" in text and not name.endswith(("办法", "书法"))


@rule("HR-18-2")
def lead_declared(f: SchemeFacts) -> Iterator[Breach]:
    """Who is to lead has declared, before the scheme is sent, that nothing calls for standing aside."""
    for one in f.officers:
        if one.role == "lead" and not one.declared:
            yield Breach(f"主办{one.name}尚未声明与该企业没有利害关系。", (to_scheme(f, "由主办本人声明"),), "declared")


@rule("HR-18-2")
def recusal_declared(f: SchemeFacts) -> Iterator[Breach]:
    """Each officer has declared for himself, before there is a code, that nothing calls for standing aside."""
    for one in f.officers:
        if not one.declared:
            ways = (to_visit(f, "请其本人在“今日”里声明"), to_visit(f, "更换人员"))
            yield Breach(f"{one.name}尚未声明与该企业没有利害关系。", ways, "officers")


@rule("327-13-6", "HR-13-6")
def merge_stated(f: SchemeFacts) -> Iterator[Breach]:
    """The scheme says with which task it is merged, or why it goes alone; a case visit where planned tasks of its own
    people at the enterprise are still open is not silent about them."""
    if f.merge in ("merged", "alone") and not f.merge_note.strip():
        what = "与哪项任务合并或者联合" if f.merge == "merged" else "单独实施的理由"
        yield Breach(f"没有写明{what}。", (to_scheme(f, "填写合并联合说明"),), "merge_note")
    if f.merge == "none" and f.kind == "case" and f.mergeable:
        yield Breach(f"该企业还有可以合并的检查任务（{'、'.join(f.mergeable)}），须选择合并，或者写明单独实施的理由。",
                     (to_scheme(f, "选择合并联合情况"),), "merge")


@rule("HR-18-2", "327-18-1")
def nobody_of_the_firm(f: SchemeFacts) -> Iterator[Breach]:
    """Who acts for the enterprise neither inspects it nor approves that it is inspected; the person counts."""
    for one in f.officers:
        if one.certificate.person in f.firm_people:
            yield Breach(f"{one.name}是该企业的企业用户，不能检查该企业。", (to_scheme(f, "更换人员"), to_visit(f, "更换人员")), "officers")
    if f.approver and f.approver.person in f.firm_people:
        yield Breach("本人是该企业的企业用户，不能审批本次检查。", (Remedy("由其他负责人审批", "head-delegation"),))


@rule("327-17-1")
def window_given(f: SchemeFacts) -> Breach | None:
    """To move a visit says when it is to be."""
    if f.window_start and f.window_end:
        return None
    return Breach("没有写明新的检查时间。", (to_visit(f, "填写检查时间"),), "window")


@rule("327-18-5", "327-08-2")
def not_begun(f: SchemeFacts) -> Breach | None:
    """An inspection that has begun is not taken back: it ends with its record and its result told."""
    if not f.begun:
        return None
    return Breach("检查已经开始，不能撤回或者撤销，须结束检查并告知结果。", (to_visit(f, "中止检查"), to_visit(f, "结束检查")))


@rule("327-08-2")
def begun_before(f: SchemeFacts) -> Breach | None:
    """Only an inspection that had begun goes back to being broken off."""
    if f.begun:
        return None
    return Breach("检查还没有开始，不能恢复为中止检查。", (to_visit(f, "撤回后修改"),))


@rule("327-17-2", "HR-17-5")
def window_short(f: SchemeFacts) -> Iterator[Breach]:
    """The window lies ahead, ends after it begins, and is no longer than a code may be good."""
    if not f.window_start or not f.window_end:
        return
    fix = (to_scheme(f, "改选检查时间"),)
    if f.window_end <= f.window_start:
        yield Breach("检查结束时间早于开始时间。", fix, "window")
    elif f.window_end <= f.now:
        yield Breach("检查时间已经过去。", (to_scheme(f, "改选检查时间"), to_visit(f, "申请调整时间")), "window")
    if isinstance(f.max_days, int) and f.window_days > f.max_days:
        yield Breach(f"检查时间跨 {f.window_days} 个工作日，检查码最长有效 {f.max_days} 个工作日。", fix, "window")
    if f.max_days == "one-day" and f.window_start.date() != f.window_end.date():
        yield Breach("检查码只在当日有效，检查时间不能跨日。", fix, "window")


@rule("327-17-2", "HR-17-6")
def entered_early(f: SchemeFacts) -> Breach | None:
    """Where the city asks for a lead time, the visit is entered that early."""
    if f.window_start and isinstance(f.lead_days, int) and f.lead_days and (f.day - f.today).days < f.lead_days:
        return Breach(f"检查应当至少提前 {f.lead_days} 日录入。", (to_scheme(f, "改选检查时间"),), "window")
    return None


@rule("327-17-1", "HR-17-1")
def head_approves(f: SchemeFacts) -> tuple[Breach, ...] | None:
    """A head of the body, or a deputy with a written delegation in term."""
    if f.approver is None:
        return None
    return parties.head_approves(parties.ApprovalFacts(f.approver.name, f.body.name, f.approver.allowed))


@rule("327-17-1")
def nobody_approves_own(f: SchemeFacts) -> Iterator[Breach]:
    """Who drafted the scheme or goes on the visit does not approve it; the person counts, not the account."""
    if f.approver is None or f.approver.person is None:
        return
    other = (Remedy("由其他负责人审批", "head-delegation"),)
    if f.approver.person in {o.certificate.person for o in f.officers}:
        yield Breach("本人为检查人员，不能审批本次检查。", other)
    elif f.approver.person == f.drafter:
        yield Breach("本人起草了检查方案，不能审批本次检查。", other)


@rule("327-17-1")
def reason_given(f: SchemeFacts) -> Breach | None:
    """To send back, change people, move or drop a visit takes a reason in words."""
    if f.reason.strip():
        return None
    return Breach("没有写明理由。", (to_visit(f, "填写理由"),), "opinion")


@rule("327-17-2", "327-17-1")
def code_after_approval(f: SchemeFacts) -> Breach | None:
    """No code without an approved scheme."""
    if f.approved:
        return None
    return Breach("检查方案未经负责人批准，不能领取检查码。", (to_scheme(f, "提交审批"),))


STANDING = (in_scope, lawful_body, competent, subject_covered, in_territory)
CONTENT = (
    kind_given, kind_grounded, keeps_to_its_order, manner_given, items_published, standard_recorded, row_filed, items_planned,
    scheme_complete, subject_found,
)
PEOPLE = (two_officers, nobody_of_the_firm)
TIME = (window_short, entered_early)
READY = (under_limit, *STANDING, *CONTENT, *PEOPLE, *TIME)

SUBMIT = when_judged(*READY, lead_declared, merge_stated)
WITHDRAW = when_judged(not_begun)
APPROVE = when_judged(head_approves, nobody_approves_own, *READY, lead_declared, merge_stated)
RETURN = when_judged(head_approves, reason_given)
ISSUE = when_judged(code_after_approval, *READY, recusal_declared)
REPLACE = when_judged(head_approves, nobody_approves_own, *PEOPLE)
RESCHEDULE = when_judged(reason_given, window_given, window_short)
DROP = when_judged(reason_given, not_begun)
FALL_BACK = (begun_before,)

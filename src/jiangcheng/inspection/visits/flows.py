"""Tables of steps of a visit and of an order. Read this file first: nothing else changes a state."""

from __future__ import annotations

from jiangcheng.inspection.visits import seats
from jiangcheng.inspection.visits.rules import door, orders, outcome, record, scheme
from jiangcheng.inspection.visits.words import ORDER_STATES, STATES
from jiangcheng.kernel.flow import Flow, Step, system

BEFORE_DOOR = ("draft", "to_approve", "returned", "to_code", "to_enter")
RUNNING = ("arrived", "inspecting", "broken_off")

VISIT = Flow("visit", tuple(STATES), (
    # ---- preparing: scheme, approval, code (articles 7, 9-18; HR-15, HR-17)
    Step("submit", ("draft", "returned"), "to_approve", seats.drafter_or_on_visit, "提交审批", scheme.SUBMIT, ("327-17-1",)),
    Step("withdraw", ("to_approve",), "draft", seats.drafter_or_on_visit, "撤回", scheme.WITHDRAW),
    Step("approve", ("to_approve",), "to_code", seats.head_of_body, "批准", scheme.APPROVE, ("327-17-1",)),
    Step("return", ("to_approve",), "returned", seats.head_of_body, "退回修改", scheme.RETURN, ("327-17-1",)),
    Step("issue", ("to_code",), "to_enter", seats.on_visit, "领取检查码", scheme.ISSUE, ("327-17-2", "327-15-1")),
    Step("reissue", ("to_enter",), "to_enter", seats.on_visit, "重新领码", scheme.ISSUE, ("327-17-2",)),
    Step("replace_officer", ("to_code", "to_enter", "arrived", "broken_off"), "to_code", seats.head_of_body, "更换人员",
         scheme.REPLACE, ("327-18-1",)),
    Step("stand_aside", ("to_enter", "arrived", "broken_off"), "to_code", seats.head_of_body, "准予回避，重新领码", (), ("HR-17-5",)),
    Step("reschedule", ("to_code", "to_enter", "arrived", "broken_off"), "to_approve", seats.drafter_or_on_visit, "申请调整时间",
         scheme.RESCHEDULE, ("327-17-1",)),
    Step("fall_back", ("returned", "to_approve", "to_code", "to_enter"), "broken_off", seats.on_visit_or_system, "撤回改期", scheme.FALL_BACK),
    Step("drop", BEFORE_DOOR, "revoked", seats.on_visit_or_head, "撤销检查", scheme.DROP),
    Step("row_withdrawn", BEFORE_DOOR, "revoked", system, "计划行取消，撤销检查", (), ("327-14-4",)),
    Step("lapse", ("to_approve", "to_code", "to_enter"), "lapsed", system, "过期未实施"),
    # ---- at the door (articles 17, 18)
    Step("arrive", ("to_enter",), "arrived", seats.door, "扫码入企", door.ARRIVE, ("327-17-4",)),
    Step("arrive_offline", ("to_enter",), "arrived", seats.on_visit, "无网络登记", door.OFFLINE, ("327-17-4",)),
    Step("start", ("arrived",), "inspecting", seats.on_visit, "开始检查", door.START, ("327-17-4", "327-18-1", "327-18-2", "327-17-3")),
    Step("not_done", ("to_enter", "arrived", "inspecting"), "not_done", seats.on_visit, "未实施", door.NOT_DONE, ("327-08-2",)),
    Step("resume_refused", ("not_done",), "arrived", seats.on_visit, "企业改变意见，继续", door.RESUME_REFUSED),
    Step("resume_at_door", ("not_done",), "to_enter", seats.on_visit, "企业改变意见，继续", door.RESUME_REFUSED),
    Step("break_off", ("arrived", "inspecting"), "broken_off", seats.on_visit, "中止检查", record.BREAK_OFF, ("327-08-2",)),
    Step("resume", ("broken_off",), "inspecting", seats.on_visit, "继续检查", door.RESUME, ("327-17-4",)),
    Step("resume_arrived", ("broken_off",), "arrived", seats.on_visit, "返回现场", door.RESUME_ARRIVED, ("327-17-4",)),
    Step("revoke", (*BEFORE_DOOR, *RUNNING, "to_tell", "told", "following"), "revoked", seats.supervisor_or_superior, "撤销检查",
         door.REVOKE, ("327-06-1",)),
    # ---- record, result, closing (articles 18-21, 25)
    Step("finish", ("inspecting", "broken_off"), "to_tell", seats.on_visit, "结束检查", outcome.FINISH,
         ("327-18-4", "327-20-1", "327-20-2", "327-20-3")),
    Step("tell", ("to_tell",), "told", seats.on_visit, "告知结果", outcome.TELL, ("327-18-5",)),
    Step("follow", ("told",), "following", seats.on_visit, "跟踪整改", (), ("327-20-5",)),
    Step("close", ("told", "following", "not_done"), "closed", seats.on_visit, "办结", outcome.CLOSE, ("327-20-5", "327-18-5", "327-17-3")),
    Step("archive", ("closed",), "archived", seats.on_visit, "归档", outcome.ARCHIVE, ("327-25-1",)),
))

ORDER = Flow("order", tuple(ORDER_STATES), (
    Step("answer", ("open", "overdue"), "submitted", seats.firm_of_visit, "提交整改", orders.ANSWER),
    Step("ask_more_time", ("open", "overdue"), None, seats.firm_of_visit, "申请延期", orders.ASK_MORE_TIME),
    Step("extend", ("open", "overdue"), "open", seats.on_visit_or_head, "同意延期", orders.EXTEND, ("327-20-3",)),
    Step("recheck", ("open", "submitted", "overdue"), "rechecking", system, "安排复查", orders.RECHECK, ("327-20-5",)),
    Step("recheck_dropped", ("rechecking",), "open", system, "复查未实施"),
    Step("done", ("open", "submitted", "rechecking", "overdue"), "corrected", seats.officer_of_body, "整改到位", orders.DONE, ("327-20-5",)),
    Step("still_open", ("rechecking",), "overdue", seats.officer_of_body, "未改", orders.STILL_OPEN, ("327-20-5",)),
    Step("not_yet", ("rechecking",), "open", seats.officer_of_body, "尚未改正，期限未到", orders.NOT_YET, ("327-20-5",)),
    Step("overdue", ("open",), "overdue", system, "逾期未改", (), ("327-20-5",)),
))

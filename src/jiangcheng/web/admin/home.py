"""系统管理员首页: is everything in order?"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jiangcheng.kernel import calendar, copies, parameters
from jiangcheng.kernel.models import Checkpoint, Leaf
from jiangcheng.law.screens import screen
from jiangcheng.parties import access, bodies
from jiangcheng.parties.models import Account, Body, Certificate, LoginEvent
from jiangcheng.web.desk import desk
from jiangcheng.web.templatetags.text import cn_datetime

BACKUP_LATE = timedelta(hours=26)
DISK_LEAST = 2 * 1024**3
CHECKPOINT_LATE = timedelta(minutes=5)
SOON = 30


@dataclass(frozen=True)
class Line:
    """One thing looked at: tone ok, warn, late or wait, its mark, what was found, and where it is dealt with."""

    what: str
    tone: str
    mark: str
    text: str
    url: str = ""
    todo: str = "处理"


def _checkpoint() -> Line:
    last = Checkpoint.objects.order_by("-size").first()
    newest = Leaf.objects.order_by("-id").first()
    if last is None:
        return Line("存证检查点", "warn" if newest else "wait", "尚无", "还没有签发检查点，服务启动后 2 秒内签发。")
    said = f"第 {last.pk} 号，覆盖 {last.size:,} 条"
    waiting = newest is not None and newest.pk > last.size and timezone.now() - newest.at > CHECKPOINT_LATE
    if waiting:
        return Line("存证检查点", "late", "停顿", f"{said}；有新记录超过 5 分钟未签发。")
    return Line("存证检查点", "ok", "正常", f"{said}。")


def _backup() -> Line:
    at = copies.newest()
    if at is None:
        return Line("最近备份", "warn", "尚无", "还没有任何备份。请每日运行 bin/jiangcheng backup，并把备份复制到另一台设备。")
    hours = int((timezone.now() - at).total_seconds() // 3600)
    late = timezone.now() - at > BACKUP_LATE
    return Line("最近备份", "late" if late else "ok", f"备份已 {hours} 小时" if late else "正常", cn_datetime(at))


def _restored() -> list[Line]:
    leaf = Leaf.objects.filter(act="ledger.restored").order_by("-id").first()
    return [Line("恢复记录", "info", "曾恢复", f"{cn_datetime(leaf.at)} {leaf.opinion}；此后的办理均为恢复之后发生。")] if leaf else []


def _logins() -> Line:
    since = timezone.now() - timedelta(hours=24)
    missed = LoginEvent.objects.filter(ok=False, at__gt=since).count()
    locked = Account.objects.filter(locked_until__gt=timezone.now()).count()
    tone = "warn" if locked or missed > 50 else "ok"
    return Line(
        "登录", tone, f"{locked} 个账号锁定" if locked else "正常", f"24 小时内密码不符 {missed} 次，锁定账号 {locked} 个。",
        reverse("admin-accounts") + "?show=locked" if locked else "", "查看",
    )


def unsafe_settings() -> list[str]:
    """Settings that a city may not run with, in words."""
    found = []
    if settings.DEBUG:
        found.append("调试模式已打开")
    if not settings.PUBLIC_ADDRESS.startswith("https://"):
        found.append("访问地址不是加密地址（https）")
    if "*" in settings.ALLOWED_HOSTS:
        found.append("允许任意主机名访问")
    if access.is_demo():
        found.append("演示账号的密码是公开的")
    return found


def _disk() -> Line:
    total, _, free = shutil.disk_usage(settings.VAR)
    said = f"数据所在磁盘剩余 {free / 1024**3:,.0f} GB，占 {100 * free // total}%。"
    short = free < DISK_LEAST or free < total // 20
    return Line("磁盘", "late" if short else "ok", "空间不足" if short else "正常", said)


def _settings() -> Line:
    found = unsafe_settings()
    if not found:
        return Line("安全设置", "ok", "正常", "未发现不安全的设置。")
    return Line("安全设置", "warn", f"{len(found)} 项", "、".join(found) + "。")


def _count(what: str, n: int, tone: str, words: str, none: str, url: str) -> Line:
    return Line(what, tone, f"{n} 个", f"{n} {words}", url) if n else Line(what, "ok", "正常", none)


def _bodies() -> list[Line]:
    day = timezone.localdate()
    wrong = sum(bool(bodies.standing_on(b, day)) for b in Body.objects.filter(enforces=True).select_related("principal"))
    headless = bodies.without_head(day).count()
    page = reverse("admin-bodies") + "?show="
    return [
        _count("主体资格", wrong, "late", "个行政执法主体缺依据或委托已到期，不能实施检查。", "行政执法主体的依据和委托均有效。", page + "wrong"),
        _count("责任负责人", headless, "warn", "个行政执法主体没有登记主要负责人。", "各行政执法主体均登记了主要负责人。", page + "headless"),
    ]


def _certificates() -> Line:
    day = timezone.localdate()
    live = Certificate.objects.filter(revoked_at=None, valid_until__gte=day)
    soon, bare = live.filter(valid_until__lte=day + timedelta(days=SOON)).count(), live.filter(photo="").count()
    wrong = soon + bare
    return Line("执法证件", "warn" if wrong else "ok", f"{wrong} 本" if wrong else "正常", f"{SOON} 日内到期 {soon} 本，未登记照片 {bare} 本。",
                reverse("admin-people") + ("?show=soon" if soon else "?show=bare") if wrong else "", "查看")


def _parameters() -> Line:
    left = len(parameters.undecided())
    return Line("未决事项", "info" if left else "ok", f"{left} 项" if left else "正常", f"{left} 项平台约定仍按平台默认值执行。",
                reverse("admin-parameters") + "?show=undecided" if left else "", "查看")


def _calendar() -> Line:
    today = calendar.today()
    year = today.year if calendar.is_provisional(today.year) else today.year + 1
    note = calendar.note(year)
    pressing = note and (year == today.year or today.month == 12)
    return Line("节假日", "warn" if pressing else "wait" if note else "ok", "未公布" if note else "正常", note or f"{year}年节假日安排已载入。",
                reverse("admin-calendar") + f"?year={year}" if note else "", "导入通知")


def health() -> list[Line]:
    """Everything looked at, what needs work first."""
    order = {"late": 0, "warn": 1, "info": 2, "wait": 3, "ok": 4}
    lines = [_checkpoint(), _backup(), *_restored(), _disk(), *_bodies(), _certificates(), _logins(), _settings(), _calendar(), _parameters()]
    return sorted(lines, key=lambda line: order[line.tone])


@screen("admin/", "327-06-3")
@desk("admin")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Health of the platform; the administrator sees no records."""
    lines = health()
    due = sum(line.tone in ("late", "warn") for line in lines)
    return render(request, "admin/home.html", {"title": "系统状况", "lines": lines, "due": due})

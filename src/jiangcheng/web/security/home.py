"""安全管理员首页: who may log in and how, what is locked, whether the offices are divided, which keys sign."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from jiangcheng.kernel import keys, parameters
from jiangcheng.law.screens import screen
from jiangcheng.parties import access, oidc, rotation, second
from jiangcheng.parties.bodies import running
from jiangcheng.parties.identity import Passkey, SecondStep
from jiangcheng.parties.models import Account, LoginEvent, Seat
from jiangcheng.web.admin.home import Line, unsafe_settings
from jiangcheng.web.desk import desk

WATCHED = (*access.ADMINISTRATORS, "head", "supervisor")


def _offices() -> Line:
    day = timezone.localdate()
    held = dict.fromkeys(access.ADMINISTRATORS, 0)
    for role in Seat.objects.filter(running(day), role__in=held, account__is_active=True).values_list("role", flat=True):
        held[role] += 1
    said = "，".join(f"{access.ROLE_WORDS[role]} {n} 人" for role, n in held.items())
    if access.divided():
        return Line("三员分设", "ok", "已分设", said + "。")
    text = said + "。为两人分别设置安全管理员、审计管理员岗位后即分设，系统管理员不再管岗位、密码和参数中的安全部分，不能改回。"
    return Line("三员分设", "warn", "未分设", text, reverse("admin-accounts"), "设置岗位")


def _second() -> Line:
    wanted = [access.ROLE_WORDS[role] for role, on in parameters.value("HR-08-11").items() if on]
    page = reverse("admin-parameter", args=["HR-08-11"])
    day = timezone.localdate()
    apps = SecondStep.objects.filter(account=OuterRef("pk"), confirmed_at__isnull=False)
    has = Q(Exists(apps)) | Q(Exists(Passkey.objects.filter(account=OuterRef("pk"))))
    seats = Seat.objects.filter(running(day), account=OuterRef("pk"))
    watched = Account.objects.filter(Exists(seats.filter(role__in=WATCHED)), is_active=True)
    done, all_ = watched.filter(has).count(), watched.count()
    said = f"管理员、负责人、监督员的账号 {all_} 个，已设置二次验证 {done} 个。"
    if not wanted:
        return Line("二次验证", "warn", "都不强制", said, page, "设置")
    owing = seats.filter(role__in=[r for r in WATCHED if second.required([r])])
    bare = Account.objects.filter(Exists(owing), is_active=True).exclude(has).count()
    mark, text = f"{bare} 个账号未设置" if bare else "正常", f"须验证的岗位：{'、'.join(wanted)}。{said}"
    return Line("二次验证", "warn" if bare else "ok", mark, text, page, "查看")


def _locked() -> Line:
    now = timezone.now()
    locked = Account.objects.filter(locked_until__gt=now).count()
    steps = SecondStep.objects.filter(locked_until__gt=now).count()
    missed = LoginEvent.objects.filter(ok=False, at__gt=now - timedelta(hours=24)).count()
    mark = f"{locked + steps} 个锁定" if locked or steps else "正常"
    said = f"24 小时内不符 {missed} 次；密码锁定 {locked} 个，二次验证锁定 {steps} 个。"
    return Line("登录", "warn" if locked or steps or missed > 50 else "ok", mark, said,
                reverse("admin-accounts") + "?show=locked" if locked else "", "查看")


def _sessions() -> Line:
    idle, whole = parameters.value("HR-08-12.idle"), parameters.value("HR-08-12.whole")
    said = f"{idle} 分钟不使用即退出，最长 {whole} 分钟须重新登录。"
    return Line("登录时长", "ok", "正常", said, reverse("admin-parameter", args=["HR-08-12"]), "查看")


def _keys() -> Line:
    page = reverse("security-keys")
    if any(rotation.waiting(use) for use in keys.USES):
        return Line("签名密钥", "info", "待确认", "有一次更换等待另一人确认。", page, "查看")
    old = [k for k in keys.USES if keys.current(k).alg != keys.wanted()]
    if old:
        return Line("签名密钥", "info", "待更换", f"设置的算法是 {keys.wanted()}，现用密钥还不是，更换后生效。", page, "更换")
    return Line("签名密钥", "ok", "正常", f"存证和检查码均以 {keys.wanted()} 签名。", page, "查看")


def _provider() -> Line:
    if not oidc.on():
        return Line("统一身份认证", "wait", "未接入", "只用账号密码登录。接入办法见运行手册。")
    bound = Account.objects.filter(identities__isnull=False).distinct().count()
    return Line("统一身份认证", "ok", "已接入", f"{oidc.name()}，已绑定账号 {bound} 个。")


def _settings() -> Line:
    found = unsafe_settings()
    said = "、".join(found) + "。" if found else "未发现不安全的设置。"
    return Line("不安全设置", "warn" if found else "ok", f"{len(found)} 项" if found else "正常", said)


@screen("security/", "327-08-3", "HR-08-11", "HR-08-12")
@desk("security")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What protects the platform, what needs work first."""
    order = {"late": 0, "warn": 1, "info": 2, "wait": 3, "ok": 4}
    lines = [_offices(), _second(), _locked(), _sessions(), _keys(), _provider(), _settings()]
    lines.sort(key=lambda line: order[line.tone])
    due = sum(line.tone in ("late", "warn") for line in lines)
    return render(request, "security/home.html", {"title": "安全状况", "lines": lines, "due": due})

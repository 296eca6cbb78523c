"""Looks of the doctor at the place: Python, packages, fonts, disk, clock, settings, secrets and keys."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from jiangcheng.jobs.doctor import Found, Look, bad, good, warn
from jiangcheng.kernel import addresses, keys
from jiangcheng.papers import fonts
from jiangcheng.parties import access

OLDEST_PYTHON = (3, 11)
DISK_LEAST = 2 * 1024**3
SECRET_LEAST = 32
"""Characters of the secret at least; the one that the platform makes has 64."""
SECRET_KINDS = 10
"""Different characters in it at least."""
RENEW_DAYS = 14


def python() -> Iterator[Found]:
    """Python."""
    here = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield bad("Python", here, "需要 3.11 或更高版本。")
    else:
        yield good("Python", here)


def packages() -> Iterator[Found]:
    """依赖包."""
    lock = settings.ROOT / "requirements.lock"
    if not lock.is_file():
        yield warn("依赖包", "没有 requirements.lock，无法核对版本", "从完整的源代码目录运行。")
        return
    wrong = []
    for name, version in re.findall(r"(?m)^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+) *\\?$", lock.read_text("utf-8")):
        try:
            here = metadata.version(name)
        except metadata.PackageNotFoundError:
            here = "未安装"
        if here != version:
            wrong.append(f"{name} 应为 {version}，实为 {here}")
    if wrong:
        yield bad("依赖包", f"{len(wrong)} 个与锁定版本不同：" + "；".join(wrong[:3]), "删除 .venv 后运行 bin/start，会按锁定版本重装。")
    else:
        yield good("依赖包", "与锁定的版本一致")


def typefaces() -> Iterator[Found]:
    """字体."""
    faces = fonts.faces()
    given = [p for p in os.environ.get("JIANGCHENG_FONTS", "").split(os.pathsep) if p]
    missing = [p for p in given if not Path(p).is_dir()]
    if missing:
        yield bad("字体", f"JIANGCHENG_FONTS 指的文件夹不存在：{missing[0]}", "改正路径后重启。")
    elif not faces.fonts.families():
        yield bad("字体", "没有可用的字体，文书不能排版", "重装依赖包 pylopdf-fonts-zh-cn。")
    elif faces.roles["fang"][0] in (fonts.SERIF, fonts.SANS):
        yield warn("字体", "没有仿宋、小标宋，文书用宋体代替", "把公文字体放入一个文件夹，用 JIANGCHENG_FONTS 指明。")
    else:
        yield good("字体", f"正文 {faces.roles['fang'][0]}，标题 {faces.roles['title'][0]}")


def disk() -> Iterator[Found]:
    """磁盘."""
    total, _, free = shutil.disk_usage(settings.VAR)
    said = f"剩余 {free / 1024**3:,.1f} GB，占 {100 * free // total}%"
    short = free < DISK_LEAST or free < total // 20
    yield bad("磁盘", said, "清理或扩容；空间用尽后不能办理，也不能备份。") if short else good("磁盘", said)
    try:
        probe = settings.VAR / f".probe-{os.getpid()}"
        probe.write_text("")
        probe.unlink()
        yield good("数据文件夹", f"{settings.VAR} 可写")
    except OSError as problem:
        yield bad("数据文件夹", f"{settings.VAR} 不能写入（{problem.strerror}）", "检查属主和权限，或设置 JIANGCHENG_VAR。")


def clock() -> Iterator[Found]:
    """时钟."""
    program = shutil.which("timedatectl")
    said = ""
    if program:
        done = subprocess.run(  # noqa: S603
            [program, "show", "-p", "NTPSynchronized", "--value"], capture_output=True, text=True, timeout=10, check=False)
        said = done.stdout.strip()
    now = timezone.localtime()
    if now.year < 2025:
        yield bad("时钟", f"现在是 {now:%Y-%m-%d %H:%M}，早于本程序", "校准系统时间后再启动：期限和存证都以它为准。")
    elif said == "no":
        yield warn("时钟", f"{now:%Y-%m-%d %H:%M}，没有与时间服务器同步", "启用 systemd-timesyncd 或 chrony。")
    elif said == "yes":
        yield good("时钟", f"{now:%Y-%m-%d %H:%M}，已同步")
    else:
        yield warn("时钟", f"{now:%Y-%m-%d %H:%M}，查不到是否同步", "确认本机与时间服务器同步（NTP）。")


def secret() -> Iterator[Found]:
    """会话密钥."""
    words, path = settings.SECRET_KEY, settings.VAR / "secret"
    if len(words) < SECRET_LEAST or len(set(words)) < SECRET_KINDS:
        yield bad("会话密钥", f"太弱（{len(words)} 个字符，{len(set(words))} 种）", "删除 JIANGCHENG_SECRET，由平台自行生成；或换成 64 个随机字符。")
    elif os.environ.get("JIANGCHENG_SECRET"):
        yield good("会话密钥", "由环境变量给出，强度足够")
    else:
        yield from _private("会话密钥", [path])


def _private(what: str, paths: list[Path]) -> Iterator[Found]:
    """Are these readable by their owner alone, and is the owner the one who runs this?"""
    loose = [p for p in paths if p.exists() and stat.S_IMODE(p.stat().st_mode) & 0o077]
    foreign = [p for p in paths if p.exists() and hasattr(os, "geteuid") and p.stat().st_uid != os.geteuid() != 0]
    if loose:
        yield bad(what, "他人可读：" + "、".join(p.name for p in loose), "chmod 600 " + " ".join(map(str, loose)))
    elif foreign:
        yield bad(what, f"{foreign[0].name} 属于另一用户", "以服务所用的用户运行，或改正属主。")
    else:
        yield good(what, "仅属主可读")


def signing() -> Iterator[Found]:
    """签名密钥."""
    folder = keys.folder()
    pairs = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    if not pairs:
        yield warn("签名密钥", "尚未生成", "首次启动时生成；恢复的数据请先放入原来的 keys。")
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        yield warn("签名密钥", f"文件夹 {folder} 他人可进入", f"chmod 700 {folder}")
    for use in keys.USES:
        try:
            if (folder / f"{use}.pem").is_file():
                keys.pair_id(folder / f"{use}.pem")
        except ValueError:
            yield bad("签名密钥", f"{use}.pem 已损坏", "从另行保管的一份换回。")
    yield from _private("签名密钥", pairs)


def address() -> Iterator[Found]:
    """访问地址."""
    told, hosts = settings.PUBLIC_ADDRESS, settings.ALLOWED_HOSTS
    host = re.sub(r"^https?://|[:/].*$", "", told)
    if told.startswith("https://"):
        yield good("访问地址", told)
    else:
        yield warn("访问地址", f"{told} 不是 https", "城市使用时设置 JIANGCHENG_ADDRESS=https://…；手机试用可 bin/start --lan。")
    if "*" in hosts:
        yield bad("主机名", "允许任意主机名", "把 JIANGCHENG_HOSTS 设为实际的主机名，用逗号隔开。")
    elif host not in hosts and not any(h.startswith(".") and host.endswith(h) for h in hosts):
        yield bad("主机名", f"JIANGCHENG_HOSTS 中没有 {host}", f"在 JIANGCHENG_HOSTS 中加上 {host}。")
    else:
        yield good("主机名", "、".join(hosts))


def switches() -> Iterator[Found]:
    """开关."""
    if settings.DEBUG:
        yield bad("调试模式", "已打开，出错时会显示内部信息", "去掉 JIANGCHENG_DEBUG。")
    else:
        yield good("调试模式", "已关闭")
    if os.environ.get("JIANGCHENG_TEST_BREAK"):
        yield bad("测试开关", "JIANGCHENG_TEST_BREAK 已设置", "去掉它：它会关闭保护。")
    if access.is_demo():
        yield warn("演示数据", "演示账号的密码是公开的", "城市使用时从空的数据文件夹开始：bin/start --no-demo。")
    if settings.METRICS_TOKEN and len(settings.METRICS_TOKEN) < SECRET_LEAST:
        yield warn("指标口令", f"只有 {len(settings.METRICS_TOKEN)} 个字符", f"JIANGCHENG_METRICS_TOKEN 至少 {SECRET_LEAST} 个随机字符。")
    for name, given in (("JIANGCHENG_PROXIES", settings.TRUSTED_PROXIES), ("JIANGCHENG_METRICS_FROM", settings.METRICS_FROM)):
        try:
            addresses.networks(given)
        except ValueError:
            yield bad("网段", f"{name} 中有不是地址或网段的内容", f"改正 {name}。")


def certificate() -> Iterator[Found]:
    """局域网证书."""
    path = settings.VAR / "lan" / "server.pem"
    if not path.is_file():
        return
    left = (x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc - timezone.now()).days
    if left < RENEW_DAYS:
        yield warn("局域网证书", f"还有 {left} 日到期", "重新运行 bin/start --lan，会自动换新，手机不必重新信任。")
    else:
        yield good("局域网证书", f"还有 {left} 日到期")
    yield from _private("局域网密钥", sorted((settings.VAR / "lan").glob("*.key")))


LOOKS: tuple[Look, ...] = (python, packages, typefaces, disk, clock, secret, signing, address, switches, certificate)

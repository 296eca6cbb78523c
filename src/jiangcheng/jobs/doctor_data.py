"""Looks of the doctor at the data: database and its settings, migrations, ledger, sequencer, backups, files."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from jiangcheng.jobs import backup, restore, versions
from jiangcheng.jobs.doctor import Found, Look, bad, good, warn
from jiangcheng.kernel import care, copies, export, keys, merkle, models, sequencer, tree

BACKUP_LATE = timedelta(hours=26)
CLOCKS_DIFFER = timedelta(seconds=5)
SAMPLE = 200
"""Files read at each run; all of them with ``--whole``."""


def engine() -> Iterator[Found]:
    """数据库."""
    for setting in care.settings_found():
        said = f"{setting.name} = {setting.value}"
        if setting.good:
            yield good("数据库", said)
        else:
            yield (bad if setting.grave else warn)("数据库", said, setting.remedy)


def form() -> Iterator[Found]:
    """数据库结构."""
    too_new, due = versions.too_new(), versions.pending()
    if restore.half_done():
        yield bad("恢复", "上一次恢复没有做完", "再次运行同一条 bin/jiangcheng restore 命令。")
    if too_new:
        yield bad("数据库结构", "由更新的版本写成", "换回新版本，或恢复升级前的备份。")
    elif due:
        yield warn("数据库结构", f"{len(due)} 项迁移没有运行", "运行 bin/start：先自动备份，再升级。")
    else:
        yield good("数据库结构", "与本版本一致")
    if not due:
        missing = care.missing_guards()
        if missing:
            yield bad("存证表的保护", "缺少：" + "、".join(missing), "立即导出存证并核验；bin/start 会重新装上保护。")
        else:
            yield good("存证表的保护", "只增不改的约束都在")


def times() -> Iterator[Found]:
    """数据库时钟."""
    apart = abs(timezone.now() - care.now_there())
    if apart > CLOCKS_DIFFER:
        yield bad("数据库时钟", f"与本机相差 {apart.total_seconds():.0f} 秒", "校准两台机器的时间。")
    else:
        yield good("数据库时钟", "与本机一致")
    newest = models.Leaf.objects.order_by("-id").values_list("at", flat=True).first()
    if newest is not None and newest > timezone.now() + CLOCKS_DIFFER:
        yield bad("存证时间", f"最新一条在将来（{timezone.localtime(newest):%Y-%m-%d %H:%M}）", "时钟曾被拨快，或现在慢了：先校准时间。")


def ledger() -> Iterator[Found]:
    """存证."""
    last = models.Checkpoint.objects.order_by("-size").first()
    if last is None:
        yield warn("存证", "还没有检查点", "启动服务后 2 秒内签发。") if models.Leaf.objects.exists() else good("存证", "还没有办理记录")
        return
    remedy = "不要改动数据；导出存证，另存数据库，按手册“存证核验”处理。"
    if not sequencer.genuine(last):
        yield bad("存证", f"检查点第 {last.pk} 号的签名不是本机密钥的", remedy + "密钥文件夹也可能放错了。")
        return
    try:
        root = merkle.Frontier.of(last.size, tree.Subtrees()).root().hex()
    except tree.Gap:
        root = ""
    if root != last.root:
        yield bad("存证", f"现有存证算不出检查点第 {last.pk} 号的根", remedy)
    else:
        yield good("存证", f"检查点第 {last.pk} 号覆盖 {last.size:,} 条，签名和根相符")


def waiting() -> Iterator[Found]:
    """存证定序."""
    oldest = sequencer.oldest_waiting()
    if oldest is None:
        yield good("存证定序", "没有等待的记录")
        return
    seconds = (timezone.now() - oldest).total_seconds()
    if sequencer.stalled():
        yield bad("存证定序", f"有记录已等 {seconds:,.0f} 秒", "服务没有运行，或定序停了：重启服务，看日志中的 sequencer。")
    else:
        yield good("存证定序", f"最久的一条等了 {seconds:.0f} 秒")


def copies_made() -> Iterator[Found]:
    """备份."""
    whole = copies.whole()
    unreadable = [b.name for b in whole if copies.made_at(b) is None]
    if unreadable:
        yield bad("备份", f"{unreadable[-1]} 读不出", "用 bin/jiangcheng check 检查，坏的移走。")
    at = copies.newest()
    if at is None:
        yield warn("备份", "还没有任何备份", "每日运行 bin/jiangcheng backup --keep 14，并复制到另一台设备。")
        return
    hours = (timezone.now() - at).total_seconds() / 3600
    if timezone.now() - at > BACKUP_LATE:
        yield bad("备份", f"最近一份是 {hours:,.0f} 小时前的", "运行 bin/jiangcheng backup，查看定时任务为何没有运行。")
    else:
        yield good("备份", f"共 {len(whole)} 份，最近一份是 {hours:.0f} 小时前的")
    left = list(copies.home().glob(".*.part"))
    if left:
        yield warn("备份", f"{len(left)} 份没有做完", "下一次备份会清理。")


def _files(only: int | None) -> Iterator[Found]:
    found = itertools.islice(backup.stored(Path(settings.MEDIA_ROOT)), only)
    seen, wrong = 0, []
    for path in found:
        seen += 1
        if len(path.name) == 64 and backup.digest_of(path) != path.name:
            wrong.append(path.name)
    if wrong:
        yield bad("文件", f"{len(wrong)} 个与其摘要不符，如 {wrong[0][:12]}…", "从备份中换回同名的文件。")
    else:
        yield good("文件", f"已核对 {seen:,} 个" + ("（抽查）" if only and seen == only else ""))


def some_files() -> Iterator[Found]:
    """文件."""
    yield from _files(SAMPLE)


def all_files() -> Iterator[Found]:
    """全部文件."""
    yield from _files(None)


def whole_ledger() -> Iterator[Found]:
    """全部存证."""
    aside = Path(tempfile.mkdtemp(prefix=".doctor-", dir=settings.VAR))
    try:
        folder = export.export(aside / "export")
        public = [bytes.fromhex(key["public"]) for key in keys.public_keys() if key["use"] == "ledger"]
        found = backup.verify.verify_export(folder, public)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    if found:
        yield bad("全部存证", f"{len(found)} 处不一致：{found[0]}", "不要改动数据；按手册“存证核验”处理。")
    else:
        yield good("全部存证", f"逐条核验完好（{connection.vendor}）")


LOOKS: tuple[Look, ...] = (engine, form, times, ledger, waiting, copies_made, some_files)
WHOLE: tuple[Look, ...] = (whole_ledger, all_files)

"""A new version meets the data of an older one: a backup first, then the migrations."""

from __future__ import annotations

from collections.abc import Callable

from jiangcheng.jobs import backup, versions
from jiangcheng.kernel import care

NAME = "-before-update"
"""Ending of the name of such a backup."""


def migrate(say: Callable[[str], None], *, copy: bool = True) -> None:
    """Bring the database to the form of this program. Where there are acts and something is to change, a backup comes first.

    ``backup.Unfit`` when the backup fails: then nothing is migrated.
    """
    from jiangcheng.jobs import cli  # noqa: PLC0415  it imports this package's commands

    due = versions.pending()
    if due and copy and care.holds_acts():
        made = backup.make(name=NAME, sign=False)
        wrong = backup.check(made, ledger=False)
        if wrong:
            raise backup.Unfit("升级前的备份不完好：\n" + "\n".join(wrong))
        say(f"升级前已备份到 {made}。")
    cli.migrate()  # also where nothing is due: it puts back the guards of the ledger's tables
    if due:
        say(f"数据库已更新：{len(due)} 项迁移。")

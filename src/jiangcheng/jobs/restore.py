"""Restoring (``bin/jiangcheng restore``) and the command line of backups.

A restore that is cut off leaves a mark in the data folder: the server does not start on it, and the same command goes on.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from jiangcheng.jobs import backup, sealed, versions
from jiangcheng.jobs.backup import Unfit
from jiangcheng.kernel import care, copies, export, keys, ledger, models, sequencer, verify
from jiangcheng.kernel.actor import SYSTEM


def mark() -> Path:
    """The file that says that a restore has begun and not ended."""
    return settings.VAR / "restoring.json"


def half_done() -> str:
    """One line that says that a restore was cut off, or nothing."""
    if not mark().exists():
        return ""
    return "上一次恢复没有做完，没有启动。请再次运行同一条 bin/jiangcheng restore 命令，它会接着做完。"


def restore(folder: Path, *, new_keys: bool = False) -> dict[str, Any]:
    """Bring a backup into this installation, which must be empty; the manifest. The ledger says that it was restored.

    The signing keys come from the backup or from the installation's ``keys`` folder; without them only by ``new_keys``.
    ``Unfit`` with everything that is wrong; ``Unfit`` too when the restored ledger does not hold.
    """
    manifest = backup.read(folder)
    if manifest["engine"] != connection.vendor:
        raise Unfit(f"备份来自 {manifest['engine']}，本机使用 {connection.vendor}：请先设置同类数据库（DATABASE_URL）。")
    if not _goes_on(manifest) and (not care.is_empty() or any(backup.stored(Path(settings.MEDIA_ROOT)))):
        raise Unfit("本机已有数据，不能恢复到这里。请用空的数据文件夹（JIANGCHENG_VAR）或空的数据库。")
    trusted = {} if new_keys else backup.known_keys()
    wrong = backup.check(folder, trusted)
    if wrong:
        raise Unfit("备份不完好，没有恢复任何数据：\n" + "\n".join(wrong))
    _keys_or_refuse(folder, manifest, new_keys=new_keys)
    settings.VAR.mkdir(parents=True, exist_ok=True)
    backup.room_for(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()), settings.VAR)
    mark().write_text(json.dumps({"database_sha256": manifest["database_sha256"]}))
    try:
        _bring(folder, manifest)
        _record(folder, manifest)
    except (OSError, DatabaseError) as problem:
        raise Unfit(f"恢复中断：{problem}。处理后再次运行同一条命令，会接着做完。") from problem
    _prove(folder, manifest, trusted)
    sequencer.checkpoint_now()
    mark().unlink()
    return manifest


def _goes_on(manifest: dict[str, Any]) -> bool:
    """Was the restore of this same backup cut off here?"""
    if not mark().exists():
        return False
    try:
        begun = json.loads(mark().read_text("utf-8"))["database_sha256"]
    except (ValueError, KeyError):  # cut off while the mark was written: nothing else was
        return False
    if begun != manifest["database_sha256"]:
        raise Unfit("这里有另一份备份的恢复没有做完。请用那一份接着恢复，或者换一个空的数据文件夹和数据库。")
    return True


def _pair_id(folder: Path, use: str) -> str:
    """Id of the signing pair in a folder; empty when there is none that can be read."""
    path = folder / f"{use}.pem"
    try:
        return keys.pair_id(path) if path.is_file() else ""
    except ValueError as problem:
        raise Unfit(f"签名密钥 {path} 已损坏，请换上另行保管的一份。") from problem


def _keys_or_refuse(folder: Path, manifest: dict[str, Any], *, new_keys: bool) -> None:
    """All pairs that signed, here or in the backup, and none other: decided before anything is copied."""
    for use, wanted in manifest["keys"].items():
        here, brought = _pair_id(keys.folder(), use), _pair_id(folder / "keys", use)
        if (here or brought) == wanted or new_keys:
            continue
        if here:
            raise Unfit(f"{keys.folder()} 中的签名密钥是 {here}，备份所用的是 {wanted}（{use}）。请放入该密钥，或先移走现有的。")
        raise Unfit(
            f"没有签名密钥 {wanted}（{use}）：请把另行保管的 keys 放入 {keys.folder()}，"
            "确已遗失的用 --new-keys 另立新钥（此前的检查码和回执仍可用原公钥核验）。"
        )


def _bring(folder: Path, manifest: dict[str, Any]) -> None:
    """Keys, files, and the database last and at once; then the form of this program."""
    here = keys.folder()
    here.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted((folder / "keys").iterdir()):
        if path.name == "secret":
            backup.copy_private(path, settings.VAR / "secret")
        elif not (here / path.name).exists():
            backup.copy_private(path, here / path.name)
    backup.copy_files(folder / "files", Path(settings.MEDIA_ROOT))
    if care.is_empty():
        care.load(folder / manifest["database"])
    call_command("migrate", verbosity=0, interactive=False)


def _record(folder: Path, manifest: dict[str, Any]) -> None:
    told = {"backup": folder.name, "made_at": manifest["made_at"], "database_sha256": manifest["database_sha256"],
            "leaves": manifest["leaves"]}
    if models.Leaf.objects.filter(act="ledger.restored", entry__contains=manifest["database_sha256"]).exists():
        return  # cut off just after it
    with ledger.act("ledger.restored", SYSTEM, opinion=f"由 {manifest['made_at'][:16]} 的备份恢复", extra=told):
        pass


def _prove(folder: Path, manifest: dict[str, Any], trusted: dict[str, bytes]) -> None:
    """A dump could not be read before: what came of it is verified now. A row of a form that a migration since then has
    taken away can no longer be checked here; it was, by the version that made the backup."""
    if manifest["engine"] == "sqlite":
        return
    sequencer.checkpoint_now()
    aside = Path(tempfile.mkdtemp(prefix=".proving-", dir=settings.VAR))
    try:
        found = backup.findings(export.export(aside / "export"), folder, manifest, {**trusted, **backup.known_keys()})
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    if manifest["migrations"] != versions.applied():
        found = [one for one in found if one.kind != "row-unchecked"]
    if found:
        raise Unfit("已恢复，但存证核验发现问题，服务不会启动：\n" + "\n".join(map(str, found)))


# --- the command line ----------------------------------------------------------------------------------------------


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jiangcheng")
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser("backup", help="备份数据库、文件和公钥")
    made.add_argument("folder", type=Path, nargs="?")
    made.add_argument("--with-keys", action="store_true", help="连同签名私钥（须另行严加保管）")
    made.add_argument("--keep", type=int, default=0, metavar="N", help="只保留最新的 N 份")
    checked = commands.add_parser("check", help="检查一份备份")
    checked.add_argument("folder", type=Path)
    checked.add_argument("--key", action="append", default=[], help="信任的存证公钥：十六进制或文件；不给则用本机已知的")
    restored = commands.add_parser("restore", help="恢复到空的数据文件夹")
    restored.add_argument("folder", type=Path)
    restored.add_argument("--new-keys", action="store_true", help="原签名密钥已遗失，另立新钥")
    for one in (made, checked, restored):
        one.add_argument("--passphrase-file", type=Path, help="加密备份的口令，文件的第一行")
    return parser


def main(argv: Sequence[str]) -> int:
    """``backup [FOLDER]``, ``check FOLDER``, ``restore FOLDER``. Exit status 1 when the copy is unfit."""
    parser = _parser()
    options = parser.parse_args(list(argv))
    if options.command == "backup" and (options.keep < 0 or (options.keep and options.folder)):
        parser.error("--keep 应为正数，只用于本机自己的备份文件夹，不与指定位置同用")
    try:
        phrase = sealed.phrase_from(options.passphrase_file) if options.passphrase_file else b""
        return {"backup": _make, "check": _check, "restore": _restore}[options.command](options, phrase)
    except (Unfit, care.ToolMissing, sealed.Unreadable) as problem:
        print(problem)
    except (OSError, DatabaseError) as problem:
        print(f"没有做完：{problem}")
    return 1


def _make(options: argparse.Namespace, phrase: bytes) -> int:
    made = backup.make(options.folder, pairs=options.with_keys, phrase=phrase)
    with backup.opened(made, phrase) as folder:
        wrong = backup.check(folder, ledger=False)
    if wrong:
        print("刚做的备份不完好，旧备份都已保留：\n" + "\n".join(wrong))
        return 1
    said = copies.head(made)
    print(f"已备份到 {made}：{said['leaves']} 条存证，{said['files']} 个文件，已逐字节核对。")
    if not options.with_keys:
        print("备份中没有签名私钥：keys 文件夹请另行保管。")
    for gone in backup.prune(options.keep) if options.keep else ():
        print(f"已删除旧备份 {gone.name}。")
    return 0


def _check(options: argparse.Namespace, phrase: bytes) -> int:
    try:
        given = [verify.public_key(key) for key in options.key]
    except (OSError, ValueError) as problem:
        raise Unfit(f"公钥读不出：{problem}") from problem
    trusted = {keys.key_id(key): key for key in given} or backup.known_keys()
    with backup.opened(options.folder, phrase) as folder:
        wrong = backup.check(folder, trusted)
    print("\n".join(wrong) or "备份完好。")
    if not wrong and not trusted:
        print("本机不知道原来的公钥，签名只与备份自带的公钥核对；请用 --key 给出另行保存的公钥。")
    return 1 if wrong else 0


def _restore(options: argparse.Namespace, phrase: bytes) -> int:
    with backup.opened(options.folder, phrase) as folder:
        manifest = restore(folder, new_keys=options.new_keys)
    print(f"已恢复 {manifest['made_at'][:16]} 的备份：{manifest['leaves']} 条存证，{manifest['files']} 个文件；恢复一事已记入存证。")
    return 0


def start_problem() -> str:
    """One line that says why these data cannot be served: a restore cut off, or a newer version's data; or nothing."""
    return half_done() or versions.too_new()

"""``bin/jiangcheng backup | check | restore``: a dated copy of database, files and public keys, proved before it is trusted.

A backup is a folder: ``database.sqlite3`` or ``database.dump``, ``files/`` (each named by its digest), ``keys/`` (the
public halves; the pairs only when asked), ``forms.json`` and, written last, ``manifest.json``: when, of what form, how
much, the digest of each part and the last checkpoint. A folder without a manifest is a copy that was cut off.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from jiangcheng import __version__
from jiangcheng.kernel import canonical, copies, keys, ledger, models, sequencer, storage, verify
from jiangcheng.kernel.actor import SYSTEM
from jiangcheng.kernel.copies import MANIFEST

FORM = 1
"""Of the folder; a newer one than this program knows is refused."""
CHUNK = 1 << 20


class Unfit(Exception):
    """The copy cannot be used, in words for the operator."""


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in parts."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _stored(folder: Path) -> Iterator[Path]:
    """Files named by their digest, in order; drafts of a write that was cut off are none."""
    if folder.is_dir():
        yield from sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


def make(target: Path | None = None, *, pairs: bool = False) -> Path:
    """Copy everything while the server runs; the folder. The database first: what it names is among the files then.

    ``pairs`` puts the signing keys into it as well: whoever reads such a backup can sign as this installation.
    """
    now = timezone.localtime()
    target = target or copies.home() / f"{now:%Y%m%d-%H%M%S}"
    if target.exists():
        raise Unfit(f"{target} 已经存在，请换一个文件夹。")
    draft = target.with_name(f".{target.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    signed = sequencer.checkpoint_now() or models.Checkpoint.objects.order_by("-size").first()
    database = draft / storage.DUMP_NAME[connection.vendor]
    storage.dump(database)
    kept = _copy_files(Path(settings.MEDIA_ROOT), draft / "files")
    _copy_keys(draft / "keys", pairs=pairs)
    shutil.copy(canonical.FORMS_FILE, draft / "forms.json")
    manifest = {
        "form": FORM, "made_at": now.isoformat(), "version": __version__, "engine": connection.vendor, "database": database.name,
        "database_sha256": digest_of(database), "forms_sha256": digest_of(draft / "forms.json"), "files": len(kept),
        "files_sha256": hashlib.sha256("\n".join(kept).encode()).hexdigest(), "leaves": models.Leaf.objects.count(),
        "checkpoint": sequencer.export_checkpoint(signed) if signed else None, "ledger_key": keys.ledger_key().id,
        "migrations": sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations()),
    }
    (draft / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    draft.rename(target)
    return target


def _copy_files(source: Path, target: Path) -> list[str]:
    """Copy the files as they stand; their names in order. One that vanishes meanwhile (a draft) is left out."""
    target.mkdir(parents=True, exist_ok=True)
    kept = []
    for path in _stored(source):
        to = target / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)
        kept.append(path.name)
    return kept


def _copy_keys(target: Path, *, pairs: bool) -> None:
    target.mkdir(mode=0o700)
    for pattern in ("*.pub", "*.pem") if pairs else ("*.pub",):
        for path in sorted(keys.folder().glob(pattern)):
            shutil.copy(path, target / path.name)


def prune(keep: int) -> list[Path]:
    """Remove all but the newest ``keep`` whole backups of the installation's own folder; those removed."""
    whole = copies.whole()
    gone = whole[: max(len(whole) - keep, 0)]
    for folder in gone:
        shutil.rmtree(folder)
    return gone


def read(folder: Path) -> dict[str, Any]:
    """The manifest. ``Unfit`` when there is none, or one of a newer form."""
    path = folder / MANIFEST
    if not path.is_file():
        raise Unfit(f"{folder} 中没有 {MANIFEST}：不是备份，或者备份没有做完。")
    manifest = json.loads(path.read_text("utf-8"))
    if manifest.get("form", 0) > FORM:
        raise Unfit(f"这份备份由更新的版本（{manifest.get('version')}）制作，请用该版本恢复。")
    return manifest


def check(folder: Path) -> list[str]:
    """Everything that is wrong with a backup, in words; empty means sound. Reads every byte.

    The ledger inside is verified where the copy can be read as it lies (SQLite); a dump is verified when restored.
    """
    manifest = read(folder)
    wrong = []
    for name, digest in ((manifest["database"], manifest["database_sha256"]), ("forms.json", manifest["forms_sha256"])):
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} 不在备份中。")
        elif digest_of(path) != digest:
            wrong.append(f"{name} 与备份时的摘要不一致。")
    found = list(_stored(folder / "files"))
    wrong += [f"文件 {path.name} 的内容与其摘要不一致。" for path in found if digest_of(path) != path.name]
    if hashlib.sha256("\n".join(p.name for p in found).encode()).hexdigest() != manifest["files_sha256"]:
        wrong.append(f"应有 {manifest['files']} 个文件，现有 {len(found)} 个，或者名称不同。")
    if not wrong and manifest["engine"] == "sqlite":
        wrong += [str(finding) for finding in _findings(folder, manifest)]
    return wrong


def _findings(folder: Path, manifest: dict[str, Any]) -> list[verify.Finding]:
    public = [path.read_text().strip() for path in sorted((folder / "keys").glob("ledger-*.pub"))]
    last = [manifest["checkpoint"]] if manifest["checkpoint"] else []
    return verify.verify_export(
        folder / manifest["database"], public, last, forms=folder / "forms.json", files=folder / "files",
    )


def restore(folder: Path, *, new_keys: bool = False) -> dict[str, Any]:
    """Bring a backup into this installation, which must be empty; the manifest. The ledger says that it was restored.

    The signing keys come from the backup or from the installation's ``keys`` folder; without them only by ``new_keys``.
    """
    manifest = read(folder)
    if manifest["engine"] != connection.vendor:
        raise Unfit(f"备份来自 {manifest['engine']}，本机使用 {connection.vendor}：请先设置同类数据库（DATABASE_URL）。")
    if not storage.is_empty() or any(_stored(Path(settings.MEDIA_ROOT))):
        raise Unfit("本机已有数据，不能恢复到这里。请用空的数据文件夹（JIANGCHENG_VAR）或空的数据库。")
    wrong = check(folder)
    if wrong:
        raise Unfit("备份不完好，没有恢复任何数据：\n" + "\n".join(wrong))
    _bring_keys(folder, manifest, new_keys=new_keys)
    storage.load(folder / manifest["database"])
    _copy_files(folder / "files", Path(settings.MEDIA_ROOT))
    call_command("migrate", verbosity=0, interactive=False)
    told = {"backup": folder.name, "made_at": manifest["made_at"], "database_sha256": manifest["database_sha256"],
            "leaves": manifest["leaves"]}
    with ledger.act("ledger.restored", SYSTEM, opinion=f"由 {manifest['made_at'][:16]} 的备份恢复", extra=told):
        pass
    sequencer.checkpoint_now()
    return manifest


def _bring_keys(folder: Path, manifest: dict[str, Any], *, new_keys: bool) -> None:
    here = keys.folder()
    here.mkdir(parents=True, exist_ok=True, mode=0o700)
    for path in sorted((folder / "keys").iterdir()):
        if not (here / path.name).exists():
            shutil.copy(path, here / path.name)
    same = (here / "ledger.pem").is_file() and keys.ledger_key().id == manifest["ledger_key"]
    if not same and not new_keys:
        raise Unfit(
            f"没有签名密钥 {manifest['ledger_key']}：请把另行保管的 keys 放入 {here}，"
            "确已遗失的用 --new-keys 另立新钥（此前的检查码和回执仍可用原公钥核验）。"
        )


def main(argv: Sequence[str]) -> int:
    """``backup [FOLDER]``, ``check FOLDER``, ``restore FOLDER``. Exit status 1 when the copy is unfit."""
    parser = argparse.ArgumentParser(prog="jiangcheng")
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser("backup", help="备份数据库、文件和公钥")
    made.add_argument("folder", type=Path, nargs="?")
    made.add_argument("--with-keys", action="store_true", help="连同签名私钥（须另行严加保管）")
    made.add_argument("--keep", type=int, default=0, metavar="N", help="只保留最新的 N 份")
    checked = commands.add_parser("check", help="检查一份备份")
    checked.add_argument("folder", type=Path)
    restored = commands.add_parser("restore", help="恢复到空的数据文件夹")
    restored.add_argument("folder", type=Path)
    restored.add_argument("--new-keys", action="store_true", help="原签名密钥已遗失，另立新钥")
    options = parser.parse_args(list(argv))
    try:
        return {"backup": _make, "check": _check, "restore": _restore}[options.command](options)
    except (Unfit, storage.ToolMissing) as problem:
        print(problem)
        return 1


def _make(options: argparse.Namespace) -> int:
    folder = make(options.folder, pairs=options.with_keys)
    manifest = read(folder)
    print(f"已备份到 {folder}：{manifest['leaves']} 条存证，{manifest['files']} 个文件。")
    if not options.with_keys:
        print("备份中没有签名私钥：keys 文件夹请另行保管。")
    for gone in prune(options.keep) if options.keep else ():
        print(f"已删除旧备份 {gone.name}。")
    return 0


def _check(options: argparse.Namespace) -> int:
    wrong = check(options.folder)
    print("\n".join(wrong) or "备份完好。")
    return 1 if wrong else 0


def _restore(options: argparse.Namespace) -> int:
    manifest = restore(options.folder, new_keys=options.new_keys)
    print(f"已恢复 {manifest['made_at'][:16]} 的备份：{manifest['leaves']} 条存证，{manifest['files']} 个文件；恢复一事已记入存证。")
    return 0

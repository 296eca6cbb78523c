"""Making and checking backups (``bin/jiangcheng backup | check``): a dated copy of everything, proved before it is trusted.

A backup is a folder: ``database.sqlite3`` or ``database.dump``, ``files/`` (each named by its digest), ``keys/`` (the
public halves; the pairs and the secret of sessions only when asked), ``forms.json`` and, written last, ``manifest.json``:
when, of what form, how much, the digest of each part, the last checkpoint, and the signature of the ledger's key over
all that. A folder without a manifest is a copy that was cut off; a manifest signed by a stranger is a stranger's backup.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from jiangcheng import __version__
from jiangcheng.jobs import sealed, versions
from jiangcheng.kernel import canonical, care, copies, keys, sequencer, verify
from jiangcheng.kernel.copies import MANIFEST

try:
    import fcntl
except ImportError:  # not on this system: two backups at once are then the operator's business
    fcntl = None

FORM = 1
"""Of the folder; a newer one than this program knows is refused."""
DATABASES = tuple(care.DUMP_NAME.values())
SPARE = 64 * 1024 * 1024
"""Bytes that must stay free beside a copy."""
_QUESTIONS = {
    "leaves": "SELECT count(*) FROM kernel_leaf",
    "checkpoint": "SELECT id, size, root, heads, at, key_id, signature FROM kernel_checkpoint ORDER BY size DESC LIMIT 1",
    "migrations": "SELECT app, name FROM django_migrations",
}
"""Asked in plain words of the database, because the copy before a migration is of an older form than the program."""


class Unfit(Exception):
    """The copy cannot be made or used, in words for the operator."""


def digest_of(path: Path) -> str:
    """SHA-256 of a file, read in parts."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stored(folder: Path) -> Iterator[Path]:
    """Files named by their digest, in order; drafts of a write that was cut off are none."""
    if folder.is_dir():
        yield from sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


# --- making --------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One backup at a time into one place; drafts that a killed one left behind are cleared away."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / ".lock").open("w") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as problem:
                raise Unfit("另一次备份正在进行，请等它完成。") from problem
        for left in home.glob(".*.part"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield


def room_for(needed: int, place: Path) -> None:
    """``Unfit`` when the disk cannot hold so many bytes more."""
    free = shutil.disk_usage(place).free
    if free < needed + SPARE:
        raise Unfit(f"{place} 所在磁盘剩余 {free >> 20:,} MB，需要约 {(needed + SPARE) >> 20:,} MB。请清理或换一个位置。")


def make(target: Path | None = None, *, pairs: bool = False, phrase: bytes = b"", name: str = "", sign: bool = True) -> Path:
    """Copy everything while the server runs; where it lies. The database first: what it names is among the files then.

    ``pairs`` puts the signing keys and the secret into it as well: whoever reads such a backup can sign as this
    installation. ``phrase`` makes it one encrypted file. ``sign`` takes a checkpoint first (not before a migration).
    """
    now = timezone.localtime()
    target = target or copies.home() / (f"{now:%Y%m%d-%H%M%S}{name}" + (copies.SEALED if phrase else ""))
    if target.exists():
        raise Unfit(f"{target} 已经存在，请换一个位置。")
    draft = target.with_name(f".{target.name}.part")
    try:
        with _alone(target.parent):
            room_for((care.size_on_disk() + _size_of(Path(settings.MEDIA_ROOT))) * (2 if phrase else 1), target.parent)
            draft.mkdir(mode=0o700)
            if sign:
                with contextlib.suppress(sequencer.Broken):  # the copy is worth the more then
                    sequencer.checkpoint_now()
            manifest = _fill(draft, now.isoformat(), pairs=pairs)
            _finish(draft, target, manifest, phrase)
    except (OSError, care.ToolMissing, DatabaseError) as problem:
        with contextlib.suppress(OSError):
            shutil.rmtree(draft)
        raise Unfit(f"备份没有做成，未留下不完整的备份：{problem}") from problem
    return target


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in stored(folder))


def _fill(draft: Path, made_at: str, *, pairs: bool) -> dict[str, Any]:
    database = draft / care.DUMP_NAME[connection.vendor]
    found = care.dump(database, _QUESTIONS)
    kept = copy_files(Path(settings.MEDIA_ROOT), draft / "files")
    _copy_keys(draft / "keys", pairs=pairs)
    shutil.copyfile(canonical.FORMS_FILE, draft / "forms.json")
    number, size, root, heads, at, key, signature = found["checkpoint"][0] if found["checkpoint"] else (None,) * 7
    return {
        "form": FORM, "made_at": made_at, "version": __version__, "engine": connection.vendor, "database": database.name,
        "database_sha256": digest_of(database), "forms_sha256": digest_of(draft / "forms.json"), "files": len(kept),
        "files_sha256": names_digest(kept), "leaves": found["leaves"][0][0],
        "checkpoint": None if number is None else {
            "kind": "jiangcheng checkpoint v1", "number": number, "size": size, "root": root, "heads": heads, "at": at, "key": key,
            "signature": signature,
        },
        "keys": {"ledger": keys.ledger_key().id, "code": keys.code_key().id},
        "migrations": sorted(f"{app}.{name}" for app, name in found["migrations"]),
    }  # fmt: skip


def _finish(draft: Path, target: Path, manifest: dict[str, Any], phrase: bytes) -> None:
    """Sign and write the manifest when everything else is on the disk; then the copy gets its name."""
    manifest["signature"] = keys.ledger_key().sign(signed_text(manifest)).hex()
    if hasattr(os, "sync"):
        os.sync()
    with (draft / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    if phrase:
        whole = draft.with_name(draft.name.removesuffix(".part") + ".seal.part")
        try:
            sealed.seal(draft, whole, phrase, {name: manifest[name] for name in ("made_at", "version", "engine", "leaves", "files")})
        except BaseException:
            whole.unlink(missing_ok=True)
            raise
        whole.rename(target)
        shutil.rmtree(draft)
    else:
        draft.rename(target)
    handle = os.open(target.parent, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def names_digest(names: list[str]) -> str:
    """Digest of the names of all files, in their order."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def signed_text(manifest: dict[str, Any]) -> bytes:
    """What the key of the ledger signs of a manifest."""
    return ("jiangcheng backup v1\n" + canonical.text({k: v for k, v in manifest.items() if k != "signature"})).encode()


def copy_files(source: Path, target: Path) -> list[str]:
    """Copy the files as they stand; their names in order. One that vanishes meanwhile (a draft) is left out."""
    target.mkdir(parents=True, exist_ok=True)
    kept = []
    for path in stored(source):
        to = target / path.relative_to(source)
        to.parent.mkdir(parents=True, exist_ok=True)
        aside = to.with_name(f".{to.name}")
        try:
            shutil.copyfile(path, aside)
        except FileNotFoundError:
            continue
        aside.replace(to)
        kept.append(path.name)
    return kept


def _copy_keys(target: Path, *, pairs: bool) -> None:
    target.mkdir(mode=0o700)
    for path in sorted(keys.folder().iterdir()):
        if path.is_file() and not path.name.startswith(".") and (pairs or path.suffix == ".pub"):
            copy_private(path, target / path.name)
    if pairs and (settings.VAR / "secret").is_file():
        copy_private(settings.VAR / "secret", target / "secret")


def copy_private(source: Path, target: Path) -> None:
    """Copy a file that its owner alone may read."""
    with open(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(source.read_bytes())
        os.fchmod(file.fileno(), 0o600)


def prune(keep: int) -> list[Path]:
    """Remove all but the newest ``keep`` whole backups of the installation's own folder; those removed."""
    whole = copies.whole()
    gone = whole[: max(len(whole) - keep, 0)]
    for backup in gone:
        if backup.is_dir():
            (backup / MANIFEST).unlink()  # first: what is cut off now is seen to be no backup
            shutil.rmtree(backup)
        else:
            backup.unlink()
    return gone


# --- checking ------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def opened(backup: Path, phrase: bytes) -> Iterator[Path]:
    """The folder of a backup; a sealed one is opened into a place that goes away again."""
    if not backup.is_file():
        yield backup
        return
    if not phrase:
        raise Unfit("这是加密备份，请用 --passphrase-file 给出口令文件。")
    settings.VAR.mkdir(parents=True, exist_ok=True)
    room_for(backup.stat().st_size, settings.VAR)
    aside = settings.VAR / f".opened-{os.getpid()}"
    aside.mkdir(mode=0o700)
    try:
        sealed.unseal(backup, aside, phrase)
        yield aside
    except sealed.Unreadable as problem:
        raise Unfit(str(problem)) from problem
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def read(folder: Path) -> dict[str, Any]:
    """The manifest. ``Unfit`` when there is none, it cannot be read, or it is one of a newer form."""
    path = folder / MANIFEST
    if not path.is_file():
        raise Unfit(f"{folder} 中没有 {MANIFEST}：不是备份，或者备份没有做完。")
    try:
        manifest = json.loads(path.read_text("utf-8"))
        form, engine, database = manifest["form"], manifest["engine"], manifest["database"]
    except (ValueError, KeyError, TypeError) as problem:
        raise Unfit(f"{MANIFEST} 已损坏，不能使用这份备份。") from problem
    if form > FORM:
        raise Unfit(f"这份备份由更新的版本（{manifest.get('version')}）制作，请用该版本恢复。")
    if care.DUMP_NAME.get(engine) != database:
        raise Unfit(f"{MANIFEST} 已损坏：数据库 {engine}，文件名 {database}。")
    strange = versions.unknown(manifest.get("migrations", ()))
    if strange:
        raise Unfit(f"这份备份由更新的版本（{manifest.get('version')}）制作，本版本没有 {strange[-1]} 等 {len(strange)} 项迁移。")
    return manifest


def public_in(folder: Path) -> dict[str, bytes]:
    """Published ledger keys in a folder of keys, by id."""
    found = (bytes.fromhex(path.read_text().strip()) for path in sorted(folder.glob("ledger-*.pub")))
    return {keys.key_id(public): public for public in found}


def known_keys() -> dict[str, bytes]:
    """Ledger keys that this installation knows of itself, by id; none on a fresh one (no key is made here)."""
    here = keys.folder()
    if (here / "ledger.pem").is_file():
        keys.ledger_key()  # writes its public half, should that be missing
    return public_in(here)


def stranger(folder: Path, manifest: dict[str, Any], trusted: dict[str, bytes]) -> str:
    """Why the manifest is not by a trusted key, or nothing. Without a trusted one the backup's own keys must do."""
    key = manifest.get("keys", {}).get("ledger", "")
    public = (trusted or public_in(folder / "keys")).get(key)
    if public is None:
        return f"备份由另一签名密钥（{key}）制作，不是本机已知的密钥。"
    try:
        good = keys.verify(public, signed_text(manifest), bytes.fromhex(manifest["signature"]))
    except (KeyError, ValueError, TypeError):
        good = False
    return "" if good else f"{MANIFEST} 的签名无效：内容已被改动。"


def check(folder: Path, trusted: dict[str, bytes] | None = None, *, ledger: bool = True) -> list[str]:
    """Everything that is wrong with a backup, in words; empty means sound. Reads every byte.

    ``trusted`` are the ledger keys to believe (default: those this installation knows). The ledger inside is verified
    where the copy can be read as it lies (SQLite); a dump is verified when restored.
    """
    manifest = read(folder)
    trusted = known_keys() if trusted is None else trusted
    alien = stranger(folder, manifest, trusted)
    wrong = [alien] if alien else []
    for name, digest in ((manifest["database"], manifest["database_sha256"]), ("forms.json", manifest["forms_sha256"])):
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name} 不在备份中。")
        elif digest_of(path) != digest:
            wrong.append(f"{name} 与备份时的摘要不一致。")
    found = list(stored(folder / "files"))
    wrong += [f"文件 {path.name} 的内容与其摘要不一致。" for path in found if digest_of(path) != path.name]
    if names_digest([p.name for p in found]) != manifest["files_sha256"]:
        wrong.append(f"应有 {manifest['files']} 个文件，现有 {len(found)} 个，或者名称不同。")
    if not wrong and ledger and manifest["engine"] == "sqlite":
        wrong += [str(finding) for finding in findings(folder / manifest["database"], folder, manifest, trusted)]
    return wrong


def findings(path: Path, folder: Path, manifest: dict[str, Any], trusted: dict[str, bytes]) -> list[verify.Finding]:
    """What the verifier finds in a database file or an export, against the checkpoint of the backup."""
    public = [*{**public_in(folder / "keys"), **trusted}.values()]
    last = [manifest["checkpoint"]] if manifest["checkpoint"] else []
    return verify.verify_export(path, public, last, forms=folder / "forms.json", files=folder / "files")

#!/usr/bin/env python3
"""Check a Jiangcheng ledger with Python alone: no other file, no package, only the public key.

    python verify.py EXPORT_DIR_OR_SQLITE --key ledger.pub [--checkpoint c.json] [--receipt r.json]

Names every row that was changed, removed, inserted or swapped, every leaf that was altered, removed, reordered or
inserted, and every checkpoint that tells another story. Exit 0: intact; 1: findings; 2: it could not be read.

Take the key and the checkpoint from somewhere else than the export: what both the database and the signing key say
together is worth no more than their holder. What is newer than every checkpoint and receipt given here is checked
against its signatures only; a leaf dropped there shows by the gap in its chain unless it was the chain's last.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

TEXT_LIMIT = 4096
SWAP_LIMIT = 300

# --- Ed25519, verification only (RFC 8032) -------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
Point = tuple[int, int, int, int]
ZERO: Point = (0, 1, 1, 0)


def _add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(data: bytes) -> Point | None:
    """Decompress; None when it is no point of the curve."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _comb(point: Point) -> list[list[Point]]:
    """Multiples of a point by every hexadecimal digit at every place: a product is then 64 additions."""
    rows = []
    for _ in range(64):
        row = [ZERO]
        for _ in range(15):
            row.append(_add(row[-1], point))
        rows.append(row)
        point = _add(row[15], point)
    return rows


_COMBS: dict[bytes, list[list[Point]] | None] = {}
_BASE = bytes.fromhex("5866666666666666666666666666666666666666666666666666666666666666")


def _table(data: bytes, negate: bool) -> list[list[Point]] | None:
    if data not in _COMBS:
        p = _point(data)
        if p is not None and negate:
            p = (P - p[0], p[1], 1, P - p[3])
        _COMBS[data] = None if p is None else _comb(p)
    return _COMBS[data]


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """True when ``signature`` is the Ed25519 signature of ``message`` by ``public``."""
    if len(signature) != 64 or len(public) != 32:
        return False
    base, key = _table(_BASE, False), _table(public, True)
    s = int.from_bytes(signature[32:], "little")
    if base is None or key is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    total = ZERO
    for i in range(64):
        total = _add(_add(total, base[i][s >> 4 * i & 15]), key[i][k >> 4 * i & 15])
    z = pow(total[2], -1, P)
    x, y = total[0] * z % P, total[1] * z % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


def public_key(given: str) -> bytes:
    """Key from hexadecimal digits, a PEM, or a file that holds either. Raises ``ValueError``."""
    words = given.strip()
    if not words.startswith("-----") and len(words) != 64:
        words = Path(words).read_text().strip()
    if words.startswith("-----"):
        der = base64.b64decode("".join(x for x in words.splitlines() if not x.startswith("-")))
        if not der.startswith(bytes.fromhex("302a300506032b6570032100")):
            raise ValueError("not an Ed25519 public key")
        return der[-32:]
    return bytes.fromhex(words)


# --- hashes and canonical text -------------------------------------------------------------------------------------


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def leaf_hash(entry: str) -> bytes:
    return hashlib.sha256(b"\x00" + entry.encode()).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def row_digest(table: str, version: int, pk: str, fields: dict[str, Any]) -> str:
    return sha256(canonical({"table": table, "pk": pk, "form": version, "fields": fields}))


class Tree:
    """Merkle tree of RFC 6962: complete subtrees, largest first."""

    def __init__(self) -> None:
        self.size, self.peaks = 0, []

    def append(self, leaf: bytes) -> None:
        bits = self.size
        while bits & 1:
            leaf, bits = node_hash(self.peaks.pop(), leaf), bits >> 1
        self.peaks.append(leaf)
        self.size += 1

    def root(self) -> str:
        node = None
        for peak in reversed(self.peaks):
            node = peak if node is None else node_hash(peak, node)
        return (node or hashlib.sha256(b"").digest()).hex()


def root_from(index: int, size: int, leaf: bytes, path: list[bytes]) -> str | None:
    """Root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    at, last = index, size - 1
    for sibling in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            leaf = node_hash(sibling, leaf)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            leaf = node_hash(leaf, sibling)
        at, last = at >> 1, last >> 1
    return leaf.hex() if last == 0 else None


# --- what is read --------------------------------------------------------------------------------------------------

COLUMNS = ("act", "subject_kind", "subject_id", "actor", "actor_name", "body", "body_name", "opinion", "source",
           "target", "duties", "at", "device_time", "place", "chain", "n")  # fmt: skip


class Export:
    """A folder written by ``export``."""

    def __init__(self, folder: Path):
        self.folder = folder

    def _lines(self, name: str) -> Iterator[dict[str, Any]]:
        path = self.folder / name
        if path.exists():
            with path.open(encoding="utf-8") as file:
                yield from (json.loads(line) for line in file if line.strip())

    def leaves(self) -> Iterator[dict[str, Any]]:
        if not (self.folder / "leaves.jsonl").exists():
            raise ValueError(f"{self.folder}: no leaves.jsonl")
        return self._lines("leaves.jsonl")

    def checkpoints(self) -> Iterator[dict[str, Any]]:
        return self._lines("checkpoints.jsonl")

    def bulk(self) -> Iterator[tuple[int, str]]:
        return ((x["leaf"], x["entry"]) for x in self._lines("bulk.jsonl"))

    def close(self) -> None:
        """Nothing is held open."""

    def tables(self) -> set[str]:
        return {p.stem for p in (self.folder / "rows").glob("*.jsonl")}

    def rows(self, table: str, versions: dict[str, int]) -> Iterator[dict[str, Any]]:
        return self._lines(f"rows/{table}.jsonl")


class Sqlite:
    """The database file itself, read only. Rows are brought into the canonical form here, by ``forms.json``."""

    def __init__(self, path: Path, forms: Path, files: Path | None):
        self.db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        self.db.row_factory = sqlite3.Row
        self.db.execute("BEGIN")
        self.forms = {t: {v["version"]: v for v in x} for t, x in json.loads(forms.read_text("utf-8")).items()}
        self.files = files

    def leaves(self) -> Iterator[dict[str, Any]]:
        for row in self.db.execute(
            "SELECT l.*, i.idx FROM kernel_leaf l LEFT JOIN kernel_leafindex i ON i.leaf_id = l.id "
            "ORDER BY i.idx IS NULL, i.idx, l.id"
        ):
            columns = {c: row[c] for c in COLUMNS}
            columns["at"], columns["device_time"] = _moment(row["at"]), _moment(row["device_time"])
            yield {"idx": row["idx"], "id": row["id"], "entry": row["entry"], "hash": row["hash"],
                   "receipt": row["receipt"], "key": row["key_id"], "columns": columns}  # fmt: skip
        orphans = "SELECT idx, leaf_id FROM kernel_leafindex WHERE leaf_id NOT IN (SELECT id FROM kernel_leaf)"
        yield from ({"idx": idx, "id": leaf, "entry": None} for idx, leaf in self.db.execute(orphans))

    def checkpoints(self) -> Iterator[dict[str, Any]]:
        for row in self.db.execute("SELECT * FROM kernel_checkpoint ORDER BY size"):
            yield {**dict(row), "number": row["id"], "key": row["key_id"]}

    def bulk(self) -> Iterator[tuple[int, str]]:
        return (tuple(r) for r in self.db.execute("SELECT leaf_id, entry FROM kernel_bulkrow ORDER BY leaf_id, position"))

    def close(self) -> None:
        """Let go of the file."""
        self.db.close()

    def tables(self) -> set[str]:
        here = {r[0] for r in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return here & set(self.forms)

    def rows(self, table: str, versions: dict[str, int]) -> Iterator[dict[str, Any]]:
        salts = {(r["key"], r["field"]): r for r in self.db.execute("SELECT * FROM kernel_salt WHERE tab = ?", [table])}
        forms = self.forms[table]
        pk = forms[max(forms)]["pk"]
        for row in self.db.execute(f'SELECT * FROM "{table}" ORDER BY "{pk[1]}"'):  # noqa: S608
            key = str(_value(pk[2], row[pk[1]]))
            form = forms.get(versions.get(key, max(forms)))
            if form is None or not {f[1] for f in form["fields"]} <= set(row.keys()):
                yield {"pk": key, "form": None}
                continue
            fields = {name: self._value(kind, row[column]) for name, column, kind in form["fields"]}
            for name, through, own, other in form["links"]:
                query = f'SELECT "{other}" FROM "{through}" WHERE "{own}" = ?'  # noqa: S608
                fields[name] = sorted(str(r[0]) for r in self.db.execute(query, [row[pk[1]]]))
            yield {"pk": key, "form": form["version"], "fields": fields, "erased": _cover(form, key, fields, salts)}

    def _value(self, kind: str, raw: Any) -> Any:
        if kind != "file":
            return _value(kind, raw)
        if not raw:
            return None
        path = self.files / raw if self.files else None
        return {"name": raw, "sha256": sha256(path.read_bytes()) if path and path.is_file() else None}


def _moment(raw: str | None) -> str | None:
    """``2026-11-23 08:00:00[.5]`` as SQLite keeps it (UTC) → the canonical form."""
    if raw is None:
        return None
    day, _, clock = raw.partition(" ")
    clock, _, part = clock.partition(".")
    return f"{day}T{clock}.{part:0<6}Z"


def _value(kind: str, raw: Any) -> Any:
    """Canonical value of what SQLite holds."""
    if raw is None:
        return None
    name, _, places = kind.partition(":")
    if name in ("int", "duration"):
        return int(raw)
    if name == "bool":
        return bool(raw)
    if name == "float":
        return repr(float(raw))
    if name == "decimal":
        return f"{Decimal(str(raw)):.{places}f}"
    if name == "datetime":
        return _moment(raw)
    if name == "time":
        clock, _, part = raw.partition(".")
        return f"{clock}.{part:0<6}"
    if name == "uuid":
        return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
    if name == "binary":
        return {"sha256": sha256(raw)}
    words = canonical(json.loads(raw)) if name == "json" else str(raw)
    return words if len(words) <= TEXT_LIMIT else {"sha256": sha256(words), "length": len(words)}


def _cover(form: dict[str, Any], key: str, fields: dict[str, Any], salts: dict[tuple[str, str], Any]) -> list[str]:
    """Personal values become commitments; answers with the erased ones."""
    erased = []
    for name in form["personal"]:
        salt = salts.get((key, name))
        if salt is not None and salt["salt"] is None and fields[name] in (None, ""):
            erased.append(name)
            fields[name] = {"commitment": salt["commitment"]}
        else:
            secret = (salt and salt["salt"]) or ""
            fields[name] = {"commitment": sha256(bytes.fromhex(secret) + canonical(fields[name]).encode())}
    return erased


# --- what is found -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold. ``kind`` is a slug; ``leaf`` the 存证编号 of the act concerned (last writer)."""

    kind: str
    text: str
    table: str = ""
    pk: str = ""
    leaf: str = ""

    def __str__(self) -> str:
        where = " ".join(x for x in (self.table, self.pk) if x)
        return f"{self.kind:<20} {where:<32} {self.text}"


@dataclass
class _Row:
    """Last recorded state of a row."""

    digest: str | None
    form: int
    erased: list[str]
    leaf: str
    act: str


@dataclass
class Verifier:
    """One walk over the leaves, then the checkpoints, receipts and rows."""

    source: Any
    keys: list[bytes]
    findings: list[Finding] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    leaves: list[dict[str, Any]] = field(default_factory=list)
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)
    links: dict[tuple[str, int], str] = field(default_factory=dict)
    named: list[tuple[str, int, str, str]] = field(default_factory=list)
    state: dict[tuple[str, str], _Row] = field(default_factory=dict)
    rows_seen: int = 0
    newest: str = ""

    def __post_init__(self) -> None:
        self.by_id = {sha256(k)[:16]: k for k in self.keys}

    def say(self, kind: str, text: str, table: str = "", pk: str = "", leaf: Any = "") -> None:
        found = Finding(kind, text, table, pk, str(leaf))
        if found not in self.findings:
            self.findings.append(found)

    def run(self, checkpoints: Iterable[dict[str, Any]], receipts: Iterable[dict[str, Any]], every: bool) -> None:
        self.walk()
        receipts = list(receipts)
        given = [*checkpoints, *(r["inclusion"]["checkpoint"] for r in receipts if r.get("inclusion"))]
        covered = self.check_checkpoints(list(self.source.checkpoints()), given)
        self.check_signatures(0 if every else covered)
        self.check_named()
        for receipt in receipts:
            self.check_receipt(receipt)
        self.check_rows()

    # leaves

    def walk(self) -> None:
        parts: dict[int, list[str]] = {}
        for leaf, entry in self.source.bulk():
            parts.setdefault(leaf, []).append(entry)
        expected = 0
        for leaf in self.source.leaves():
            idx = leaf["idx"]
            if leaf["entry"] is None:
                self.say("leaf-removed", f"第 {idx} 位的存证（编号 {leaf['id']}）被删除", leaf=leaf["id"])
                expected = max(expected, idx + 1)
                continue
            if idx is not None and idx != expected:
                for missing in range(expected, min(idx, expected + 100)):
                    self.say("leaf-removed", f"存证序号 {missing} 缺失，其后是编号 {leaf['id']}", leaf=leaf["id"])
                if idx < expected:
                    self.say("leaf-inserted", f"存证序号 {idx} 重复，编号 {leaf['id']}", leaf=leaf["id"])
            expected = expected if idx is None else idx + 1
            self.take(leaf, parts.pop(leaf["id"], []))
        for leaf in parts:
            self.say("bulk-changed", f"批量明细属于编号 {leaf}，但该存证没有批量", leaf=leaf)

    def take(self, leaf: dict[str, Any], parts: list[str]) -> None:
        number, digest = leaf["id"], leaf_hash(leaf["entry"])
        if leaf["idx"] is not None:
            self.hashes.append(digest)
        leaf["digest"] = digest.hex()
        self.leaves.append(leaf)
        try:
            entry = json.loads(leaf["entry"])
            if digest.hex() != leaf["hash"] or canonical(entry) != leaf["entry"]:
                self.say("leaf-changed", f"存证编号 {number} 的内容与其哈希不符", leaf=number)
            wrong = [c for c, v in _columns(entry).items() if leaf["columns"].get(c) != v]
            if wrong:
                self.say("leaf-changed", f"存证编号 {number} 的栏目与正文不符：{'、'.join(wrong)}", leaf=number)
            leaf["at"], leaf["within"], leaf["n"], leaf["chain"] = entry["at"], entry["within"], entry["n"], entry["chain"]
            self.string(number, entry, digest.hex())
            self.replay(number, entry, parts)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            self.say("leaf-changed", f"存证编号 {number} 的内容不可读", leaf=number)

    def string(self, number: int, entry: dict[str, Any], digest: str) -> None:
        """The chain of the worker that wrote the leaf."""
        chain, n = entry["chain"], entry["n"]
        last, head = self.chains.get(chain, (-1, ""))
        if n > last + 1:
            for gone in range(last + 1, min(n, last + 101)):
                self.say("leaf-removed", f"链 {chain[:8]} 的第 {gone} 条缺失，其后是编号 {number}", leaf=number)
        elif n <= last:
            self.say("leaf-reordered", f"链 {chain[:8]} 的第 {n} 条不在原位，编号 {number}", leaf=number)
        elif entry["prev"] != head:
            self.say("leaf-changed", f"编号 {number} 的前一条（链 {chain[:8]} 第 {last} 条）被改动", leaf=number)
        self.chains[chain] = (n, digest)
        self.links[chain, n] = digest
        follows = entry.get("follows")
        if follows and follows["n"] >= 0:
            self.named.append((follows["chain"], follows["n"], follows["hash"], f"编号 {number}"))
        for name, (at, head) in (entry["extra"].get("heads") or {}).items():
            self.named.append((name, at, head, f"编号 {number}"))

    def replay(self, number: int, entry: dict[str, Any], parts: list[str]) -> None:
        """Digests of the rows the act wrote."""
        lines = entry["rows"]
        bulk = entry.get("bulk")
        if bulk is not None or parts:
            tree = Tree()
            for part in parts:
                tree.append(leaf_hash(part))
            if bulk is None or tree.size != bulk["size"] or tree.root() != bulk["root"]:
                self.say("bulk-changed", f"编号 {number} 的批量明细与其根不符", leaf=number)
            lines = [*lines, *map(json.loads, parts)]
        for line in lines:
            key = (line["table"], line["pk"])
            before = self.state.get(key)
            known = before.digest if before else None
            seen = line.get("found") or line["before"]
            if known != seen:
                last = f"{before.act} {before.leaf}" if before else "无"
                self.say("row-changed", f"在编号 {number}（{entry['act']}）之前被绕过存证改动；此前最后办理：{last}",
                         *key, leaf=before.leaf if before else number)  # fmt: skip
            self.state[key] = _Row(line["after"], line["form"], line.get("erased", []), str(number), entry["act"])

    # signatures

    def check_checkpoints(self, stored: list[dict[str, Any]], given: list[dict[str, Any]]) -> int:
        """Compare roots and heads; answers with the number of leaves under a good checkpoint."""
        wanted = {c["size"] for c in [*stored, *given]}
        roots, tree = {0: Tree().root()}, Tree()
        for leaf in self.hashes:
            tree.append(leaf)
            if tree.size in wanted:
                roots[tree.size] = tree.root()
        covered, bad = 0, None
        self.newest = max((c["at"] for c in [*stored, *given]), default="")
        for c, outside in [*((c, False) for c in stored), *((c, True) for c in given)]:
            what = f"{'外部保存的' if outside else ''}检查点（{c['size']} 条，{c['at']}）"
            message = f"jiangcheng checkpoint v1\n{c['key']}\n{c['size']}\n{c['root']}\n{c['at']}\n{sha256(c['heads'])}\n"
            if not self.valid(c["key"], message, c["signature"]):
                self.say("checkpoint-changed", f"{what}的签名无效")
                continue
            for chain, (n, head) in json.loads(c["heads"]).items():
                self.named.append((chain, n, head, what))
            if c["size"] > tree.size:
                self.say("rolled-back", f"{what}之后存证变少：现有 {tree.size} 条")
            elif roots[c["size"]] != c["root"]:
                bad = min(bad or c["size"], c["size"])
                if outside or bad == c["size"]:
                    self.say("forked" if outside else "checkpoint-mismatch", f"{what}的根与现有存证不符")
            else:
                covered = max(covered, c["size"])
        return covered if bad is None else min(covered, bad - 1)

    def check_signatures(self, covered: int) -> None:
        """Leaves that no good checkpoint covers answer for themselves."""
        for leaf in self.leaves:
            if "at" not in leaf or (leaf["idx"] is not None and leaf["idx"] < covered):
                continue
            if leaf["idx"] is None and self.late(leaf["at"], leaf["within"]):
                self.say("leaf-withheld", f"存证编号 {leaf['id']} 逾期未列入", leaf=leaf["id"])
            if not self.promised(leaf["key"], leaf["digest"], leaf["at"], leaf["within"], leaf["receipt"]):
                self.say("leaf-inserted", f"存证编号 {leaf['id']} 的签名无效：被改动或伪造", leaf=leaf["id"])

    def late(self, at: str, within: int) -> bool:
        """A checkpoint was signed after the time promised, and the leaf has no place yet."""
        if not self.newest:
            return False
        made, last = (datetime.fromisoformat(t.replace("Z", "+00:00")) for t in (at, self.newest))
        return (last - made).total_seconds() > within

    def valid(self, key: str, message: str, signature: str) -> bool:
        public = self.by_id.get(key)
        try:
            return public is not None and signed(public, message.encode(), bytes.fromhex(signature))
        except ValueError:
            return False

    def promised(self, key: str, digest: str, at: str, within: int, signature: str) -> bool:
        return self.valid(key, f"jiangcheng promise v1\n{key}\n{digest}\n{at}\n{within}\n", signature)

    def check_named(self) -> None:
        """Heads that heartbeats, later chains and checkpoints name must be there."""
        for chain, n, head, who in self.named:
            here = self.links.get((chain, n))
            if here is None:
                self.say("leaf-removed", f"链 {chain[:8]} 的第 {n} 条缺失，{who}记有它")
            elif here != head:
                self.say("leaf-changed", f"链 {chain[:8]} 的第 {n} 条被改动，{who}记有原样")

    def check_receipt(self, receipt: dict[str, Any]) -> None:
        promise = receipt.get("promise", receipt)
        promise = json.loads(promise) if isinstance(promise, str) else promise
        number, digest = promise["number"], promise["hash"]
        if not self.promised(promise["key"], digest, promise["at"], promise["within"], promise["signature"]):
            self.say("receipt-invalid", f"回执（编号 {number}）的签名无效", leaf=number)
            return
        here = [leaf for leaf in self.leaves if leaf["digest"] == digest]
        if not here:
            self.say("leaf-removed", f"回执证明的存证编号 {number} 不在存证中", leaf=number)
        elif str(here[0]["id"]) != number:
            self.say("leaf-reordered", f"回执证明的存证编号 {number} 现为 {here[0]['id']}", leaf=number)
        proof = receipt.get("inclusion")
        if proof:
            path = [bytes.fromhex(p) for p in proof["path"]]
            root = root_from(proof["index"], proof["checkpoint"]["size"], bytes.fromhex(digest), path)
            if root != proof["checkpoint"]["root"]:
                self.say("receipt-invalid", f"回执（编号 {number}）的包含证明不成立", leaf=number)

    # rows

    def check_rows(self) -> None:
        alive: dict[str, dict[str, _Row]] = {}
        for (table, pk), row in self.state.items():
            alive.setdefault(table, {})[pk] = row
        here = self.source.tables()
        for table in sorted(here | set(alive)):
            if table in here:
                self.check_table(table, alive.get(table, {}))
            elif any(r.digest for r in alive[table].values()):
                self.say("table-missing", "有存证的表没有导出", table)

    def check_table(self, table: str, recorded: dict[str, _Row]) -> None:
        changed, seen = {}, set()
        for row in self.source.rows(table, {pk: r.form for pk, r in recorded.items()}):
            self.rows_seen += 1
            pk, last = row["pk"], recorded.get(row["pk"])
            seen.add(pk)
            if last is None or last.digest is None:
                after = f"在编号 {last.leaf}（{last.act}）删除之后" if last else "从未存证，"
                self.say("row-inserted", f"{after}被绕过存证插入", table, pk, last.leaf if last else "")
            elif row["form"] != last.form:
                self.say("row-unchecked", f"格式版本 {last.form} 已不能还原；最后办理：{last.act} {last.leaf}", table, pk, last.leaf)
            elif row_digest(table, last.form, pk, row["fields"]) != last.digest:
                changed[pk] = row["fields"]
            elif set(row.get("erased", [])) - set(last.erased):
                self.say("row-changed", f"个人信息被绕过存证删除；最后办理：{last.act} {last.leaf}", table, pk, last.leaf)
        for pk, fields in changed.items():
            last = recorded[pk]
            other = self.swapped(table, pk, fields, recorded, changed)
            kind, how = ("row-swapped", f"与 {other} 对调") if other else ("row-changed", "被改动")
            self.say(kind, f"{how}；最后办理：{last.act}，存证编号 {last.leaf}", table, pk, last.leaf)
        for pk, last in recorded.items():
            if last.digest is not None and pk not in seen:
                self.say("row-removed", f"被删除；最后办理：{last.act}，存证编号 {last.leaf}", table, pk, last.leaf)

    @staticmethod
    def swapped(table: str, pk: str, fields: dict[str, Any], recorded: dict[str, _Row], changed: dict[str, Any]) -> str:
        """The key under which these fields were recorded."""
        for other in list(changed)[:SWAP_LIMIT]:
            last = recorded[other]
            if other != pk and row_digest(table, last.form, other, fields) == last.digest:
                return other
        return ""


def _columns(entry: dict[str, Any]) -> dict[str, Any]:
    """What the columns beside the entry must say."""
    actor, move = entry["actor"], entry["move"] or ["", ""]
    return dict(zip(COLUMNS, (
        entry["act"], *entry["subject"], actor["person"], actor["name"], actor["body"], actor["body_name"],
        entry["opinion"], *move, " ".join(entry["duties"]), entry["at"], entry["device_time"], entry["place"],
        entry["chain"], entry["n"],
    ), strict=True))  # fmt: skip


def open_source(path: Path, forms: Path | None = None, files: Path | None = None) -> Export | Sqlite:
    """A folder is an export, a file a SQLite database."""
    if path.is_dir():
        return Export(path)
    return Sqlite(path, forms or Path(__file__).with_name("forms.json"), files)


def verify_export(
    path: str | Path, keys: Iterable[str | bytes], checkpoints: Iterable[dict[str, Any]] = (),
    receipts: Iterable[dict[str, Any]] = (), *, every: bool = False, forms: Path | None = None,
    files: Path | None = None,
) -> list[Finding]:  # fmt: skip
    """Findings of an export folder or a SQLite file; an empty list means intact. ``every`` checks all signatures."""
    return _verify(path, keys, checkpoints, receipts, every, forms, files).findings


def _verify(path: Any, keys: Any, checkpoints: Any, receipts: Any, every: bool, forms: Any, files: Any) -> Verifier:
    trusted = [k if isinstance(k, bytes) else public_key(k) for k in keys]
    source = open_source(Path(path), forms, files)
    try:
        verifier = Verifier(source, trusted)
        verifier.run(checkpoints, receipts, every)
        return verifier
    finally:
        source.close()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("path", type=Path, help="folder of an export, or a SQLite file")
    parser.add_argument("--key", action="append", required=True, help="public key: hex, PEM, or a file with either")
    parser.add_argument("--checkpoint", action="append", default=[], type=Path, help="a checkpoint kept elsewhere")
    parser.add_argument("--receipt", action="append", default=[], type=Path, help="a receipt of an act")
    parser.add_argument("--every", action="store_true", help="check the signature of every leaf")
    parser.add_argument("--forms", type=Path, help="forms.json, for a SQLite file")
    parser.add_argument("--files", type=Path, help="folder of uploaded files, for a SQLite file")
    a = parser.parse_args(arguments)
    try:
        checkpoints, receipts = ([json.loads(p.read_text("utf-8")) for p in x] for x in (a.checkpoint, a.receipt))
        done = _verify(a.path, a.key, checkpoints, receipts, a.every, a.forms, a.files)
    except (OSError, ValueError, KeyError, sqlite3.Error) as problem:
        print(f"无法核验 cannot verify: {problem}", file=sys.stderr)
        return 2
    for finding in done.findings:
        print(finding)
    size = f"{len(done.leaves)} leaves, {done.rows_seen} rows"
    print(f"完好 intact: {size}" if not done.findings else f"不一致 {len(done.findings)} findings: {size}")
    return 1 if done.findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""What comes from others: locked with hashes, under licences that we may use, vendored files as noted; no secret in the tree."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
VENDOR = ROOT / "src" / "jiangcheng" / "web" / "static" / "vendor"
ALLOWED = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public|LGPL|Lesser General|OFL|Open Font|Unlicense|Public Domain|"
    r"Zlib|HPND|CC0|BlueOak|PostgreSQL|CNRI|ZPL|MulanPSL|EPL|Eclipse Public)\b|BSD-|Apache-|MIT-|MPL-|LGPL", re.IGNORECASE,
)
NEVER = re.compile(r"\bA?GPL\b|Affero|(?<!Lesser )General Public|SSPL|Commons Clause|Business Source|non-?commercial", re.IGNORECASE)
TOOLS = {"import-linter", "grimp"}
"""Named in the metadata in a form that has to be read by a person: looked at, fine."""
READ = {
    "uri-template": "MIT, stated in the file alone",
}


def packages(lock: str) -> dict[str, list[str]]:
    """Name==version -> hashes of a lock file."""
    found: dict[str, list[str]] = {}
    last = ""
    for line in (ROOT / lock).read_text("utf-8").splitlines():
        if match := re.match(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s\\;]+)", line):
            last = f"{match[1]}=={match[2]}"
            found[last] = []
        found.setdefault(last, []).extend(re.findall(r"--hash=(sha256:[0-9a-f]{64})", line))
    found.pop("", None)
    return found


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_locked_by_hash_and_from_no_address(lock):
    text = (ROOT / lock).read_text("utf-8")
    assert not re.search(r"https?://|git\+|file:|^\s*--(?:index|extra|find|trusted)", text, re.MULTILINE)
    found = packages(lock)
    assert len(found) > 30 and [name for name, hashes in found.items() if not hashes] == []


def licence(name: str) -> str:
    """What a package says of its licence, in one line."""
    said = metadata.metadata(name)
    kinds = [c.split("::")[-1] for c in said.get_all("Classifier") or () if c.startswith("License ::")]
    return " / ".join(filter(None, [said.get("License-Expression") or "", *kinds, (said.get("License") or "").split("\n")[0][:80]]))


def test_licences_are_on_the_list():
    names = sorted({p.partition("==")[0] for lock in LOCKS for p in packages(lock)})
    missing, wrong = [], {}
    for name in names:
        try:
            said = licence(name)
        except metadata.PackageNotFoundError:
            missing.append(name)  # for another system or Python
            continue
        choice = re.sub(r"\bor\b.*", "", said) if ALLOWED.search(said.split(" or ")[0]) else said
        if name not in READ and (not ALLOWED.search(said) or NEVER.search(re.sub("LGPL|Lesser General Public", "", choice))):
            wrong[name] = said
    assert wrong == {}
    assert len(missing) < 12, missing


def test_vendored_files_are_those_noted():
    note = (VENDOR / "README.md").read_text("utf-8")
    files = [p for p in VENDOR.rglob("*") if p.is_file() and p.suffix in (".js", ".mjs", ".wasm", ".css")]
    for path in files:
        assert hashlib.sha256(path.read_bytes()).hexdigest() in note, f"{path.name} is not the file that the note names"
        row = next(line for line in note.splitlines() if path.name in line)
        assert re.search(r"\d+\.\d+\.\d+", row) and ALLOWED.search(row), row
    assert len(files) >= 4
    assert len(re.findall(r"\b[0-9a-f]{64}\b", note)) == len(files)


def test_no_secret_stands_in_the_tree(tmp_path):
    """detect-secrets over every file of the repository, against the baseline that people have looked at (``.secrets.baseline``)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")
    baseline = tmp_path / "baseline"
    baseline.write_bytes((ROOT / ".secrets.baseline").read_bytes())
    wanted = [p for p in listed if p and (ROOT / p).is_file()]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("detect-secrets-hook")), "--baseline", str(baseline), *wanted], cwd=ROOT, capture_output=True,
        text=True, check=False,
    )
    assert done.returncode in (0, 3), done.stdout[-3000:]


def test_a_secret_would_be_found(tmp_path):
    planted = tmp_path / "settings.py"
    planted.write_text('aws_access_key_id = "AKIA' + "IOSFODNN7EXAMPLE" + '"\npassword = "h7Gs0pQ' + 'z91kLmN"\n')
    done = subprocess.run([str(Path(sys.executable).with_name("detect-secrets-hook")), str(planted)], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "AWS" in done.stdout

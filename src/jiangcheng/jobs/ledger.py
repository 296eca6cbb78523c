"""``bin/jiangcheng ledger``: checkpoint, export, verify, public keys."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from jiangcheng.kernel import export as exporting
from jiangcheng.kernel import keys, sequencer, verify


def _export(folder: Path) -> int:
    """Checkpoint, copy of ledger and audited rows, public keys, and the verifier itself, ready to be handed over."""
    sequencer.checkpoint_now()
    exporting.export(folder)
    print(f"已导出到 {folder}。核验：python {folder / 'verify.py'} {folder} --key {keys.ledger_key().public.hex()}")
    return 0


def main(argv: Sequence[str]) -> int:
    """Exit status 1 when the ledger does not hold."""
    parser = argparse.ArgumentParser(prog="jiangcheng ledger")
    commands = parser.add_subparsers(dest="command", required=True)
    signed = commands.add_parser("checkpoint", help="签发检查点")
    signed.add_argument("--whole", action="store_true", help="从第一条存证起重建整棵树，与全部检查点比对")
    commands.add_parser("keys", help="公钥")
    exported = commands.add_parser("export", help="导出存证、检查点和受审计的数据")
    exported.add_argument("folder", type=Path)
    checked = commands.add_parser("verify", help="核验一份导出")
    checked.add_argument("folder", type=Path)
    options = parser.parse_args(list(argv))
    if options.command == "export":
        return _export(options.folder)
    if options.command == "verify":
        return verify.main([str(options.folder), "--key", keys.ledger_key().public.hex()])
    if options.command == "keys":
        print(json.dumps(keys.public_keys(), ensure_ascii=False, indent=1))
        return 0
    made = sequencer.checkpoint_now(whole=options.whole)
    print(json.dumps(sequencer.export_checkpoint(made), ensure_ascii=False) if made else "没有新的存证。")
    return 0

"""The command line: ``bin/jiangcheng COMMAND``. Each command is thin; the work stands in the packages below."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

import django
from django.core.management import call_command, execute_from_command_line

from jiangcheng.law import loading, report

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiangcheng.settings")


def _load() -> None:
    """Import everything that cites the law, so that the register is complete."""
    django.setup()
    loading.load_all()


def _undecided() -> list[str]:
    from jiangcheng.kernel import parameters  # noqa: PLC0415  needs the apps

    return list(parameters.undecided())


def start(argv: Sequence[str]) -> int:
    """Database, lists, demo city, server."""
    from jiangcheng.jobs import serve  # noqa: PLC0415  Django must not be set up before the folder is checked

    return serve.main(argv)


def law(argv: Sequence[str]) -> int:
    """Every duty with mode, status, what enforces it, tests and screens."""
    return report.main(list(argv), load=_load, undecided=_undecided)


def demo(argv: Sequence[str]) -> int:
    """Build the demo city in an empty database."""
    django.setup()
    from jiangcheng.jobs import demo as build  # noqa: PLC0415  needs the apps

    return build.main(argv)


def lists(argv: Sequence[str]) -> int:
    """Load the published lists (divisions, items, plans, reference library)."""
    django.setup()
    from jiangcheng.jobs import lists as load  # noqa: PLC0415  needs the apps

    load.load_all(print)
    return 0


def ledger(argv: Sequence[str]) -> int:
    """Checkpoint, export and verify the ledger."""
    django.setup()
    from jiangcheng.jobs import ledger as tools  # noqa: PLC0415  needs the apps

    return tools.main(argv)


def _copies(command: str) -> Callable[[Sequence[str]], int]:
    def run(argv: Sequence[str]) -> int:
        django.setup()
        from jiangcheng.jobs import backup  # noqa: PLC0415  needs the apps

        return backup.main([command, *argv])

    run.__doc__ = {
        "backup": "Copy database, files and public keys into a dated folder.", "check": "Read a backup byte by byte; verify its ledger.",
        "restore": "Bring a backup into an empty installation.",
    }[command]
    return run


def run_jobs(argv: Sequence[str]) -> int:
    """Run the timed work once (lapsed codes, overdue orders, withdrawn rows)."""
    django.setup()
    from jiangcheng.jobs import timer  # noqa: PLC0415  needs the apps

    for line in timer.run_once():
        print(line)
    return 0


def diagrams(argv: Sequence[str]) -> int:
    """Print every flow as a diagram (Mermaid)."""
    _load()
    from jiangcheng.kernel import diagrams as draw  # noqa: PLC0415  needs the apps

    print(draw.all_flows())
    return 0


def manage(argv: Sequence[str]) -> int:
    """Django's own commands, e.g. ``manage migrate``."""
    execute_from_command_line(["jiangcheng manage", *argv])
    return 0


def migrate() -> None:
    """Bring the database to the present form."""
    call_command("migrate", verbosity=0, interactive=False)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "start": start, "law": law, "demo": demo, "lists": lists, "ledger": ledger, "backup": _copies("backup"), "check": _copies("check"),
    "restore": _copies("restore"), "jobs": run_jobs, "diagrams": diagrams, "manage": manage,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Find the command and run it; answers with the exit status."""
    argv = list(sys.argv[1:] if argv is None else argv)
    about = "\n".join(f"  {name:10} {(run.__doc__ or '').strip()}" for name, run in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="jiangcheng", description="Jiangcheng 江城\n\n" + about, formatter_class=argparse.RawDescriptionHelpFormatter, add_help=True
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    if not argv or argv[0] in ("-h", "--help"):
        parser.print_help()
        return 0
    command = parser.parse_args(argv[:1]).command
    return COMMANDS[command](argv[1:])


if __name__ == "__main__":
    sys.exit(main())

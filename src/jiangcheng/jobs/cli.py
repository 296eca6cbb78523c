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
        from jiangcheng.jobs import restore  # noqa: PLC0415  needs the apps

        return restore.main([command, *argv])

    run.__doc__ = {
        "backup": "Copy database, files and public keys into a dated folder.", "check": "Read a backup byte by byte; verify its ledger.",
        "restore": "Bring a backup into an empty installation.",
    }[command]
    return run


def search(argv: Sequence[str]) -> int:
    """Make the search index anew from the records (after rows were put in past the platform)."""
    django.setup()
    from jiangcheng.kernel import search as index  # noqa: PLC0415  needs the apps

    for name, n in index.rebuild():
        print(f"{name}：{n:,} 条")
    return 0


def standins(argv: Sequence[str]) -> int:
    """Run a mail server, a short-message gateway and a receiver of pushes on this machine, and print what comes."""
    django.setup()
    from jiangcheng.jobs import standins as servers  # noqa: PLC0415  needs the apps

    return servers.main(argv)


def doctor(argv: Sequence[str]) -> int:
    """Look at environment, settings, keys, database, ledger and backups; one line each, with the remedy."""
    django.setup()
    from jiangcheng.jobs import doctor as looks  # noqa: PLC0415  needs the apps

    return looks.main(argv)


def import_table(argv: Sequence[str]) -> int:
    """Import bodies, officers, enterprises, sites, items, plans or caps from a table."""
    django.setup()
    from jiangcheng.jobs import imports  # noqa: PLC0415  needs the apps

    return imports.main(argv)


def run_jobs(argv: Sequence[str]) -> int:
    """Run the timed work once (lapsed codes, overdue orders, withdrawn rows)."""
    django.setup()
    from jiangcheng.jobs import timer  # noqa: PLC0415  needs the apps

    for line in timer.run_once():
        print(line)
    return 0


def bench(argv: Sequence[str]) -> int:
    """Measure verify, issue and ledger against the plain database, and lists at size."""
    from jiangcheng.jobs.bench import command  # noqa: PLC0415  it chooses the database before Django is set up

    return command.main(argv)


def soak(argv: Sequence[str]) -> int:
    """Long runs from a checkout: servers killed under load, races for places; nothing lost, no limit passed."""
    from jiangcheng.jobs import soak as runs  # noqa: PLC0415  needs the settings

    return runs.main(argv)


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
    "restore": _copies("restore"), "doctor": doctor, "import": import_table, "search": search, "standins": standins, "jobs": run_jobs,
    "bench": bench, "soak": soak, "diagrams": diagrams, "manage": manage,
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

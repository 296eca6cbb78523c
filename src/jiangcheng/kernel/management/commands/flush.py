"""``flush`` empties all tables. The ledger refuses that, so the command is for test databases alone."""

from typing import Any

from django.core import mail
from django.core.management.base import CommandError
from django.core.management.commands import flush
from django.db import connections

from jiangcheng.kernel import chain, storage


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        if not hasattr(mail, "outbox"):  # there only while tests run
            raise CommandError("存证只增不删，不能清空数据库。")
        db = connections[options["database"]]
        storage.lift_guards(db)
        try:
            super().handle(**options)
        finally:
            storage.install_guards(db)
            chain.forget()

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shopflow.access.auditing import unwatched
from shopflow.lib import audit
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as


class Command(BaseCommand):
    help = (
        "Computes the seals of the audit log again and names every row and every seal that "
        "somebody tampered with, and every table whose audit trigger is off; exit 1 if there is "
        "any. --seal names a hash kept outside of the database (the worker logs each), which must "
        "still be there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--seal", default="", metavar="HASH", help="the hash of a seal that was kept elsewhere"
        )

    def handle(self, *args: Any, seal: str, **options: Any) -> None:
        with reading_as(role=Role.AUDIT):
            verdict = audit.verify(expected=seal)
            faults = verdict.faults + [
                f"table {table} isn't watched: its audit trigger is missing or off"
                for table in unwatched()
            ]
        self.stdout.write(
            f"{verdict.sealed} rows are sealed, {verdict.archived} of them in archived months; "
            f"{verdict.waiting} wait for the next seal"
        )
        if verdict.last:
            self.stdout.write(f"Last seal: {verdict.last.number} {verdict.last.hash}")
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise SystemExit(1)

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import ErasureLog
from shopflow.privacy import commands, copies


class Command(BaseCommand):
    help = (
        "After a restore: erases again everybody whom the erasure log names, since the backup "
        "still knew them. Safe to repeat. --list prints the log for a copy that is kept elsewhere; "
        "--from reads such a copy, with the erasures the backup doesn't know of."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--list", action="store_true", help="print the log, a line for each")
        either.add_argument(
            "--from", type=Path, dest="copy", metavar="FILE", help="lines that --list printed"
        )

    def handle(self, *args: Any, copy: Path | None, **options: Any) -> None:
        known = [copies.erasure_of(row) for row in ErasureLog.objects.order_by("id").iterator()]
        if options["list"]:
            for erasure in known:
                self.stdout.write(copies.line_of(erasure))
            return
        total = unknown = changed = 0
        for erasure, count in commands.replay(erasures=[*known, *self._copied(copy, known)]):
            total, changed = total + 1, changed + (count or 0)
            if count is None:
                unknown += 1
                self.stderr.write(f"{erasure.user_id} isn't in this database")
        self.stdout.write(
            f"{total} erasures replayed: {changed} rows changed, {unknown} accounts unknown"
        )

    def _copied(self, copy: Path | None, known: list[copies.Erasure]) -> list[copies.Erasure]:
        """Return what the file has beyond the log; nothing is replayed when it can't be read."""
        if copy is None:
            return []
        try:
            with copy.open(encoding="utf-8") as lines:
                return [erasure for erasure in copies.read(lines) if erasure not in known]
        except (OSError, ValueError) as error:
            raise CommandError(f"{copy}: {error}") from error

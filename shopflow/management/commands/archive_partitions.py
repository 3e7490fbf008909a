from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from shopflow.lib.partitions import archive_partitions, restore_partition


class Command(BaseCommand):
    help = (
        "Moves old months of payment events and of the audit log out of the database: each into a "
        "packed CSV file with a checksum, read back before the month is dropped. Safe to repeat "
        "after whatever stopped it. --restore brings one back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--older-than-days", type=int, metavar="N", help="ended so many days ago; at least 90"
        )
        parser.add_argument("--to", type=Path, metavar="FOLDER", help="where the files go")
        parser.add_argument("--restore", type=Path, metavar="FILE", help="bring this month back")

    def handle(
        self,
        *args: Any,
        older_than_days: int | None,
        to: Path | None,
        restore: Path | None,
        **options: Any,
    ) -> None:
        try:
            if restore is not None:
                rows = restore_partition(file=restore)
                self.stdout.write(f"{rows} rows are back from {restore.name}")
            elif older_than_days is not None and to is not None:
                self._archive(older_than_days, to)
            else:
                raise CommandError("Give --older-than-days and --to, or --restore.")
        except (ValueError, OSError) as error:
            raise CommandError(str(error)) from error
        except IntegrityError as error:
            raise CommandError(f"Some of these rows are there already: {error}") from error

    def _archive(self, days: int, folder: Path) -> None:
        count = 0
        for count, done in enumerate(  # noqa: B007 - the number of the last one is told below
            archive_partitions(older_than_days=days, folder=folder), start=1
        ):
            self.stdout.write(f"{done.rows:9}  {done.file.name}")
        self.stdout.write(f"{count} months archived in {folder}")

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shopflow.lib.partitions import AHEAD, make_partitions, rows_in_default


class Command(BaseCommand):
    help = (
        "Makes the partitions of this month and of the next ones, for every table kept by month, "
        "and moves rows there that came without one. Migrate and a daily task do it too; safe to "
        "repeat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--ahead", type=int, default=AHEAD, metavar="N", help="months to come (default 3)"
        )

    def handle(self, *args: Any, ahead: int, **options: Any) -> None:
        made = make_partitions(ahead=ahead)
        for name in made:
            self.stdout.write(f"made {name}")
        if not made:
            self.stdout.write("Nothing to do: every month is there.")
        for table, rows in rows_in_default().items():
            if rows:
                self.stderr.write(f"{rows} rows of {table} lie further ahead, in the default one.")

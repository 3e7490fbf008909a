from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shopflow.access import commands as access
from shopflow.lib.partitions import CannotConvert, convert, other_connections
from shopflow.lib.postgres.patience import patiently
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as


class Command(BaseCommand):
    help = (
        "Partitions the orders by month, with every key, rule, grant and policy; all or nothing. "
        "It pays above ten million orders. Stop web and workers first and make a backup: "
        "docs/migrations.md says how long it takes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="even while others are connected; they wait"
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        if (others := other_connections()) and not force:
            raise CommandError(
                f"{others} others are connected to this database. Stop web and workers, or let "
                "them wait: --force"
            )
        work = partial(convert, table="orders", finish=access.apply_rights, tell=self.stdout.write)
        try:
            with acting_as(None, role=Role.OWNER):
                rows = patiently(work)
        except CannotConvert as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{rows} orders are kept by month now.")

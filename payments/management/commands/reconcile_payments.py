from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from payments import commands
from payments.queries import WINDOW


class Command(BaseCommand):
    """Prints what was healed and what still differs.

    Exits with 1 when anything differs, else with 2 when a provider didn't answer.
    """

    help = "Compare the payment providers' ledgers with ours, and heal what can be healed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--days", type=int, default=WINDOW.days, help="how far back (%(default)s)"
        )

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        result = commands.reconcile(window=timedelta(days=days))
        self.stdout.write(f"{result.compared} payments of the providers compared.")
        for one in result.healed:
            self.stdout.write(f"Healed: {one['kind']} {one['order_number']}: {one['what']}")
        for one in result.differences:
            self.stderr.write(
                f"{one['kind']}: {one['order_number'] or 'no order of ours'}"
                f" ({one['provider']} {one['subject']}):"
                f" ours {one['ours'] or 'nothing'}, theirs {one['theirs'] or 'nothing'}"
            )
        for silent in result.silent:
            self.stderr.write(f"Not compared: {silent}")
        if result.differences:
            raise SystemExit(1)
        if result.silent:
            raise SystemExit(2)

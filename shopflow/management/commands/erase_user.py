from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shopflow.lib.errors import DomainError
from shopflow.privacy import commands
from shopflow.privacy.queries import find_person


class Command(BaseCommand):
    help = (
        "Erases a person for good: closes the account and empties everything that says who they "
        "are, but for what tax law keeps (docs/privacy.md). There is no way back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="of the account, or the account's id")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            done = commands.erase_user(user_id=find_person(email))
        except DomainError as error:
            raise CommandError(str(error)) from error
        for table, count in sorted(done.erased.items()):
            self.stdout.write(f"{count:9}  {table}")
        self.stdout.write(f"Erased: {done.user_id}")

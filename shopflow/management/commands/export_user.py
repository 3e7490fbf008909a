import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shopflow.lib.errors import DomainError
from shopflow.privacy.exporting import export_user
from shopflow.privacy.queries import find_person


class Command(BaseCommand):
    help = (
        "Writes everything the shop knows about a person as one JSON document, for a request under "
        "article 15 of the GDPR (docs/privacy.md)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="of the account, or the account's id")
        parser.add_argument(
            "--to", type=Path, metavar="FILE", help="a new file; without it: standard output"
        )

    def handle(self, *args: Any, email: str, to: Path | None, **options: Any) -> None:
        try:
            user_id = find_person(email)
            if to is None:
                export_user(user_id=user_id, to=self.stdout)  # type: ignore[arg-type]  # Django's wrapper writes too
                return
            # Nobody else on this machine is to read it, and nothing is written over.
            with open(to, "x", encoding="utf-8", opener=_private) as file:
                export_user(user_id=user_id, to=file)
        except DomainError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{to}: {error.strerror}") from error
        self.stdout.write(f"Written to {to}")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)

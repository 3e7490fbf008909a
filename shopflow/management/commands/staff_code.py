from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.queries import code_now
from accounts.queries.factors import STEP, TOLERANCE


class Command(BaseCommand):
    help = (
        "Shows the code that somebody's authenticator app would show now, for a developer's "
        "machine without a phone. Refuses in a shop that others can reach."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="of whom; the demo shop's owner is in the list of logins")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        if not (settings.DEBUG or _is_own_machine(settings.SITE_URL)):
            raise CommandError("This is no developer's machine: only their own phone knows it.")
        now = code_now(email)
        if now is None:
            raise CommandError(f"{email} has no authenticator app.")
        if now.seconds > STEP * (1 + TOLERANCE):
            raise CommandError(
                f"The codes of now were used. Try again in {now.seconds - STEP} seconds."
            )
        self.stdout.write(now.code)


def _is_own_machine(site: str) -> bool:
    """Whether a shop's address is of this machine alone."""
    parts = urlsplit(site)
    try:
        is_here = parts.hostname == "localhost" or ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
    return parts.scheme == "http" and is_here

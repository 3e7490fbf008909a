from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shopflow.access import commands
from shopflow.access.roles import roles_sql
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as


class Command(BaseCommand):
    help = (
        "Makes the shop's database roles, lets the login of DATABASE_URL act as each of them, and "
        "sets grants and row-level security as declared. Once per server, before the first "
        "migrate; safe to repeat. It needs somebody who may create roles: --as names a connection."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as",
            dest="admin_url",
            metavar="URL",
            required=True,
            help="postgresql:// address of a superuser, or of the managed server's first user",
        )

    def handle(self, *args: Any, admin_url: str, **options: Any) -> None:
        login = settings.DATABASES["default"]["USER"]
        try:
            with psycopg.connect(admin_url) as admin:
                admin.execute(roles_sql(login))
        except psycopg.Error as error:
            raise CommandError(f"The roles can't be made: {error}") from error
        with acting_as(None, role=Role.OWNER):
            commands.apply_rights()
        self.stdout.write(f"Roles and rights are set; {login} may act as each of them.")

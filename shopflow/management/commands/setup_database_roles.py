from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from shopflow.access import commands
from shopflow.access.roles import roles_sql
from shopflow.config import database_settings
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as

ABOUT_LOGIN = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s"
OWNER_OF_DATABASE = """
SELECT rolname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE datname = %s
"""


class Command(BaseCommand):
    help = (
        "Makes the shop's database roles, lets the login of DATABASE_URL act as each of them, "
        "makes the database where it is missing, and sets grants and row-level security as "
        "declared. Once per server, before the first migrate; safe to repeat. It needs somebody "
        "who may create roles: --as names a connection."
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
        shop = settings.DATABASES["default"]
        login, name = shop["USER"], shop["NAME"]
        if not login:
            raise CommandError("DATABASE_URL names no user: the shop needs a login of its own.")
        owner = self._make_roles(admin_url, login, name)
        if owner not in {None, Role.OWNER}:
            raise CommandError(
                f"The database {name} belongs to {owner}. If it is the shop's, say there: "
                f'ALTER DATABASE "{name}" OWNER TO {Role.OWNER}'
            )
        with _told(f"The roles are made, but {login} can't set the rights in {name}"):
            if owner is None:
                with connection._nodb_cursor() as cursor:
                    cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(name)}")
            with acting_as(None, role=Role.OWNER):
                commands.apply_rights()
        self.stdout.write(f"Roles and rights are set; {login} may act as each of them.")

    def _make_roles(self, admin_url: str, login: str, name: str) -> str | None:
        """Make the roles; return who owns the shop's database, None when there is none."""
        try:
            # psycopg would say the same, and the password with it.
            database_settings(admin_url)
        except ValueError as error:
            raise CommandError(f"--as: {error}") from error
        with _told("The roles can't be made"), psycopg.connect(admin_url) as admin:
            admin.add_notice_handler(lambda said: self.stderr.write(said.message_primary or ""))
            if admin.execute(ABOUT_LOGIN, [login]).fetchone() == (True,):
                raise CommandError(
                    f"{login} may pass row-level security by. Give DATABASE_URL a login that is "
                    "no superuser and has no BYPASSRLS; the shop's roles are all it needs."
                )
            admin.execute(roles_sql(login))
            row = admin.execute(OWNER_OF_DATABASE, [name]).fetchone()
        return row[0] if row else None


@contextmanager
def _told(what_failed: str) -> Iterator[None]:
    """Say in a sentence what the server refused."""
    try:
        yield
    except (psycopg.Error, DatabaseError) as error:
        raise CommandError(f"{what_failed}: {error}") from error

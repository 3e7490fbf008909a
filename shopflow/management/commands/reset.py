from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import Storage
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import FileField
from kombu.exceptions import OperationalError as NoQueue

from shopflow.demo.people import forget_demo_people

HERE = frozenset({"127.0.0.1", "localhost", "::1"})


class Command(BaseCommand):
    help = (
        "Goes back to an empty shop, or to the demo shop: removes every product, order, person, "
        "picture and setting, then numbers orders from the start again. A shop in production is "
        "left alone unless you say --force and type its database's name."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        after = parser.add_mutually_exclusive_group(required=True)
        after.add_argument("--empty", action="store_true", help="leave the shop empty")
        after.add_argument("--demo", action="store_true", help="load the demo shop afterwards")
        parser.add_argument("--yes", action="store_true", help="don't ask on a developer's machine")
        parser.add_argument("--force", action="store_true", help="in production, too")

    def handle(self, *args: Any, demo: bool, yes: bool, force: bool, **options: Any) -> None:
        self._confirm(yes=yes, force=force)
        _empty_tables()
        _restart_numbers()
        _remove_uploads()
        _forget_what_was_kept()
        if demo:
            call_command("seed", size="s", stdout=self.stdout, stderr=self.stderr)
        else:
            self.stdout.write("The shop is empty. `manage.py create_owner` makes who runs it.")

    def _confirm(self, *, yes: bool, force: bool) -> None:
        name = connection.settings_dict["NAME"]
        if _is_production():
            if not force:
                raise CommandError(
                    f"{settings.SITE_URL} is no developer's machine, so nothing was removed. "
                    "If you are sure, say --force."
                )
            question, wanted = f"Type the database's name, {name}, to remove all of it: ", name
        elif yes:
            return
        else:
            question, wanted = f"Remove everything in the database {name}? Type yes: ", "yes"
        if _answer(question) != wanted:
            raise CommandError("Nothing was removed.")


def _is_production() -> bool:
    return not settings.DEBUG and urlsplit(settings.SITE_URL).hostname not in HERE


def _answer(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _empty_tables() -> None:
    # Django's own: as the owner of the tables, and what belongs into an empty shop comes back.
    call_command("flush", interactive=False, verbosity=0, allow_cascade=True)


def _restart_numbers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('ALTER SEQUENCE %I.%I RESTART', schemaname, sequencename)"
            " FROM pg_sequences WHERE schemaname = current_schema()"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)


def _remove_uploads() -> None:
    for storage, folder in _upload_folders():
        _remove_folder(storage, folder)


def _upload_folders() -> set[tuple[Storage, str]]:
    """Return where the shop's models put files, as their fields say it."""
    return {
        (field.storage, field.upload_to)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, FileField) and isinstance(field.upload_to, str) and field.upload_to
    }


def _remove_folder(storage: Storage, folder: str) -> None:
    with suppress(FileNotFoundError):
        folders, files = storage.listdir(folder)
        for name in files:
            storage.delete(f"{folder.rstrip('/')}/{name}")
        for name in folders:
            _remove_folder(storage, f"{folder.rstrip('/')}/{name}")


def _forget_what_was_kept() -> None:
    """Forget pages, sessions and tasks that name rows which are gone."""
    cache.clear()
    with suppress(NoQueue):
        current_app.control.purge()
    forget_demo_people()

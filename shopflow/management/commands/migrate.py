from typing import Any

from django.core.management.commands import migrate

from shopflow.lib.postgres.migrating import PatientExecutor, short_locks

# Django has no setting for it, and its command looks the name up here.
vars(migrate)["MigrationExecutor"] = PatientExecutor


class Command(migrate.Command):
    help = (
        f"{migrate.Command.help} Waits for locks two seconds at a time and comes back later, so "
        "that nobody in the shop has to wait for a migration that waits."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with short_locks():
            super().handle(*args, **options)

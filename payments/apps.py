from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import receivers  # noqa: F401 - connects them

        post_migrate.connect(make_partitions, sender=self)


def make_partitions(*, apps: Any = installed, **_: Any) -> None:
    """Every migrate leaves the inbox with partitions for the months to come.

    `apps` is the schema that was migrated to: backwards, there may be no inbox any more.
    """
    from payments import commands
    from shopflow.lib.roles import Role
    from shopflow.lib.transactions import acting_as

    if "paymentevent" in apps.all_models["payments"]:
        with acting_as(None, role=Role.OWNER):
            commands.make_partitions()

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from payments import receivers  # noqa: F401 - connects them

        post_migrate.connect(make_partitions, sender=self)


def make_partitions(**_: Any) -> None:
    """Every migrate leaves the inbox with partitions for the months to come."""
    from payments import commands
    from shopflow.lib.roles import Role
    from shopflow.lib.transactions import acting_as

    with acting_as(None, role=Role.OWNER):
        commands.make_partitions()

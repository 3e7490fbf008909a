from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        from orders import receivers  # noqa: F401 - connects them

        post_migrate.connect(write_moves, sender=self)


def write_moves(*, apps: Any = installed, **_: Any) -> None:
    """Reference rows come by post_migrate, so that an emptied test database has them again.

    `apps` is the schema that was migrated to: backwards, there may be no table any more.
    """
    from orders import commands
    from shopflow.lib.roles import Role
    from shopflow.lib.transactions import acting_as

    if "orderstatustransition" in apps.all_models["orders"]:
        with acting_as(None, role=Role.OWNER):
            commands.ensure_moves()

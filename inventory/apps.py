from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "inventory"

    def ready(self) -> None:
        from inventory import receivers  # noqa: F401 - connects them

        post_migrate.connect(make_main_warehouse, sender=self)


def make_main_warehouse(*, apps: Any = installed, **_: Any) -> None:
    """Reference rows come by post_migrate, so that an emptied test database has them again.

    `apps` is the schema that was migrated to: backwards, there may be no table any more.
    """
    from inventory import commands
    from shopflow.lib.roles import Role
    from shopflow.lib.transactions import acting_as

    if "warehouse" in apps.all_models["inventory"]:
        with acting_as(None, role=Role.OWNER):
            commands.ensure_main_warehouse()

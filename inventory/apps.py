from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "inventory"

    def ready(self) -> None:
        from inventory import receivers  # noqa: F401 - connects them

        post_migrate.connect(make_main_warehouse, sender=self)


def make_main_warehouse(*, plan: Any = None, **_: Any) -> None:
    """Reference rows come by post_migrate, so that an emptied test database has them again."""
    from inventory import commands
    from shopflow.lib.postgres.tables import is_migrated
    from shopflow.lib.roles import Role
    from shopflow.lib.transactions import acting_as

    # An emptied test database has no plan and all its tables.
    if plan is None or is_migrated():
        with acting_as(None, role=Role.OWNER):
            commands.ensure_main_warehouse()

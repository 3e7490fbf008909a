from typing import Any

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class ShopflowAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "shopflow.admin.ShopflowAdminSite"


class ShopflowConfig(AppConfig):
    default = True
    name = "shopflow"
    verbose_name = "ShopFlow"

    def ready(self) -> None:
        # Tasks declared with @shared_task find their app only once it exists.
        from shopflow import celery  # noqa: F401

        # Django tells only apps with tables; after the last of them every table is there.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(apply_rights, sender=last)
        post_migrate.connect(make_partitions, sender=last)
        post_migrate.connect(save_groups, sender=last)


def apply_rights(*, plan: Any = None, **_: Any) -> None:
    """Grant what new tables need; an emptied test database has no plan and keeps its rights."""
    from shopflow.access import commands
    from shopflow.lib.postgres.patience import patiently
    from shopflow.lib.roles import Role
    from shopflow.lib.transactions import acting_as

    if plan:
        with acting_as(None, role=Role.OWNER):
            patiently(commands.apply_rights)


def save_groups(**_: Any) -> None:
    """Every migrate, and every emptied test database, leaves the groups as declared."""
    from shopflow.access import commands
    from shopflow.lib.roles import Role
    from shopflow.lib.transactions import acting_as

    with acting_as(None, role=Role.OWNER):
        commands.save_groups()


def make_partitions(**_: Any) -> None:
    """Every migrate leaves the monthly tables with partitions for the months to come."""
    from shopflow.lib import partitions

    partitions.make_partitions()

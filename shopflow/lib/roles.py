"""The database roles of the shop (data model, roles and row-level security)."""

from enum import StrEnum


class Role(StrEnum):
    """Who a statement runs as. What each may do stands in `shopflow.access.rights`."""

    OWNER = "shop_owner"  # owns the tables and migrates; nobody logs in as it
    APP = "shop_app"  # storefront and API
    WORKER = "shop_worker"  # Celery, and commands run from a terminal
    ADMIN = "shop_admin"  # the staff site
    READONLY = "shop_readonly"  # reports: no secrets
    AUDIT = "shop_audit"  # checks: reads everything, writes nothing
    BACKUP = "shop_backup"  # dumps: past row-level security

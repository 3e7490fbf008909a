"""What stands in the database now, whatever the models say."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_migrated() -> bool:
    """Whether every migration is applied, so that the tables are as the models say.

    `migrate <app> zero` takes tables away, and post_migrate comes all the same.
    """
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def has_function(name: str) -> bool:
    """Whether a function of this name, the only one, is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])

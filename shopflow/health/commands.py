from django.db import connection

from shopflow.lib.transactions import command


@command
def analyze() -> None:
    """Count every table anew for the planner. Only the owner may. Safe to repeat.

    Autovacuum does it for tables that change a lot, but never for a partitioned table as a whole.
    A table that is locked just now waits for the next time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        cursor.execute("ANALYZE (SKIP_LOCKED)")

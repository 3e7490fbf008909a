"""What stands in the database now, whatever the models say."""

from django.db import connection


def has_function(name: str) -> bool:
    """Whether a function of this name, the only one, is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])

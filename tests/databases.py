"""Databases of a test's own, for what would leave its marks on the one all tests share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from shopflow.lib.roles import Role


@contextmanager
def another_database(*, empty: bool = False) -> Iterator[None]:
    """Work on a new database for as long as the block lasts, and drop it then.

    It has what the shared one has, or nothing. Everything in this process sees it: models,
    commands, `call_command`. No transaction may be open, so it belongs into a fixture of a
    module, inside `django_db_blocker.unblock()`; a copy needs `django_db_setup` too. Tests marked
    `django_db` then run in transactions of the new one.
    """
    shared = connection.settings_dict["NAME"]
    name = f"test_another_{os.getpid()}"
    connection.close()  # nobody may be in a database that is copied
    drop(name)
    with _server() as server:
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER shop_owner TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier("template0" if empty else shared)
            )
        )
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = shared
        drop(name)


def drop(name: str) -> None:
    """Drop a database with what is still connected to it; one that isn't there is fine.

    Not WITH (FORCE), which gives up on an autovacuum at work there: only a superuser may end
    that one. A plain drop asks it to leave, and waits.
    """
    with _server() as server:
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [name],
        )
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def address() -> dict[str, Any]:
    """Return where the present database is, for a connection beside Django's, as the owner."""
    known = connection.settings_dict
    return {
        "host": known["HOST"],
        "port": known["PORT"],
        "user": known["USER"],
        "password": known["PASSWORD"],
        "dbname": known["NAME"],
        "options": f"-c role={Role.OWNER}",
    }


def _server() -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(**{**address(), "dbname": "postgres"}, autocommit=True)

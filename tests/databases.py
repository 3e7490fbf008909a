"""Databases of a test's own, for what would leave its marks on the one all tests share."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql


@contextmanager
def another_database(*, empty: bool = False) -> Iterator[str]:
    """Work on a new database for as long as the block lasts, and drop it then; gives its name.

    It has what the shared one has, or nothing. Everything in this process sees it: models,
    commands, `call_command`. Belongs into a fixture that asks for `django_db_setup` and lets the
    block use the database: no test transaction is open there.
    """
    shared = connection.settings_dict["NAME"]
    name = f"{shared}_another"
    connection.close()  # nobody may be in a database that is copied
    with outside() as server:
        server.execute(_drop(name))
        server.execute(
            sql.SQL("CREATE DATABASE {} OWNER shop_owner TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier("template0" if empty else shared)
            )
        )
    connection.settings_dict["NAME"] = name
    try:
        yield name
    finally:
        connection.close()
        connection.settings_dict["NAME"] = shared
        with outside() as server:
            server.execute(_drop(name))


@contextmanager
def outside() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """Give a connection of the same server beside Django's, as the owner and in autocommit."""
    known = connection.settings_dict
    with psycopg.connect(
        host=known["HOST"],
        port=known["PORT"],
        user=known["USER"],
        password=known["PASSWORD"],
        dbname="postgres",
        options=f"-c role={settings.DATABASE_ROLE}",
        autocommit=True,
    ) as server:
        yield server


def _drop(name: str) -> sql.Composed:
    return sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))

"""A plain table becomes one that is kept by month, with the same rows, rules and name."""

from collections.abc import Callable, Iterator

from django.db import connection
from django.utils import timezone

from shopflow.lib.partitions.blueprints import Unique, blueprint
from shopflow.lib.partitions.keys import without_keys_to
from shopflow.lib.partitions.making import AHEAD
from shopflow.lib.partitions.months import Month, columns_of, default_of
from shopflow.lib.postgres.patience import LOCK_TIMEOUT
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, command, reading

Tell = Callable[[str], object]
# Ids from before aren't a shop's; such rows go to the default partition, as do those far ahead.
FIRST = Month(2000, 1)

# What was unique in the whole table is no longer so when only each month can say it. This table
# says it for all months, under the constraint's old name; a trigger fills it, so raw SQL is
# refused too. SECURITY DEFINER: nobody else may touch it.
_REGISTRY = """
CREATE TABLE {registry} (
    {column} {type} CONSTRAINT {name} PRIMARY KEY,
    row_id uuid NOT NULL CONSTRAINT {registry}_row_unique UNIQUE
);
COMMENT ON TABLE {registry} IS 'Keeps {table}.{column} unique across all months';
INSERT INTO {registry} SELECT {column}, id FROM {table};
ALTER TABLE {registry} ADD CONSTRAINT {registry}_row_fk FOREIGN KEY (row_id)
    REFERENCES {table} ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION shop_register_{column}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE {registry} SET {column} = NEW.{column} WHERE row_id = NEW.id;
    ELSE
        INSERT INTO {registry} VALUES (NEW.{column}, NEW.id);
    END IF;
    RETURN NULL;
END $$;
{index};
CREATE TRIGGER {table}_{column}_registered AFTER INSERT OR UPDATE OF {column} ON {table}
    FOR EACH ROW EXECUTE FUNCTION shop_register_{column}();
"""


@command
def convert(*, table: str, finish: Callable[[], object], tell: Tell) -> int:
    """Partition a table by month on its UUIDv7 `id`, all or nothing; return how many rows.

    `finish` sets all grants and policies in the same transaction. A column that must be unique
    is kept so by a table of its own, `<column>s`. Foreign keys from and to it are checked anew.
    Nobody reads or writes the table meanwhile. Only the owner may. Raises CannotConvert.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        cursor.execute(f'LOCK TABLE "{table}" IN ACCESS EXCLUSIVE MODE')
        plan = blueprint(table)
        policies = _count_policies()
        with without_keys_to(table):
            _drop_policies_on(table)
            rows = _rebuild(table, tell)
            tell("indexes, keys and rules …")
            for statement in plan.statements:
                cursor.execute(statement)
            for unique in plan.uniques:
                _register(table, unique)
        finish()
        if (made := _count_policies()) != policies:
            raise RuntimeError(f"{made} policies instead of {policies}")
        cursor.execute(f'ANALYZE "{table}"')
    return rows


def other_connections() -> int:
    """Return how many others work in this database now. Works as the owner."""
    with acting_as(None, role=Role.OWNER), reading(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename IS NOT NULL"
            " AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def _drop_policies_on(table: str) -> None:
    """Drop the policies, of whatever table, that look into this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT polrelid::regclass::text, quote_ident(polname)"
            " FROM pg_policy JOIN pg_depend"
            " ON classid = 'pg_policy'::regclass AND objid = pg_policy.oid"
            " WHERE refclassid = 'pg_class'::regclass AND refobjid = %s::regclass",
            [table],
        )
        for owner, name in cursor.fetchall():
            cursor.execute(f"DROP POLICY {name} ON {owner}")


def _count_policies() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_policy")
        return int(cursor.fetchone()[0])


def _rebuild(table: str, tell: Tell) -> int:
    """Put a partitioned table with the same columns, CHECKs and rows in a plain one's place."""
    plain = f"{table}_plain"
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" RENAME TO "{plain}"')
        cursor.execute(
            f'CREATE TABLE "{table}" (LIKE "{plain}" INCLUDING ALL EXCLUDING INDEXES)'
            " PARTITION BY RANGE (id)"
        )
        cursor.execute(f'CREATE TABLE "{default_of(table)}" PARTITION OF "{table}" DEFAULT')
    months = list(_months(plain))
    for month in months:
        low, high = month.bounds
        with connection.cursor() as cursor:
            cursor.execute(
                f'CREATE TABLE "{month.partition_of(table)}" PARTITION OF "{table}"'
                f" FOR VALUES FROM ('{low}') TO ('{high}')"
            )
        copied = _copy(plain, month.partition_of(table), f"id >= '{low}' AND id < '{high}'")
        tell(f"{copied:9}  {month.partition_of(table)}")
    low, high = months[0].bounds[0], months[-1].bounds[1]
    _copy(plain, default_of(table), f"id < '{low}' OR id >= '{high}'")
    return _replaced(plain, table)


def _months(plain: str) -> Iterator[Month]:
    """Yield the months from the first row's to those that are always made ahead."""
    first = last = Month.of(timezone.now())
    for _ in range(AHEAD):
        last = last.next
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT id FROM "{plain}" WHERE id >= %s ORDER BY id LIMIT 1',  # noqa: S608 - our names
            [FIRST.bounds[0]],
        )
        if row := cursor.fetchone():
            first = min(first, Month.of_id(row[0]))
    return first.until(last)


def _copy(source: str, target: str, condition: str) -> int:
    columns = columns_of(source)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{target}" ({columns})'  # noqa: S608 - our names and ids
            f' SELECT {columns} FROM "{source}" WHERE {condition} ORDER BY id'
        )
        return int(cursor.rowcount)


def _replaced(plain: str, table: str) -> int:
    """Drop the plain table once every row of it is in the new one; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT (SELECT count(*) FROM "{plain}"), (SELECT count(*) FROM "{table}")'  # noqa: S608 - our names
        )
        before, after = cursor.fetchone()
        if before != after:
            raise RuntimeError(f"{after} rows of {table} instead of {before}")
        cursor.execute(f'DROP TABLE "{plain}"')
    return int(after)


def _register(table: str, unique: Unique) -> None:
    names = {
        "table": table,
        "name": f'"{unique.name}"',
        "column": unique.column,
        "type": unique.type,
        "registry": f"{unique.column}s",
        "index": unique.index,
    }
    with connection.cursor() as cursor:
        cursor.execute(_REGISTRY.format(**names))

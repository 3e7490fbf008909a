"""What the migrated database says about itself: tables, columns, foreign keys and rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models

from tests.architecture.rules.tree import PRODUCT

SELECT_TABLES = """
    SELECT relname FROM pg_class
    WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
"""
SELECT_COLUMNS = """
    SELECT column_name, udt_name, character_maximum_length, is_nullable = 'YES',
           column_default IS NOT NULL OR is_identity = 'YES', is_generated = 'ALWAYS'
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s
"""
# Partitions have what their table has.
SELECT_KEYS = """
    SELECT t.relname, attname, conname, parent.relname
    FROM pg_constraint
    JOIN pg_class AS t ON t.oid = conrelid
    JOIN pg_class AS parent ON parent.oid = confrelid
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'f' AND conparentid = 0 AND connamespace = 'public'::regnamespace
"""
# A unique index without a constraint is a rule too (partial ones are), and so is every trigger
# that doesn't only write something down.
SELECT_RULES = """
    SELECT conname, relname, 'CONSTRAINT'
    FROM pg_constraint JOIN pg_class AS t ON t.oid = conrelid
    WHERE contype NOT IN ('f', 'n', 'p') AND conparentid = 0 AND coninhcount = 0
        AND connamespace = 'public'::regnamespace
    UNION ALL
    SELECT i.relname, t.relname, 'INDEX'
    FROM pg_index
    JOIN pg_class AS i ON i.oid = indexrelid
    JOIN pg_class AS t ON t.oid = indrelid
    WHERE indisunique AND NOT t.relispartition AND t.relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
    UNION ALL
    SELECT tgname, relname, 'TRIGGER'
    FROM pg_trigger
    JOIN pg_class AS t ON t.oid = tgrelid
    JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE NOT tgisinternal AND tgparentid = 0 AND proname NOT IN ('shop_audit', 'shop_touch')
"""


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    length: int | None
    is_nullable: bool
    has_default: bool
    is_generated: bool

    @property
    def is_needed(self) -> bool:
        """Whether a row without a word about it is refused."""
        return not (self.is_nullable or self.has_default or self.is_generated)


@dataclass(frozen=True)
class Key:
    """A foreign key: one column, the constraint's name, and the table it points to."""

    table: str
    column: str
    name: str
    parent: str


@dataclass(frozen=True)
class Rule:
    name: str
    table: str
    kind: str


def our_models() -> list[type[models.Model]]:
    """The models of the shop's apps: what Django brings is left to Django's own tests."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if apps.get_app_config(model._meta.app_label).name.partition(".")[0] in PRODUCT
    ]


def our_tables() -> frozenset[str]:
    """Every table but Django's own, whether a model has it or not; partitions apart."""
    ours = {model._meta.db_table for model in our_models()}
    theirs = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return frozenset(
        {table for (table,) in read(SELECT_TABLES)} - (theirs - ours) - {"django_migrations"}
    )


@cache
def columns(table: str) -> dict[str, Column]:
    return {row[0]: Column(*row) for row in read(SELECT_COLUMNS, [table])}


@cache
def keys() -> dict[tuple[str, str], Key]:
    """The foreign keys by table and column."""
    return {(key.table, key.column): key for key in keys_now()}


@cache
def rules() -> dict[str, Rule]:
    return {rule.name: rule for rule in rules_now()}


def rules_of(table: str) -> list[Rule]:
    return [rule for rule in rules().values() if rule.table == table]


def choices(table: str, column: str) -> set[str]:
    """What the model says the fixed set of a column is."""
    [model] = [model for model in our_models() if model._meta.db_table == table]
    [field] = [field for field in model._meta.local_fields if field.column == column]
    return {str(value) for value, _ in field.flatchoices}


def keys_now() -> list[Key]:
    """Every foreign key of the shop, also when a test has just changed one."""
    ours = our_tables()
    return [key for key in (Key(*row) for row in read(SELECT_KEYS)) if key.table in ours]


def rules_now() -> list[Rule]:
    """Every rule of the shop but NOT NULL and keys, also when a test has just changed one."""
    ours = our_tables()
    return [rule for rule in (Rule(*row) for row in read(SELECT_RULES)) if rule.table in ours]


def read(query: Any, params: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        rows: list[Any] = cursor.fetchall()
        return rows

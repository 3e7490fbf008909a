"""What the database says about one table, as text."""

from dataclasses import dataclass

from django.apps import apps
from django.db import connection
from django.db.models import Model

# From the bottom up, as in docs/architecture.md.
APPS = (
    "lib", "accounts", "catalog", "inventory", "promotions", "shipping", "carts", "orders",
    "payments",
)  # fmt: skip

_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod),
       CASE WHEN attgenerated = 's' THEN 'generated: ' || pg_get_expr(adbin, adrelid)
            ELSE pg_get_expr(adbin, adrelid) END,
       attnotnull
FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped
ORDER BY attnum
"""
# Not nulls stand with their columns (PostgreSQL 18 lists them as constraints too).
_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %(table)s::regclass AND contype IN ('p', 'u', 'f', 'c', 'x')
ORDER BY position(contype::text IN 'pufcx'), conname
"""
_INDEXES = """
SELECT relname, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '')
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %(table)s::regclass
  AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype <> 'f')
ORDER BY relname
"""
_TRIGGERS = """
SELECT tgname, regexp_replace(pg_get_triggerdef(oid), '^CREATE TRIGGER \\S+ | ON \\S+', '', 'g')
FROM pg_trigger WHERE tgrelid = %(table)s::regclass AND NOT tgisinternal
ORDER BY tgname
"""
_POLICIES = """
SELECT policyname || ' (' || array_to_string(roles, ', ') || ')', coalesce(qual, with_check)
FROM pg_policies WHERE tablename = %(table)s
ORDER BY policyname
"""
_COMMENT = "SELECT coalesce(obj_description(%(table)s::regclass, 'pg_class'), '')"

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    default: str
    is_required: bool
    help: str


@dataclass(frozen=True)
class Table:
    """One table; `constraints`, `indexes`, `triggers`, `policies` are names with definitions."""

    name: str
    app: str
    meaning: str
    comment: str
    columns: list[Column]
    constraints: Pairs
    indexes: Pairs
    triggers: Pairs
    policies: Pairs
    parents: dict[str, str]


def tables() -> list[Table]:
    """Return every table of the shop's own apps, lowest app first."""
    return [_table(model) for app in APPS for model in apps.get_app_config(app).get_models()]


def _table(model: type[Model]) -> Table:
    name = model._meta.db_table
    return Table(
        name=name,
        app=model._meta.app_label,
        meaning=" ".join((model.__doc__ or "").split("\n\n")[0].split()),
        comment=_rows(_COMMENT, name)[0][0],
        columns=_columns(model, name),
        constraints=_pairs(_CONSTRAINTS, name),
        indexes=_pairs(_INDEXES, name),
        triggers=_pairs(_TRIGGERS, name),
        policies=_pairs(_POLICIES, name),
        parents=_parents(model),
    )


def _columns(model: type[Model], name: str) -> list[Column]:
    helps = {
        field.column: str(field.help_text)
        for field in model._meta.local_concrete_fields
        if field.column and field.help_text
    }
    return [
        Column(column, kind, default or "", bool(required), helps.get(column, ""))
        for column, kind, default, required in _rows(_COLUMNS, name)
    ]


def _parents(model: type[Model]) -> dict[str, str]:
    """The tables its foreign keys name, by column."""
    return {
        str(field.column): field.related_model._meta.db_table
        for field in model._meta.local_concrete_fields
        if isinstance(field.related_model, type) and issubclass(field.related_model, Model)
    }


def _pairs(query: str, table: str) -> Pairs:
    return [(name, definition) for name, definition in _rows(query, table)]


def _rows(query: str, table: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"table": table})
        return list(cursor.fetchall())

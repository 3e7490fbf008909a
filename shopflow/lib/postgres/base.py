"""Django's PostgreSQL backend, except that foreign keys carry their ON DELETE action.

Django 5.2 enforces `on_delete` in Python only; here `pg_constraint` says the same, so raw SQL
obeys it too.
"""

from typing import Any

from django.db.backends.ddl_references import Statement
from django.db.backends.postgresql import base
from django.db.backends.postgresql.schema import DatabaseSchemaEditor as PostgresSchemaEditor
from django.db.models import CASCADE, DO_NOTHING, PROTECT, RESTRICT, SET_DEFAULT, SET_NULL

ACTIONS = {
    CASCADE: "CASCADE",
    SET_NULL: "SET NULL",
    SET_DEFAULT: "SET DEFAULT",
    PROTECT: "RESTRICT",
    RESTRICT: "RESTRICT",
    DO_NOTHING: "NO ACTION",
}


class DatabaseSchemaEditor(PostgresSchemaEditor):
    """Writes the declared action into every foreign key."""

    # Columns added later get their key by the same statement as columns of a new table.
    sql_create_column_inline_fk = None  # type: ignore[assignment]

    def _create_fk_sql(self, model: Any, field: Any, suffix: str) -> Statement:
        statement: Statement = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]
        action = ACTIONS[field.remote_field.on_delete]
        parts: dict[str, Any] = statement.parts
        parts["deferrable"] = f" ON DELETE {action}{parts['deferrable']}"
        return statement


class DatabaseWrapper(base.DatabaseWrapper):
    """Selected by ENGINE = "shopflow.lib.postgres"."""

    SchemaEditorClass = DatabaseSchemaEditor

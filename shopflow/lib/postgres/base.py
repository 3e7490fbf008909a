"""Django's PostgreSQL backend, except that two promises of the models hold for raw SQL too.

Foreign keys carry their ON DELETE action (Django 5.2 enforces it in Python only), and a column
`updated_at` moves when an UPDATE forgets it.
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


TOUCH = """
CREATE TRIGGER %(name)s BEFORE UPDATE ON %(table)s FOR EACH ROW
WHEN (OLD.updated_at IS NOT DISTINCT FROM NEW.updated_at) EXECUTE FUNCTION shop_touch()
"""


class DatabaseSchemaEditor(PostgresSchemaEditor):
    """Writes the declared action into every foreign key, and `updated_at` into every UPDATE."""

    # Columns added later get their key by the same statement as columns of a new table.
    sql_create_column_inline_fk = None  # type: ignore[assignment]

    def create_model(self, model: Any) -> None:
        super().create_model(model)
        if any(field.name == "updated_at" for field in model._meta.local_fields):
            table = model._meta.db_table
            names = {"name": self.quote_name(f"{table}_touch"), "table": self.quote_name(table)}
            self.deferred_sql.append(TOUCH % names)

    def _create_like_index_sql(self, model: Any, field: Any) -> None:
        """Make no second index beside a unique one; what is searched by prefix says so itself."""

    def _create_fk_sql(self, model: Any, field: Any, suffix: str) -> Statement:
        statement: Statement = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]
        action = ACTIONS[field.remote_field.on_delete]
        parts: dict[str, Any] = statement.parts
        parts["deferrable"] = f" ON DELETE {action}{parts['deferrable']}"
        return statement


class DatabaseWrapper(base.DatabaseWrapper):
    """Selected by ENGINE = "shopflow.lib.postgres"."""

    SchemaEditorClass = DatabaseSchemaEditor

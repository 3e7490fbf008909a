"""Django's PostgreSQL backend, except that two promises of the models hold for raw SQL too.

Foreign keys carry their ON DELETE action (Django 5.2 enforces it in Python only), and a column
`updated_at` moves when an UPDATE forgets it.
"""

import sys
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

    # Safe to repeat: a build that was stopped leaves an index behind that nobody can use.
    sql_create_index_concurrently = PostgresSchemaEditor.sql_create_index_concurrently.replace(
        "CONCURRENTLY", "CONCURRENTLY IF NOT EXISTS"
    )

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """Run what was put off, and undo the migration when that fails too.

        Django forgets the second: its transaction would stay open for ever.
        """
        deferred, self.deferred_sql = self.deferred_sql, []
        try:
            if kind is None:
                for sql in deferred:
                    self.execute(sql, None)
        except BaseException:
            super().__exit__(*sys.exc_info())
            raise
        super().__exit__(kind, error, trace)

    def add_index(self, model: Any, index: Any, concurrently: bool = False) -> None:
        """Add an index; CONCURRENTLY it may wait for as long as it likes, since nobody waits."""
        if not concurrently:
            super().add_index(model, index)
            return
        self.execute("SET lock_timeout = 0")
        try:
            if not self.collect_sql and self._is_half_built(index.name):
                self.remove_index(model, index, concurrently=True)
            super().add_index(model, index, concurrently=True)
        finally:
            self.execute("RESET lock_timeout")

    def create_model(self, model: Any) -> None:
        super().create_model(model)
        if any(field.name == "updated_at" for field in model._meta.local_fields):
            table = model._meta.db_table
            names = {"name": self.quote_name(f"{table}_touch"), "table": self.quote_name(table)}
            self.deferred_sql.append(TOUCH % names)

    def _create_like_index_sql(self, model: Any, field: Any) -> None:
        """Make no second index beside a unique one; what is searched by prefix says so itself."""

    def _is_half_built(self, name: str) -> bool:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_index"
                " WHERE indexrelid = to_regclass(quote_ident(%s)) AND NOT indisvalid)",
                [name],
            )
            return bool(cursor.fetchone()[0])

    def _create_fk_sql(self, model: Any, field: Any, suffix: str) -> Statement:
        statement: Statement = super()._create_fk_sql(model, field, suffix)  # type: ignore[misc]
        action = ACTIONS[field.remote_field.on_delete]
        parts: dict[str, Any] = statement.parts
        parts["deferrable"] = f" ON DELETE {action}{parts['deferrable']}"
        return statement


class DatabaseWrapper(base.DatabaseWrapper):
    """Selected by ENGINE = "shopflow.lib.postgres"."""

    SchemaEditorClass = DatabaseSchemaEditor

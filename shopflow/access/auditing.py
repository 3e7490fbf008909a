"""The trigger that writes down what staff change: which tables have it, and with which words.

One fixed WHEN keeps it asleep in everything but staff's transactions, which carry `app.staff`
(`shopflow.lib.transactions`); what shoppers do pays for that check and nothing else.
"""

from collections.abc import Collection, Iterator, Set

from django.apps import apps
from django.db import connection
from django.db.models import Model

from shopflow.access.rights import NOT_AUDITED, PERSONAL_COLUMNS, SECRET_COLUMNS
from shopflow.lib.audit import entity_type

# As PostgreSQL itself writes it, so that what stands in the database can be compared.
TRIGGER = (
    "CREATE TRIGGER {table}_audit AFTER INSERT OR DELETE OR UPDATE ON public.{table}"
    " FOR EACH ROW"
    " WHEN ((COALESCE(current_setting('app.staff'::text, true), ''::text) <> ''::text))"
    " EXECUTE FUNCTION shop_audit('{entity}', '{secret}', '{personal}', '{left_out}')"
)


def declared_triggers() -> dict[str, str]:
    """Return each audited table with the statement that makes its trigger."""
    return {
        model._meta.db_table: _trigger(model)
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.db_table not in NOT_AUDITED
    }


def audit_statements(tables: Collection[str]) -> Iterator[str]:
    """Yield what brings these tables' triggers to what is declared; nothing where it is right."""
    found = _found()
    declared = {table: sql for table, sql in declared_triggers().items() if table in tables}
    for table in sorted({*declared, *found}):
        if declared.get(table) != found.get(table):
            yield f'DROP TRIGGER IF EXISTS "{table}_audit" ON "{table}"'
            if table in declared:
                yield declared[table]


def unwatched() -> list[str]:
    """Return the tables whose audit trigger is missing, altered or switched off."""
    found = _found()
    return sorted(table for table, sql in declared_triggers().items() if found.get(table) != sql)


def _trigger(model: type[Model]) -> str:
    table = model._meta.db_table
    vectors = {
        column.name
        for column in model._meta.local_concrete_fields
        if column.db_parameters(connection)["type"] == "tsvector"
    }
    return TRIGGER.format(
        table=table,
        entity=entity_type(model),
        secret=_array(SECRET_COLUMNS.get(table, set())),
        personal=_array(PERSONAL_COLUMNS.get(table, set())),
        left_out=_array({"updated_at", *vectors}),
    )


def _array(columns: Set[str]) -> str:
    return "{" + ",".join(sorted(columns)) + "}"


def _found() -> dict[str, str]:
    """Return each table's trigger as it stands in the database; one that is off counts as none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_get_triggerdef(pg_trigger.oid), tgenabled = 'O'"
            " FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE tgfoid = to_regproc('shop_audit') AND tgparentid = 0"
        )
        return {table: sql for table, sql, is_on in cursor.fetchall() if is_on}

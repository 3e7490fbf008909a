"""Every table is watched as declared, and neither a secret nor a person's data gets through."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from psycopg.types.json import Jsonb

from accounts.models import User
from shopflow.access.auditing import audit_statements, declared_triggers, unwatched
from shopflow.access.commands import apply_rights
from shopflow.access.rights import (
    NOT_AUDITED,
    PERSONAL_COLUMNS,
    SECRET_COLUMNS,
    all_tables,
)
from shopflow.lib.audit.entities import entity_type, models_by_entity
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from tests import factories
from tests.ledger import ledger
from tests.lib.auditing import as_owner, raw, staff_work

pytestmark = pytest.mark.django_db
# Columns by whose names somebody could be known, reached or impersonated.
TELLING = re.compile(
    r"name$|email|phone|address|city|state$|postal|company|last_four|password|token|secret|hash"
    r"|key$|(^|_)ip$|device|note$|payload|snapshot|recipient|sender|answers|label_url|url$"
)
# Columns that only sound like it.
HARMLESS = {
    "api_keys": {"name"},
    "attributes": {"name"},
    "auth_group": {"name"},
    "auth_permission": {"name", "codename"},
    "brands": {"name"},
    "categories": {"name"},
    "category_translations": {"name"},
    "gift_cards": {"code_last_four"},
    "import_jobs": {"file_name", "file_hash"},
    "menu_items": {"url"},
    "order_items": {"product_name", "variant_name", "image_url"},
    "order_return_items": {"condition_note"},
    "order_tax_lines": {"name"},
    "order_addresses": {"address_type"},
    "orders": {"shipping_method_name", "guest_token_version"},
    "passkeys": {"public_key"},
    "payments": {"idempotency_key"},
    "price_lists": {"name"},
    "product_images": {"source_url"},
    "product_translations": {"name"},
    "product_types": {"name"},
    "product_variants": {"name"},
    "products": {"name", "brand_name"},
    "promotions": {"name"},
    "purchase_orders": {"supplier_name"},
    "refunds": {"idempotency_key"},
    # Where the shop hands out goods: its own address.
    "shipping_methods": {
        "name", "pickup_address_line", "pickup_city", "pickup_postal_code", "pickup_state",
    },
    "shipping_zones": {"name"},
    "stock_counts": {"name"},
    "tax_rates": {"name", "state"},
    "user_addresses": {"address_type"},
    "users": {"email_verified"},
    "warehouses": {"name", "address"},
}  # fmt: skip
HIDDEN = sorted({*SECRET_COLUMNS, *PERSONAL_COLUMNS} - NOT_AUDITED.keys())
# Neither word nor number has these letters, so they are found wherever they got to.
MARK, PLACE = "zqxj", "203.0.113.77"


def tables() -> Iterator[tuple[str, set[str]]]:
    for model in apps.get_models(include_auto_created=True):
        yield model._meta.db_table, {str(field.column) for field in model._meta.local_fields}


@ledger("S3-25")
def test_every_table_is_watched_or_says_why_not() -> None:
    assert set(all_tables()) == {*declared_triggers(), *NOT_AUDITED}
    assert not declared_triggers().keys() & NOT_AUDITED.keys()
    assert all(NOT_AUDITED.values())


def test_the_triggers_in_the_database_are_the_declared_ones() -> None:
    assert unwatched() == []
    assert list(audit_statements(all_tables())) == []


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TRIGGER orders_audit ON orders",
        "ALTER TABLE orders DISABLE TRIGGER orders_audit",
        "DROP TRIGGER orders_audit ON orders; CREATE TRIGGER orders_audit AFTER UPDATE ON orders"
        " FOR EACH ROW EXECUTE FUNCTION shop_audit('order', '{}', '{}', '{}')",
    ],
)
def test_a_damaged_trigger_is_named_and_made_again(damage: str) -> None:
    with as_owner():
        raw(damage)
        named = unwatched()
        apply_rights()

    assert named == ["orders"]
    assert unwatched() == []


def test_a_trigger_where_none_is_declared_is_removed() -> None:
    with as_owner():
        raw(
            "CREATE TRIGGER search_log_audit AFTER INSERT ON search_log FOR EACH ROW"
            " EXECUTE FUNCTION shop_audit('search_log', '{}', '{}', '{}')"
        )
        statements = list(audit_statements(all_tables()))

    assert statements == ['DROP TRIGGER IF EXISTS "search_log_audit" ON "search_log"']


@ledger("S2-64", "S2-79")
def test_every_kind_of_thing_has_a_name_of_its_own() -> None:
    kinds = models_by_entity()

    assert len(kinds) == len(apps.get_models(include_auto_created=True))
    assert {"user", "order", "payment", "inventory", "product"} <= kinds.keys()
    assert entity_type(User) == "user"


def test_hidden_columns_exist() -> None:
    known = dict(tables())

    for declared in (SECRET_COLUMNS, PERSONAL_COLUMNS, HARMLESS):
        for table, columns in declared.items():
            assert columns <= known[table], table
    assert NOT_AUDITED.keys() <= known.keys()


def test_every_column_that_tells_of_somebody_is_hidden_or_said_to_be_harmless() -> None:
    unsorted = {
        table: left
        for table, columns in tables()
        if table not in NOT_AUDITED
        and (
            left := {column for column in columns if TELLING.search(column)}
            - SECRET_COLUMNS.get(table, set())
            - PERSONAL_COLUMNS.get(table, set())
            - HARMLESS.get(table, set())
        )
    }

    assert unsorted == {}


def marked(table: str) -> dict[str, Any]:
    """A row of the table whose hidden columns hold what must not be found afterwards."""
    [model] = (m for m in apps.get_models() if m._meta.db_table == table)
    hidden = SECRET_COLUMNS.get(table, set()) | PERSONAL_COLUMNS.get(table, set())
    row: dict[str, Any] = {"id": str(new_id())}
    for column in hidden:
        field = model._meta.get_field(column)
        is_place = isinstance(field, models.GenericIPAddressField)
        row[column] = PLACE if is_place else MARK
        if isinstance(field, models.JSONField):
            row[column] = {"deep": [MARK]}
    return row


@pytest.mark.parametrize("table", HIDDEN)
def test_secrets_and_personal_data_are_nowhere_in_the_log(table: str) -> None:
    # A copy with the table's own trigger, but without its rules: any value fits.
    trigger = declared_triggers()[table].replace(f"ON public.{table}", "ON probe")
    row = marked(table)
    with as_owner():
        raw(f'CREATE TABLE probe AS TABLE "{table}" WITH NO DATA')
        raw(trigger)
        raw("GRANT SELECT, INSERT, UPDATE, DELETE ON probe TO shop_admin")

    hidden = sorted(row.keys() - {"id"})
    columns = ", ".join(f'"{column}"' for column in hidden)
    nothing = ", ".join(["NULL"] * len(hidden))
    filled = f"FROM jsonb_populate_record(NULL::probe, {'%s'})"
    with staff_work(factories.UserFactory.create()):
        raw(f"INSERT INTO probe SELECT * {filled}", Jsonb(row))
        raw(f"UPDATE probe SET ({columns}) = ROW({nothing})")  # noqa: S608 - ours
        raw(f"UPDATE probe SET ({columns}) = (SELECT {columns} {filled})", Jsonb(row))  # noqa: S608 - ours
        raw("DELETE FROM probe")

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(audit_logs::text, ' ') FROM audit_logs")
        [everything] = cursor.fetchone()
    assert MARK not in everything
    assert PLACE not in everything
    assert sorted(AuditLog.objects.values_list("action", flat=True)) == [
        "create", "delete", "update", "update",
    ]  # fmt: skip
    for entry in AuditLog.objects.filter(action="update"):
        assert sorted({change.name for change in entry.changes}) == hidden
        values = {
            str(value)
            for value in {**(entry.old_values or {}), **(entry.new_values or {})}.values()
        }
        assert values <= {"(secret)", "(personal)", "None"}

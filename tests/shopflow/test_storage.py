import pytest
from django.db import connection

from tests.ledger import ledger

pytestmark = pytest.mark.django_db


def storage_of(table: str) -> list[str] | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [table])
        options: list[str] | None = cursor.fetchone()[0]
    return options


@ledger("S0-36", "S3-23")
@pytest.mark.parametrize(
    "table",
    ["inventory_reservations", "carts", "cart_items", "user_sessions", "orders", "payments",
     "products", "product_variants", "idempotency_keys", "outbox_messages"],
)  # fmt: skip
def test_busy_tables_are_vacuumed_early(table: str) -> None:
    assert storage_of(table) == [
        "autovacuum_vacuum_scale_factor=0.05",
        "autovacuum_analyze_scale_factor=0.05",
    ]


def test_pages_of_the_stock_keep_room_for_the_next_version_of_a_row() -> None:
    assert storage_of("inventory") == [
        "fillfactor=50",
        "autovacuum_vacuum_scale_factor=0.02",
        "autovacuum_analyze_scale_factor=0.05",
    ]

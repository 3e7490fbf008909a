import re

import pytest
from django.db import connection

from tests.ledger import ledger
from tests.schema.reading import asked, definitions, described

pytestmark = pytest.mark.django_db
QUOTED = re.compile(r"'(\w*)'")

SETS = (
    asked("users_role_known", "S1-91 S2-35 S2-73", "admin customer employee manager merchant"),
    asked("user_addresses_address_type_known", "S2-74", "billing return shipping"),
    asked("order_addresses_type_known", "S1-25 S2-74", "billing shipping"),
    asked(
        "orders_status_known",
        "S1-90 S2-39 S2-75 S4-10",
        "cancelled confirmed delivered pending processing refunded shipped",
    ),
    asked(
        "orders_payment_status_known",
        "S3-28",
        "authorized disputed paid partially_refunded refunded unpaid",
    ),
    asked(
        "payments_status_known",
        "S2-58 S2-76",
        "authorized captured disputed failed partially_refunded pending refunded "
        "requires_action voided",
    ),
    asked(
        "inventory_transactions_type_known",
        "S2-78",
        "adjustment count_variance purchase return sale transfer",
    ),
    asked(
        "coupons_discount_type_known", "S1-21", "buy_x_get_y fixed_amount free_shipping percentage"
    ),
)


@pytest.mark.parametrize(("name", "wanted"), SETS)
def test_are_as_asked(name: str, wanted: list[str]) -> None:
    assert sorted(QUOTED.findall(definitions()[name])) == wanted[0].split()


@ledger("S2-22", "S2-118")
def test_are_checks_and_no_types() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT typname FROM pg_type WHERE typtype = 'e'")
        types = cursor.fetchall()

    unchecked = [
        f"{table.name}.{column.name}"
        for table in described().values()
        for column in table.columns
        if column.name in {"status", "type", "kind", "role"} and "character" in column.type
        if not any(f"({column.name})" in rule for _, rule in table.constraints if "CHECK" in rule)
    ]
    assert types == []
    # Providers have words of their own for what happened.
    assert unchecked == ["payment_events.type"]


@ledger("S2-36", "S2-43", "S2-61")
def test_never_depend_on_the_clock() -> None:
    # A rule that asks what time it is refuses good rows after a restore.
    clocks = re.compile(r"now\(\)|CURRENT_|clock_timestamp")

    asked_for = [n for n, rule in definitions().items() if "CHECK" in rule and clocks.search(rule)]

    assert asked_for == []

"""What the command leaves alone. Here it never commits: each test is undone at its end."""

from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from orders.models import Order
from shopflow.lib.partitions import converting
from tests.databases import address
from tests.shopflow.orders_table import fingerprint, kind, portrait

pytestmark = pytest.mark.django_db


def convert(**options: Any) -> None:
    call_command("partition_orders", **options)


def test_refuses_while_others_are_connected(order: Order) -> None:
    with psycopg.connect(**address()), pytest.raises(CommandError, match="1 others are connected"):
        convert()

    assert kind() == "r"


def test_does_it_all_the_same_when_forced(order: Order) -> None:
    with psycopg.connect(**address()):
        convert(force=True)

    assert kind() == "p"


def test_refuses_what_partitions_cannot_keep(order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX planted ON orders (order_number, user_id)")
    before, rows = portrait(), fingerprint()

    with pytest.raises(CommandError, match="can't keep planted"):
        convert()

    assert (portrait(), fingerprint()) == (before, rows)


@pytest.mark.parametrize("step", ["_rebuild", "_register"])
def test_what_dies_half_way_has_changed_nothing(
    order: Order, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rows = portrait(), fingerprint()
    real = getattr(converting, step)

    def and_die(*given: Any) -> None:
        real(*given)
        raise RuntimeError("the power went out")

    monkeypatch.setattr(converting, step, and_die)
    with pytest.raises(RuntimeError, match="the power went out"):
        convert()

    assert (portrait(), fingerprint(), kind()) == (before, rows, "r")

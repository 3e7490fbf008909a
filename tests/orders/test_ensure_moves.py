from collections.abc import Iterator

import pytest
from django.apps.registry import Apps
from django.core.management import call_command

from orders import commands
from orders.apps import write_moves
from orders.models import Order, OrderStatusTransition
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests.ledger import ledger


@pytest.fixture(autouse=True)
def _as_owner() -> Iterator[None]:
    with acting_as(None, role=Role.OWNER):
        yield


def moves() -> set[tuple[str, str, str]]:
    return set(
        OrderStatusTransition.objects.values_list("from_status", "to_status", "only_if_reason")
    )


@ledger("S2-40")
@pytest.mark.django_db
def test_writes_what_orders_may_do() -> None:
    commands.ensure_moves()

    assert moves() == {
        ("pending", "confirmed", ""),
        ("pending", "cancelled", ""),
        ("confirmed", "processing", ""),
        ("confirmed", "cancelled", ""),
        ("confirmed", "refunded", ""),
        ("processing", "shipped", ""),
        ("processing", "cancelled", ""),
        ("processing", "refunded", ""),
        ("shipped", "delivered", ""),
        ("shipped", "refunded", ""),
        ("delivered", "refunded", ""),
        ("cancelled", "confirmed", "expired"),
    }
    assert {(before, after) for before, after, _ in moves()} == {
        (before, after) for before, afters in Order.TRANSITIONS.items() for after in afters
    }


@pytest.mark.django_db
def test_takes_away_and_puts_right_what_differs() -> None:
    legal = moves()
    OrderStatusTransition.objects.create(from_status="delivered", to_status="pending")
    OrderStatusTransition.objects.filter(from_status="cancelled").update(only_if_reason="")

    commands.ensure_moves()

    assert moves() == legal


@pytest.mark.django_db
def test_is_safe_to_repeat() -> None:
    ids = set(OrderStatusTransition.objects.values_list("id", flat=True))

    commands.ensure_moves()
    commands.ensure_moves()

    assert set(OrderStatusTransition.objects.values_list("id", flat=True)) == ids


@pytest.mark.django_db(transaction=True)
def test_an_emptied_database_has_them_again() -> None:
    legal = moves()
    OrderStatusTransition.objects.all().delete()

    call_command("flush", interactive=False, verbosity=0)

    assert moves() == legal


@pytest.mark.django_db
def test_leaves_a_schema_alone_that_has_no_such_table() -> None:
    OrderStatusTransition.objects.all().delete()

    write_moves(apps=Apps())

    assert moves() == set()

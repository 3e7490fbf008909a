from uuid import UUID

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import ProductVariant
from inventory.models import InventoryTransaction
from orders import commands
from orders.commands import ReceivedLine
from orders.errors import InvalidReturn
from orders.models import Order
from orders.signals import return_received
from shopflow.invariants import violations
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.ids import new_id
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.books import books
from tests.orders.coming_back import accepted, arrived, asked, came

pytestmark = pytest.mark.django_db


def test_puts_what_is_sold_again_on_its_shelf(order: Order, variant: ProductVariant) -> None:
    row = accepted(arrived(order))

    came(row, note=" As  new ")

    row.refresh_from_db()
    [item] = row.items.all()
    assert (row.status, item.quantity_received, item.restock) == ("received", 1, True)
    assert item.condition_note == "As new"
    assert factories.figures(variant) == (9, 0)
    move = InventoryTransaction.objects.get(type="return")
    assert (move.quantity_change, move.quantity_after, move.order) == (1, 9, order)
    assert move.reason == row.return_number


def test_keeps_what_nobody_buys_off_the_shelf(order: Order, variant: ProductVariant) -> None:
    row = came(accepted(arrived(order)), restock=False, note="Torn seam")

    [item] = row.items.all()
    assert (item.restock, item.condition_note) == (False, "Torn seam")
    assert factories.figures(variant) == (8, 0)
    assert not InventoryTransaction.objects.filter(type="return").exists()


def test_takes_a_return_in_parts(order: Order, variant: ProductVariant) -> None:
    row = accepted(arrived(order), units=2)

    first = came(row)
    second = came(row, restock=False)

    assert (first.status, second.status) == ("partially_received", "received")
    assert first.received_at == second.received_at
    assert row.items.get().quantity_received == 2
    assert factories.figures(variant) == (9, 0)
    assert OutboxMessage.objects.filter(topic="mail:orders/return_received").count() == 2


def test_marks_an_order_that_is_back_whole(order: Order) -> None:
    row = accepted(arrived(order), units=2)

    came(row)
    order.refresh_from_db()
    before = order.fulfilment_status
    came(row)

    order.refresh_from_db()
    assert (before, order.fulfilment_status) == ("fulfilled", "returned")


def test_announces_each_receipt_once_it_is_committed(
    order: Order, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[UUID] = []

    def listen(return_id: UUID, **_: object) -> None:
        heard.append(return_id)

    row = accepted(arrived(order))
    return_received.connect(listen)

    with django_capture_on_commit_callbacks() as callbacks:
        came(row)
    before_commit = list(heard)
    for callback in callbacks:
        callback()

    assert (before_commit, heard) == ([], [row.pk])


@pytest.mark.parametrize("units", [0, -1, 2])
def test_refuses_units_that_arent_waited_for(order: Order, units: int) -> None:
    row = accepted(arrived(order))
    before = books()

    with pytest.raises(InvalidReturn):
        came(row, units=units)

    assert books() == before


def test_refuses_odd_lines(order: Order) -> None:
    row = accepted(arrived(order), units=2)
    mine = ReceivedLine(order_item_id=row.items.get().order_item_id, quantity=1, restock=True)
    strange = ReceivedLine(order_item_id=new_id(), quantity=1, restock=True)
    before = books()

    for lines in ([], [mine, mine], [mine, strange]):
        with pytest.raises(InvalidReturn):
            commands.receive_return(return_id=row.pk, lines=lines)

    assert books() == before


def test_refuses_what_nobody_accepted_and_what_is_over(order: Order) -> None:
    waiting = asked(arrived(order))
    over = came(accepted(order))
    before = books()

    for row in (waiting, over):
        with pytest.raises(InvalidTransition):
            came(row)

    assert books() == before


def test_keeps_stock_right(order: Order) -> None:
    came(accepted(arrived(order), units=2), units=2)

    counts = violations(instant_only=True)
    # There is no payment behind this order: nothing else may be wrong.
    assert [name for name, rows in counts.items() if rows] == ["order_money_equals_payments"]

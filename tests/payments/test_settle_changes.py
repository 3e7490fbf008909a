from decimal import Decimal
from uuid import UUID

import pytest
import redis

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order, OrderChange
from payments import tasks
from payments.commands import RefundLine, refund_lines, settle_changes, settle_refund
from payments.errors import RefundTooMuch
from payments.models import Refund
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db
SHIRT = Decimal("54.44")


@pytest.fixture
def paid(order: Order, till: Till) -> Order:
    """Two shirts, paid at the provider."""
    till.paid(order)
    order.refresh_from_db()
    return order


def taken_out(order: Order, quantity: int = 1) -> OrderChange:
    line: UUID = order.items.get().pk
    change = orders.propose_change(order_id=order.pk, units={line: quantity})
    return orders.apply_change(change_id=change.pk, expected_difference=change.difference)


def test_gives_back_what_was_taken_out_once(paid: Order) -> None:
    change = taken_out(paid)

    settle_changes(order_id=paid.pk)
    settle_changes(order_id=paid.pk)

    refund = Refund.objects.get()
    assert (refund.amount, refund.restock) == (SHIRT, False)
    assert [(item.quantity, item.amount) for item in refund.items.all()] == [(1, SHIRT)]
    change.refresh_from_db()
    assert change.settled_at is not None


def test_the_books_are_right_when_it_has_arrived(paid: Order, variant: ProductVariant) -> None:
    taken_out(paid)
    settle_changes(order_id=paid.pk)
    settle_refund(refund_id=Refund.objects.get().pk)

    paid.refresh_from_db()
    assert (paid.status, paid.payment_status) == ("confirmed", "partially_refunded")
    assert paid.amount_refunded == SHIRT
    assert factories.figures(variant) == (10, 1)
    send_due()
    counts = violations(instant_only=True)
    assert set(counts.values()) == {0}


def test_the_sweep_finds_what_the_doorbell_lost(paid: Order, queue: "redis.Redis") -> None:
    taken_out(paid)

    tasks.settle_changes()

    assert Refund.objects.get().amount == SHIRT


def test_waits_for_money_that_has_not_come(order: Order) -> None:
    """Paid by something else than a provider, as far as we know."""
    orders.confirm(order_id=order.pk, amount=order.total)
    change = taken_out(order)

    with pytest.raises(RefundTooMuch):
        settle_changes(order_id=order.pk)

    change.refresh_from_db()
    assert change.settled_at is None
    assert not Refund.objects.exists()


def test_what_was_sent_back_by_hand_is_not_sent_again(paid: Order) -> None:
    line = RefundLine(order_item_id=paid.items.get().pk, quantity=2)
    refund_lines(payment_id=paid.payments.get().pk, lines=[line], reason="by hand")
    change = taken_out(paid)

    settle_changes(order_id=paid.pk)

    change.refresh_from_db()
    assert change.settled_at is not None
    assert Refund.objects.get().reason == "by hand"


def test_leaves_other_orders_alone(paid: Order) -> None:
    settle_changes(order_id=paid.pk)

    assert not Refund.objects.exists()

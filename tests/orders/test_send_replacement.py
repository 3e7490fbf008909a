from decimal import Decimal

import pytest

from catalog.models import ProductVariant
from inventory import commands as inventory
from inventory.errors import OutOfStock
from orders import commands
from orders.models import Order, OrderReturn
from shopflow.invariants import violations
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.books import books
from tests.orders.coming_back import accepted, arrived, came, line, two_sizes
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


def exchange(order: Order, wanted: ProductVariant, *, units: int = 1) -> OrderReturn:
    return accepted(
        order,
        kind="exchange",
        resolution="exchange",
        lines=[line(order, units=units, reason="too_small", wanted_variant_id=wanted.pk)],
    )


def test_sends_another_size_for_nothing(us_shipping: object, till: Till) -> None:
    small, medium = two_sizes()
    order = arrived(factories.placed_order((small, 2)), till=till)
    row = came(exchange(order, medium))

    commands.send_replacement(return_id=row.pk)

    row.refresh_from_db()
    assert (row.status, row.items.get().quantity_settled) == ("closed", 0)
    new = row.replacement
    assert new
    assert (new.status, new.payment_status, new.total) == ("confirmed", "paid", 0)
    assert (new.subtotal, new.discount_total, new.user) == (50, 50, order.user)
    [item] = new.items.all()
    assert (item.variant, item.quantity, item.unit_price) == (medium, 1, Decimal("50.00"))
    assert item.variant_name == medium.name
    assert new.shipping_address.address_line_1 == "1 Main Street"
    assert (factories.figures(small), factories.figures(medium)) == ((9, 0), (10, 1))
    assert OutboxMessage.objects.filter(topic="mail:orders/return_replaced").count() == 1
    assert not OutboxMessage.objects.filter(reference=str(new.pk)).exists()
    inventory.publish(variant_ids=[small.pk, medium.pk])
    wrong = [name for name, rows in violations(instant_only=True).items() if rows]
    assert wrong == []


def test_is_shipped_as_any_order(us_shipping: object) -> None:
    small, medium = two_sizes()
    row = came(exchange(arrived(factories.placed_order((small, 1))), medium))
    new = commands.send_replacement(return_id=row.pk).replacement
    assert new

    commands.ship(order_id=new.pk, carrier="UPS", tracking_number="AGAIN-1")

    assert factories.figures(medium) == (9, 0)


def test_leaves_the_difference_to_be_given_back(us_shipping: object) -> None:
    small, medium = two_sizes(other="40.00")
    order = arrived(factories.placed_order((small, 1)))
    row = came(exchange(order, medium))
    nothing_yet = commands.take_due(return_id=row.pk)

    commands.send_replacement(return_id=row.pk)

    assert nothing_yet is None
    due = commands.take_due(return_id=row.pk)
    assert due
    assert [(one.quantity, one.part) for one in due.lines] == [(1, Decimal("0.2"))]
    assert commands.take_due(return_id=row.pk) is None


def test_asks_no_more_when_the_price_rose_meanwhile(us_shipping: object) -> None:
    small, medium = two_sizes()
    row = came(exchange(arrived(factories.placed_order((small, 1))), medium))
    ProductVariant.objects.filter(pk=medium.pk).update(price=Decimal("60.00"))

    new = commands.send_replacement(return_id=row.pk).replacement

    assert new
    assert (new.items.get().unit_price, new.total) == (Decimal("50.00"), 0)


def test_sends_a_claim_again_before_anything_is_back(order: Order, variant: ProductVariant) -> None:
    row = accepted(
        arrived(order), kind="claim", resolution="replacement", lines=[line(order, units=2)]
    )

    new = commands.send_replacement(return_id=row.pk).replacement

    assert new
    assert [(item.variant, item.quantity) for item in new.items.all()] == [(variant, 2)]
    assert factories.figures(variant) == (8, 2)
    assert commands.take_due(return_id=row.pk) is None


def test_waits_for_the_goods_of_an_exchange(us_shipping: object) -> None:
    small, medium = two_sizes()
    row = exchange(arrived(factories.placed_order((small, 1))), medium)
    before = books()

    with pytest.raises(InvalidTransition):
        commands.send_replacement(return_id=row.pk)

    assert books() == before


def test_sends_it_once(order: Order) -> None:
    row = accepted(arrived(order), kind="claim", resolution="replacement")
    commands.send_replacement(return_id=row.pk)
    before = books()

    with pytest.raises(InvalidTransition):
        commands.send_replacement(return_id=row.pk)

    assert books() == before


def test_refuses_what_is_sold_out(us_shipping: object) -> None:
    small, medium = two_sizes()
    row = came(exchange(arrived(factories.placed_order((small, 1))), medium))
    inventory.count(variant_id=medium.pk, quantity=0, reason="fire")

    with pytest.raises(OutOfStock):
        commands.send_replacement(return_id=row.pk)

    row.refresh_from_db()
    assert (row.status, row.replacement) == ("received", None)
    assert Order.objects.count() == 1

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from catalog.models import Product, ProductVariant
from inventory import commands
from inventory.commands import Wanted, reservations
from inventory.errors import OutOfStock
from inventory.models import Inventory, InventoryReservation
from orders.models import Order, OrderItem
from shipping.models import ShippingMethod
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def soon() -> datetime:
    return timezone.now() + timedelta(minutes=15)


def wanted(item: OrderItem, quantity: int | None = None) -> Wanted:
    return Wanted(
        order_item_id=item.pk, variant_id=item.variant_id, quantity=quantity or item.quantity
    )


@pytest.fixture
def bare(order: Order) -> Order:
    """An order whose units were given back, so that it holds nothing."""
    commands.release(order_id=order.pk)
    return order


def test_promises_units_until_a_moment(
    bare: Order, variant: ProductVariant, soon: datetime
) -> None:
    item = bare.items.get()

    commands.reserve(order_id=bare.pk, wanted=[wanted(item)], expires_at=soon)

    assert factories.figures(variant) == (10, 2)
    held = InventoryReservation.objects.get(status="held")
    assert (held.order, held.order_item, held.quantity, held.expires_at) == (bare, item, 2, soon)


def test_takes_the_very_last_unit(bare: Order, variant: ProductVariant, soon: datetime) -> None:
    item = bare.items.get()

    commands.reserve(order_id=bare.pk, wanted=[wanted(item, 10)], expires_at=soon)

    assert factories.figures(variant) == (10, 10)
    product = Product.objects.get(pk=variant.product_id)
    assert (product.stock_quantity, product.in_stock) == (0, False)


@ledger("S2-29")
def test_changes_nothing_when_one_line_is_short(
    us_shipping: ShippingMethod, soon: datetime
) -> None:
    variants = [factories.variant_on_sale(stock=3) for _ in range(2)]
    order = factories.placed_order(*((variant, 1) for variant in variants))
    commands.release(order_id=order.pk)
    first, second = order.items.order_by("id")
    before = books()

    with pytest.raises(OutOfStock) as refused:
        commands.reserve(
            order_id=order.pk, wanted=[wanted(first), wanted(second, 4)], expires_at=soon
        )

    assert refused.value.extra == {"lines": [{"variant": str(second.variant_id), "available": 3}]}
    assert books() == before


def test_says_what_is_left_when_somebody_was_faster(
    bare: Order, variant: ProductVariant, soon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = bare.items.get()
    stock = factories.stock_of(variant)
    # The look before the conditional UPDATE saw ten; meanwhile nine were sold.
    monkeypatch.setattr(reservations, "_choose", lambda lines: [(lines[0], stock)])
    Inventory.objects.filter(pk=stock.pk).update(quantity_reserved=9)

    with pytest.raises(OutOfStock) as refused:
        commands.reserve(order_id=bare.pk, wanted=[wanted(item)], expires_at=soon)

    assert refused.value.extra == {"lines": [{"variant": str(variant.pk), "available": 1}]}
    assert factories.figures(variant) == (10, 9)


def test_looks_into_the_next_warehouse(
    bare: Order, variant: ProductVariant, soon: datetime
) -> None:
    second = factories.WarehouseFactory.create(priority=20)
    commands.count(variant_id=variant.pk, quantity=50, reason="opening", warehouse_id=second.pk)

    commands.reserve(order_id=bare.pk, wanted=[wanted(bare.items.get(), 11)], expires_at=soon)

    held = InventoryReservation.objects.get(status="held")
    assert held.inventory.warehouse == second
    assert factories.figures(variant) == (10, 0)


def test_leaves_a_closed_warehouse_alone(
    bare: Order, variant: ProductVariant, soon: datetime
) -> None:
    closed = factories.WarehouseFactory.create(is_active=False)
    commands.count(variant_id=variant.pk, quantity=50, reason="opening", warehouse_id=closed.pk)

    with pytest.raises(OutOfStock):
        commands.reserve(order_id=bare.pk, wanted=[wanted(bare.items.get(), 11)], expires_at=soon)


def test_sells_ahead_up_to_the_limit(bare: Order, variant: ProductVariant, soon: datetime) -> None:
    commands.allow_backorders(variant_id=variant.pk, limit=2)
    item = bare.items.get()

    with pytest.raises(OutOfStock):
        commands.reserve(order_id=bare.pk, wanted=[wanted(item, 13)], expires_at=soon)
    commands.reserve(order_id=bare.pk, wanted=[wanted(item, 12)], expires_at=soon)

    assert factories.figures(variant) == (10, 12)


def test_refuses_a_variant_without_any_stock_row(us_shipping: ShippingMethod) -> None:
    variant = factories.variant_on_sale(stock=0)
    cart = factories.cart_with((variant, 1))

    with pytest.raises(OutOfStock) as refused:
        factories.check_out(cart)

    assert refused.value.extra == {"lines": [{"variant": str(variant.pk), "available": 0}]}


def test_touches_the_stock_last(
    bare: Order, soon: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lines = [wanted(bare.items.get())]

    with django_assert_num_queries(7) as captured:
        commands.reserve(order_id=bare.pk, wanted=lines, expires_at=soon)

    statements = [query["sql"].split()[0] for query in captured.captured_queries]
    # The WITH locks the stock in the order of its keys and promises it, both in one.
    assert statements == ["SAVEPOINT", "SELECT", "SELECT", "INSERT", "SET", "WITH", "RELEASE"]
    locking = captured.captured_queries[-2]["sql"]
    assert "FOR NO KEY UPDATE" in locking
    assert "UPDATE inventory i SET quantity_reserved" in locking

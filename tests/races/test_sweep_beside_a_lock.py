from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from carts.models import CartItem
from carts.tasks import drop_deleted_products
from catalog import commands as catalog
from catalog.models import ProductVariant
from inventory.models import InventoryReservation
from orders.models import Order
from payments.models import PaymentEvent
from payments.tasks import expire_unpaid, process_waiting_events
from tests import factories
from tests.payments.webhooks import Till

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]


@contextmanager
def locked_by_somebody(row_id: UUID, *, table: str = "orders") -> Iterator[None]:
    """Hold an order's (or a cart's) row on another connection, longer than anybody waits."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [row_id])  # noqa: S608 - our names
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def test_one_locked_order_stops_no_other_from_expiring(
    order: Order, variant: ProductVariant
) -> None:
    other = factories.placed_order((variant, 1))
    past = timezone.now() - timedelta(seconds=1)
    InventoryReservation.objects.update(expires_at=past)

    with locked_by_somebody(order.pk):
        expire_unpaid()

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.status, other.status) == ("pending", "cancelled")


def test_one_locked_order_stops_no_other_from_being_confirmed(
    order: Order, variant: ProductVariant, till: Till
) -> None:
    other = factories.placed_order((variant, 1))
    waiting, _ = (till.receive(till.event(till.pay(each))) for each in (order, other))

    with locked_by_somebody(order.pk):
        process_waiting_events()

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.status, other.status) == ("pending", "confirmed")
    event = PaymentEvent.objects.get(pk=waiting)
    assert event.processed_at is None
    assert "lock timeout" in event.last_error


def test_a_cart_somebody_works_on_keeps_a_deleted_product_until_the_next_sweep(
    variant: ProductVariant,
) -> None:
    busy, other = (factories.cart_with((variant, 1)) for _ in range(2))
    catalog.delete_product(product_id=variant.product_id)

    with locked_by_somebody(busy.pk, table="carts"):
        drop_deleted_products()
        left = [item.cart_id for item in CartItem.objects.all()]
    drop_deleted_products()

    assert left == [busy.pk]
    assert (other.items.count(), CartItem.objects.count()) == (0, 0)

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog.models import ProductVariant
from orders import commands
from orders.errors import OrderNotCancellable, OrderNotFound
from orders.models import Order
from orders.signals import order_cancelled
from promotions.models import Coupon
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db
TOTAL = Decimal("114.78")


def test_gives_back_the_stock_of_an_unpaid_order(order: Order, variant: ProductVariant) -> None:
    commands.cancel(order_id=order.pk, reason="changed my mind")

    order.refresh_from_db()
    assert (order.status, order.cancel_reason) == ("cancelled", "changed my mind")
    assert not order.has_expired
    assert factories.figures(variant) == (10, 0)
    assert order.items.get().reservations.get().status == "released"


def test_gives_back_the_stock_of_a_paid_order(order: Order, variant: ProductVariant) -> None:
    staff = factories.UserFactory.create(role="employee")
    commands.confirm(order_id=order.pk, amount=TOTAL)

    commands.cancel(order_id=order.pk, reason="by staff", by=staff.pk)

    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("cancelled", TOTAL)
    assert factories.figures(variant) == (10, 0)
    last = order.history.last()
    assert last is not None
    assert (last.from_status, last.created_by) == ("confirmed", staff)


def test_gives_the_coupon_back(variant: ProductVariant) -> None:
    factories.coupon("ONCE", usage_limit=1)
    order = factories.placed_order((variant, 1), code="ONCE")

    commands.cancel(order_id=order.pk, reason="changed my mind")

    assert Coupon.objects.get().usage_count == 0


def test_announces_it_once_it_is_committed(
    order: Order, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    heard: list[UUID] = []

    def listen(order_id: UUID, **_: object) -> None:
        heard.append(order_id)

    order_cancelled.connect(listen)

    with django_capture_on_commit_callbacks() as callbacks:
        commands.cancel(order_id=order.pk, reason="changed my mind")
    before_commit = list(heard)
    for callback in callbacks:
        callback()

    assert (before_commit, heard) == ([], [order.pk])


def test_is_safe_to_repeat(order: Order) -> None:
    commands.cancel(order_id=order.pk, reason="changed my mind")
    before = books()

    repeated = commands.cancel(order_id=order.pk, reason="again")

    assert repeated.cancel_reason == "changed my mind"
    assert books() == before


def test_never_looks_like_an_expiry(order: Order) -> None:
    commands.cancel(order_id=order.pk, reason="expired")

    order.refresh_from_db()
    assert order.cancel_reason == "by the shop"
    assert not order.has_expired


def test_shortens_a_long_reason(order: Order) -> None:
    commands.cancel(order_id=order.pk, reason="x" * 300)

    order.refresh_from_db()
    assert order.cancel_reason == "x" * 100


def test_refuses_a_shipped_order(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=TOTAL)
    commands.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z")
    before = books()

    with pytest.raises(OrderNotCancellable) as refused:
        commands.cancel(order_id=order.pk, reason="too late")

    assert (refused.value.code, refused.value.status) == ("order_not_cancellable", 409)
    assert books() == before


def test_refuses_an_unknown_order() -> None:
    with pytest.raises(OrderNotFound):
        commands.cancel(order_id=new_id(), reason="who?")


def test_takes_a_clock_that_is_behind(order: Order) -> None:
    ahead = timezone.now() + timedelta(minutes=10)
    Order.objects.filter(pk=order.pk).update(placed_at=ahead)

    commands.cancel(order_id=order.pk, reason="changed my mind")

    order.refresh_from_db()
    assert (order.status, order.cancelled_at) == ("cancelled", ahead)

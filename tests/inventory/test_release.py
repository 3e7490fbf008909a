import pytest

from catalog.models import Product, ProductVariant
from inventory import commands
from inventory.models import InventoryReservation
from orders.models import Order
from shipping.models import ShippingMethod
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("expired", "status"), [(False, "released"), (True, "expired")])
def test_gives_held_units_back(
    order: Order, variant: ProductVariant, expired: bool, status: str
) -> None:
    commands.release(order_id=order.pk, expired=expired)

    assert factories.figures(variant) == (10, 0)
    assert InventoryReservation.objects.get().status == status


def test_gives_committed_units_back(order: Order, variant: ProductVariant) -> None:
    commands.commit(order_id=order.pk)

    commands.release(order_id=order.pk)

    assert factories.figures(variant) == (10, 0)


def test_is_safe_to_repeat(order: Order) -> None:
    commands.release(order_id=order.pk)
    before = books()

    commands.release(order_id=order.pk)

    assert books() == before


def test_leaves_other_orders_their_units(order: Order, variant: ProductVariant) -> None:
    factories.placed_order((variant, 3))

    commands.release(order_id=order.pk)

    assert factories.figures(variant) == (10, 3)


def test_shows_a_sold_out_product_again(us_shipping: ShippingMethod) -> None:
    variant = factories.variant_on_sale(stock=1)
    order = factories.placed_order((variant, 1))
    product = Product.objects.get(pk=variant.product_id)
    assert product.in_stock is False

    commands.release(order_id=order.pk)

    product.refresh_from_db()
    assert (product.stock_quantity, product.in_stock) == (1, True)

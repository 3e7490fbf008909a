"""What raw SQL may not do to a sale; that each key's ON DELETE is the declared one is tested in
tests/architecture."""

from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from carts.models import Cart, CartItem
from catalog.models import Product, ProductVariant
from orders.models import Order, OrderItem
from tests import factories

pytestmark = pytest.mark.django_db
# RESTRICT raises 23001 from PostgreSQL 18 on, 23503 before.
RESTRICTED = {"23001", "23503"}


def delete(table: str, row_id: UUID) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = %s", [row_id])  # noqa: S608 - ours
        return int(cursor.rowcount)


def refused_by(table: str, row_id: UUID) -> str:
    """The name of the constraint that refuses to delete a row."""
    with pytest.raises(IntegrityError) as refused:
        delete(table, row_id)
    diagnosis = refused.value.__cause__.diag  # type: ignore[union-attr]  # psycopg's own error
    assert diagnosis.sqlstate in RESTRICTED
    return str(diagnosis.constraint_name)


def test_keeps_a_product_that_was_sold(order: Order) -> None:
    # One without variants, so that only the order's line is in the way.
    product = Product.objects.create(name="Sold once", slug="sold-once", sku="SOLD-ONCE")
    OrderItem.objects.update(product=product)

    assert refused_by("products", product.pk).startswith("order_items_product_id_")
    assert Product.objects.filter(pk=product.pk).exists()


def test_keeps_a_variant_that_was_sold(variant: ProductVariant) -> None:
    sold = factories.variant_on_sale(stock=0)
    factories.placed_order((variant, 1))
    OrderItem.objects.update(variant=sold)

    assert refused_by("product_variants", sold.pk).startswith("order_items_variant_id_")


def test_keeps_an_order(order: Order) -> None:
    assert refused_by("orders", order.pk)
    assert Order.objects.filter(pk=order.pk).exists()


def test_deletes_a_carts_lines_with_it(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1), code=factories.coupon().code)

    assert delete("carts", cart.pk) == 1

    assert not Cart.objects.exists()
    assert not CartItem.objects.exists()

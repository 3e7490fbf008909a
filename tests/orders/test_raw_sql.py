"""What raw SQL may not do to a sale; that each key's ON DELETE is the declared one is tested in
tests/architecture."""

from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from carts.models import Cart, CartItem
from catalog.models import Product, ProductVariant
from orders import commands
from orders.models import Order, OrderItem, OrderStatusHistory
from tests import factories
from tests.books import books, triggers_off
from tests.ledger import ledger

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


def broken_by(sql: str, row_id: UUID) -> str:
    """The name of the rule that refuses a statement about one row."""
    before = books()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        run(sql, row_id)
    diagnosis = refused.value.__cause__.diag  # type: ignore[union-attr]  # psycopg's own error
    assert diagnosis.sqlstate == "23514"
    assert books() == before
    return str(diagnosis.constraint_name)


def run(sql: str, row_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [row_id])


@ledger("S1-83")
def test_keeps_a_product_that_was_sold(order: Order) -> None:
    # One without variants, so that only the order's line is in the way.
    product = Product.objects.create(name="Sold once", slug="sold-once", sku="SOLD-ONCE")
    with triggers_off("order_items"):
        OrderItem.objects.update(product=product)

    assert refused_by("products", product.pk).startswith("order_items_product_id_")
    assert Product.objects.filter(pk=product.pk).exists()


@ledger("S1-83")
def test_keeps_a_variant_that_was_sold(variant: ProductVariant) -> None:
    sold = factories.variant_on_sale(stock=0)
    factories.placed_order((variant, 1))
    with triggers_off("order_items"):
        OrderItem.objects.update(variant=sold)

    assert refused_by("product_variants", sold.pk).startswith("order_items_variant_id_")


@ledger("S2-123")
def test_keeps_an_order(order: Order) -> None:
    assert refused_by("orders", order.pk)
    assert Order.objects.filter(pk=order.pk).exists()


@ledger("S1-79")
def test_deletes_a_carts_lines_with_it(variant: ProductVariant) -> None:
    cart = factories.cart_with((variant, 1), code=factories.coupon().code)

    assert delete("carts", cart.pk) == 1

    assert not Cart.objects.exists()
    assert not CartItem.objects.exists()


@ledger("S2-40")
def test_makes_no_illegal_move(order: Order) -> None:
    skip = """
        UPDATE orders SET status = 'processing', confirmed_at = placed_at WHERE id = %s
    """

    assert broken_by(skip, order.pk) == "orders_status_move_legal"


@ledger("S2-40")
@pytest.mark.parametrize(("reason", "is_legal"), [("expired", True), ("by the shop", False)])
def test_reopens_only_what_expired(order: Order, reason: str, is_legal: bool) -> None:
    if is_legal:
        commands.expire(order_id=order.pk)
    else:
        commands.cancel(order_id=order.pk, reason=reason)
    # What the row said before the statement counts, not what the statement makes of it.
    reopen = """
        UPDATE orders SET status = 'confirmed', confirmed_at = placed_at, cancelled_at = NULL,
                          cancel_reason = 'expired'
        WHERE id = %s
    """

    if is_legal:
        run(reopen, order.pk)
        order.refresh_from_db()
        assert order.status == "confirmed"
    else:
        assert broken_by(reopen, order.pk) == "orders_status_move_legal"


@ledger("S2-16", "S2-48")
@pytest.mark.parametrize(
    "change",
    [
        "order_id = (SELECT id FROM orders WHERE order_items.order_id <> id)",
        "product_id = (SELECT id FROM products WHERE id <> order_items.product_id)",
        "variant_id = (SELECT id FROM product_variants WHERE id <> order_items.variant_id)",
        "kind = 'gift'",
        "quantity = quantity + 1",
        "unit_price = unit_price - 0.01",
        "discount_amount = 0.01",
        "tax_amount = 0",
        "unit_cost = 1",
        "product_name = 'Another'",
        "variant_name = 'Another'",
        "sku = 'ANOTHER'",
        "image_url = '/another.svg'",
        "tax_class = 'reduced'",
    ],
)
def test_changes_nothing_of_a_line(order: Order, change: str) -> None:
    factories.placed_order((factories.variant_on_sale(), 1))
    line = OrderItem.objects.get(order=order)

    statement = f"UPDATE order_items SET {change} WHERE id = %s"  # noqa: S608 - ours
    assert broken_by(statement, line.pk) == "order_items_frozen"


def test_gives_a_line_to_who_claims_it(order: Order) -> None:
    user = factories.UserFactory.create()

    OrderItem.objects.filter(order=order).update(user=user)

    assert OrderItem.objects.get(order=order).user_id == user.pk


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE order_status_history SET notes = 'Another' WHERE id = %s",
        "DELETE FROM order_status_history WHERE id = %s",
    ],
)
def test_keeps_the_history(order: Order, statement: str) -> None:
    step = OrderStatusHistory.objects.get(order=order)

    assert broken_by(statement, step.pk) == "order_status_history_append_only"

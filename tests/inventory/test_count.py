import pytest

from catalog.models import Product, ProductVariant
from inventory import commands
from inventory.errors import NothingToCount, StockPromised, UnknownWarehouse
from inventory.models import InventoryTransaction
from orders.models import Order
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def test_sets_the_stock_and_writes_the_variance(variant: ProductVariant) -> None:
    staff = factories.UserFactory.create(role="employee")

    stock = commands.count(
        variant_id=variant.pk, quantity=7, reason="yearly count", by=staff.pk, notes="shelf 3"
    )

    assert (stock.quantity_on_hand, stock.quantity_available) == (7, 7)
    assert stock.last_counted_at is not None
    row = InventoryTransaction.objects.latest("id")
    assert (row.type, row.quantity_change, row.quantity_after) == ("count_variance", -3, 7)
    assert (row.reason, row.notes, row.created_by) == ("yearly count", "shelf 3", staff)


def test_tells_the_catalogue_at_once(variant: ProductVariant) -> None:
    commands.count(variant_id=variant.pk, quantity=0, reason="lost")

    variant.refresh_from_db()
    product = Product.objects.get(pk=variant.product_id)
    assert (variant.stock_quantity, product.stock_quantity, product.in_stock) == (0, 0, False)


def test_is_safe_to_repeat(variant: ProductVariant) -> None:
    commands.count(variant_id=variant.pk, quantity=7, reason="count")
    rows = InventoryTransaction.objects.count()

    commands.count(variant_id=variant.pk, quantity=7, reason="count")

    assert InventoryTransaction.objects.count() == rows
    assert factories.figures(variant) == (7, 0)


def test_keeps_what_is_promised(order: Order, variant: ProductVariant) -> None:
    before = books()

    with pytest.raises(StockPromised) as refused:
        commands.count(variant_id=variant.pk, quantity=1, reason="count")

    assert (refused.value.code, refused.value.status) == ("stock_promised", 409)
    assert books() == before
    assert commands.count(variant_id=variant.pk, quantity=2, reason="count").quantity_on_hand == 2


@pytest.mark.parametrize("quantity", [-1, 1_000_001, 10**9])
def test_refuses_a_number_nobody_counts(variant: ProductVariant, quantity: int) -> None:
    before = books()

    with pytest.raises(NothingToCount):
        commands.count(variant_id=variant.pk, quantity=quantity, reason="count")

    assert books() == before


def test_refuses_an_unknown_warehouse(variant: ProductVariant) -> None:
    with pytest.raises(UnknownWarehouse):
        commands.count(variant_id=variant.pk, quantity=1, reason="count", warehouse_id=new_id())

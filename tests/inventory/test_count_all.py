import pytest

from catalog.models import Product, ProductVariant
from inventory import commands
from inventory.errors import CountsRefused, NothingToCount, StockPromised, UnknownWarehouse
from inventory.models import InventoryTransaction, Warehouse
from orders.models import Order
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def test_sets_many_figures_with_their_variances(variant: ProductVariant) -> None:
    new = factories.variant_on_sale(stock=0)
    staff = factories.UserFactory.create(role="employee")

    commands.count_all(quantities={variant.pk: 7, new.pk: 5}, reason="delivery", by=staff.pk)

    assert (factories.figures(variant), factories.figures(new)) == ((7, 0), (5, 0))
    assert factories.stock_of(new).last_counted_at is not None
    rows = InventoryTransaction.objects.filter(reason="delivery").order_by("quantity_change")
    facts = ("type", "quantity_change", "quantity_after", "created_by")
    assert list(rows.values_list(*facts)) == [
        ("count_variance", -3, 7, staff.pk),
        ("count_variance", 5, 5, staff.pk),
    ]


def test_tells_the_catalogue_at_once(variant: ProductVariant) -> None:
    new = factories.variant_on_sale(stock=0)

    commands.count_all(quantities={variant.pk: 0, new.pk: 5}, reason="count")

    figures = dict(Product.objects.values_list("pk", "stock_quantity"))
    assert figures == {variant.product_id: 0, new.product_id: 5}
    assert Product.objects.get(in_stock=True).pk == new.product_id


def test_writes_no_move_where_nothing_moved(variant: ProductVariant) -> None:
    rows = InventoryTransaction.objects.count()

    commands.count_all(quantities={variant.pk: 10}, reason="count")

    assert InventoryTransaction.objects.count() == rows
    assert factories.stock_of(variant).last_counted_at is not None


def test_names_all_that_it_refuses_and_sets_none(order: Order, variant: ProductVariant) -> None:
    other, third = factories.variant_on_sale(), factories.variant_on_sale()
    before = books()

    with pytest.raises(CountsRefused) as refused:
        commands.count_all(
            quantities={variant.pk: 1, other.pk: 1_000_001, third.pk: 3}, reason="count"
        )

    refusals = refused.value.refusals
    assert {pk: type(error) for pk, error in refusals.items()} == {
        variant.pk: StockPromised,
        other.pk: NothingToCount,
    }
    assert (refused.value.code, refused.value.status) == ("counts_refused", 409)
    assert books() == before


def test_refuses_to_count_nowhere(variant: ProductVariant) -> None:
    Warehouse.objects.update(is_active=False, is_default=False)

    with pytest.raises(UnknownWarehouse):
        commands.count_all(quantities={variant.pk: 1}, reason="count")

from uuid import UUID

import pytest

from catalog.models import Product, ProductVariant
from inventory import commands, queries, tasks
from inventory.models import Inventory
from orders.models import Order
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@ledger("S2-29")
def test_shows_what_can_be_bought(order: Order, variant: ProductVariant) -> None:
    commands.publish(variant_ids=[variant.pk])

    variant.refresh_from_db()
    product = Product.objects.get(pk=variant.product_id)
    assert (variant.stock_quantity, product.stock_quantity, product.in_stock) == (8, 8, True)


def test_is_safe_to_repeat(order: Order, variant: ProductVariant) -> None:
    commands.publish(variant_ids=[variant.pk])
    before = books()

    commands.publish(variant_ids=[variant.pk])

    assert books() == before


def test_a_lost_figure_is_found_by_the_sweep(order: Order, variant: ProductVariant) -> None:
    other = factories.variant_on_sale(stock=1)

    assert list(queries.stale_figures().values_list("pk", flat=True)) == [variant.pk]
    tasks.publish_all()

    assert not queries.stale_figures().exists()
    variant.refresh_from_db()
    other.refresh_from_db()
    assert (variant.stock_quantity, other.stock_quantity) == (8, 1)


def test_the_task_takes_ids_as_text(order: Order, variant: ProductVariant) -> None:
    tasks.publish([str(variant.pk)])

    variant.refresh_from_db()
    assert variant.stock_quantity == 8


def test_available_of_adds_up_the_active_warehouses(variant: ProductVariant) -> None:
    for is_active, quantity in ((True, 5), (False, 100)):
        warehouse = factories.WarehouseFactory.create(is_active=is_active)
        commands.count(
            variant_id=variant.pk, quantity=quantity, reason="opening", warehouse_id=warehouse.pk
        )
    unknown = UUID(int=1)

    assert queries.available_of([variant.pk, unknown]) == {variant.pk: 15, unknown: 0}


def test_in_batches_leaves_nothing_out() -> None:
    ids = [UUID(int=number) for number in range(7)]

    assert list(queries.in_batches(variant_ids=ids, size=3)) == [ids[:3], ids[3:6], ids[6:]]
    assert list(queries.in_batches(variant_ids=[], size=3)) == []


def test_ensure_stock_row_makes_it_once(variant: ProductVariant) -> None:
    first = commands.ensure_stock_row(variant_id=variant.pk)
    second = commands.ensure_stock_row(variant_id=variant.pk)

    assert first == second
    assert Inventory.objects.filter(variant=variant).count() == 1

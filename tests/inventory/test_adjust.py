import pytest

from catalog.models import ProductVariant
from inventory import commands
from inventory.errors import NothingToCount, StockPromised
from inventory.models import InventoryTransaction
from orders.models import Order
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("change", "after"), [(5, 15), (-4, 6), (-10, 0)])
def test_adds_or_takes_away(variant: ProductVariant, change: int, after: int) -> None:
    stock = commands.adjust(variant_id=variant.pk, change=change, reason="damaged")

    assert stock.quantity_on_hand == after
    row = InventoryTransaction.objects.latest("id")
    assert (row.type, row.quantity_change, row.quantity_after) == ("adjustment", change, after)
    assert row.reason == "damaged"


@pytest.mark.parametrize("change", [0, 1_000_001, -1_000_001])
def test_refuses_a_change_that_is_none(variant: ProductVariant, change: int) -> None:
    before = books()

    with pytest.raises(NothingToCount):
        commands.adjust(variant_id=variant.pk, change=change, reason="?")

    assert books() == before


def test_keeps_what_is_promised(order: Order, variant: ProductVariant) -> None:
    before = books()

    with pytest.raises(StockPromised):
        commands.adjust(variant_id=variant.pk, change=-9, reason="damaged")

    assert books() == before
    assert factories.figures(variant) == (10, 2)


def test_never_takes_more_than_there_is(variant: ProductVariant) -> None:
    commands.allow_backorders(variant_id=variant.pk, limit=5)
    before = books()

    with pytest.raises(StockPromised):
        commands.adjust(variant_id=variant.pk, change=-11, reason="damaged")

    assert books() == before

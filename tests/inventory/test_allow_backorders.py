import pytest

from catalog.models import ProductVariant
from inventory import commands
from inventory.errors import NothingToCount, StockPromised
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def test_lets_units_be_sold_ahead(variant: ProductVariant) -> None:
    stock = commands.allow_backorders(variant_id=variant.pk, limit=5)

    assert stock.backorder_limit == 5
    factories.placed_order((variant, 15))
    assert factories.figures(variant) == (10, 15)


def test_is_safe_to_repeat(variant: ProductVariant) -> None:
    commands.allow_backorders(variant_id=variant.pk, limit=5)

    stock = commands.allow_backorders(variant_id=variant.pk, limit=5)

    assert stock.backorder_limit == 5


def test_keeps_what_is_sold_ahead_already(variant: ProductVariant) -> None:
    commands.allow_backorders(variant_id=variant.pk, limit=5)
    factories.placed_order((variant, 13))
    before = books()

    with pytest.raises(StockPromised):
        commands.allow_backorders(variant_id=variant.pk, limit=2)

    assert books() == before


@pytest.mark.parametrize("limit", [-1, 1_000_001])
def test_refuses_a_limit_that_is_none(variant: ProductVariant, limit: int) -> None:
    with pytest.raises(NothingToCount):
        commands.allow_backorders(variant_id=variant.pk, limit=limit)

import pytest

from catalog.models import ProductVariant
from inventory import commands
from inventory.errors import CountsRefused, NothingToCount, StockPromised
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def test_lets_units_of_many_be_sold_ahead(variant: ProductVariant) -> None:
    other = factories.variant_on_sale(stock=0)

    commands.allow_backorders_of(limits={variant.pk: 5, other.pk: 2})

    assert factories.stock_of(variant).backorder_limit == 5
    assert factories.stock_of(other).backorder_limit == 2
    factories.placed_order((variant, 15), (other, 2))


def test_is_safe_to_repeat(variant: ProductVariant) -> None:
    commands.allow_backorders_of(limits={variant.pk: 5})

    commands.allow_backorders_of(limits={variant.pk: 5})

    assert factories.stock_of(variant).backorder_limit == 5


def test_names_all_that_it_refuses_and_sets_none(variant: ProductVariant) -> None:
    other, third = factories.variant_on_sale(), factories.variant_on_sale()
    commands.allow_backorders(variant_id=variant.pk, limit=5)
    factories.placed_order((variant, 13))
    before = books()

    with pytest.raises(CountsRefused) as refused:
        commands.allow_backorders_of(limits={variant.pk: 2, other.pk: -1, third.pk: 4})

    assert {pk: type(error) for pk, error in refused.value.refusals.items()} == {
        variant.pk: StockPromised,
        other.pk: NothingToCount,
    }
    assert books() == before

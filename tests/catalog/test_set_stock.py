from decimal import Decimal

import pytest

from catalog import commands
from catalog.commands import VariantSpec
from catalog.models import Product, ProductCategory, ProductVariant
from shopflow.lib import cache
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def sizes(db: None) -> list[ProductVariant]:
    saved = commands.save_product(spec=factories.product_spec())
    return list(saved.variants.values())


def test_adds_up_the_variants(sizes: list[ProductVariant]) -> None:
    small, medium = sizes

    commands.set_stock(figures={small.pk: 3, medium.pk: 4})

    product = Product.objects.get()
    assert (product.stock_quantity, product.in_stock) == (7, True)
    assert list(product.variants.values_list("stock_quantity", flat=True)) == [3, 4]


def test_tells_each_shelf_when_the_product_sells_out_or_comes_back() -> None:
    clothes = factories.category("Clothes")
    shirts = factories.category("Shirts", parent=clothes)
    variant = factories.variant_on_sale(stock=0, category_id=shirts.pk)
    shelves = ProductCategory.objects.values_list("in_stock", flat=True)

    commands.set_stock(figures={variant.pk: 1})
    assert list(shelves.all()) == [True, True]

    commands.set_stock(figures={variant.pk: 0})
    assert list(shelves.all()) == [False, False]


def test_leaves_the_other_variants_figure(sizes: list[ProductVariant]) -> None:
    small, medium = sizes
    commands.set_stock(figures={small.pk: 3, medium.pk: 4})

    commands.set_stock(figures={small.pk: 0})

    product = Product.objects.get()
    assert (product.stock_quantity, product.in_stock) == (4, True)


def test_is_safe_to_repeat(sizes: list[ProductVariant]) -> None:
    commands.set_stock(figures={sizes[0].pk: 3})
    before = books()

    commands.set_stock(figures={sizes[0].pk: 3})

    assert books() == before


def test_shows_nothing_below_zero(sizes: list[ProductVariant]) -> None:
    commands.set_stock(figures={sizes[0].pk: -5})

    assert Product.objects.get().stock_quantity == 0


def test_ignores_an_unknown_variant(sizes: list[ProductVariant]) -> None:
    before = books()

    commands.set_stock(figures={new_id(): 5})

    assert books() == before


@pytest.mark.parametrize(
    ("figure", "renewed"),
    [
        (5, set()),
        (4, {"product"}),
        (0, {"product", "catalog"}),
    ],
)
def test_renews_lists_only_when_a_product_sells_out(
    figure: int, renewed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = commands.save_product(
        spec=factories.product_spec(variants=[VariantSpec(sku="ONE", price=Decimal("9.00"))])
    )
    variant = saved.variants["ONE"]
    commands.set_stock(figures={variant.pk: 5})
    scopes: set[str] = set()
    monkeypatch.setattr(cache, "renew", lambda *names: scopes.update(names))

    commands.set_stock(figures={variant.pk: figure})

    assert {scope.partition(":")[0] for scope in scopes} == renewed

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import commands
from catalog.commands import ImageSpec, ProductSpec, VariantSpec
from catalog.errors import BrandNotFound, InvalidProduct, ProductsRefused, SkuTaken
from catalog.models import Product, ProductCategory, ProductImage, ProductVariant
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


def cup(number: int, **facts: Any) -> ProductSpec:
    sizes = [
        VariantSpec(sku=f"CUP-{number}-{size}", price=Decimal(9), option_values={"Size": size})
        for size in "SM"
    ]
    picture = ImageSpec(source_url=f"https://x.example/{number}.jpg", variant_sku=sizes[0].sku)
    values = {"slug": f"cup-{number}", "name": f"Cup {number}", "images": [picture]}
    return ProductSpec(**{**values, "variants": sizes, **facts})


def test_saves_each_as_if_it_were_alone() -> None:
    shelf = factories.category("Cups", parent=factories.category("Kitchen"))
    specs = [cup(number, category_id=shelf.pk) for number in range(3)]

    saved = commands.save_products(specs=specs)

    assert [(made.product.slug, made.change) for made in saved] == [
        ("cup-0", "created"),
        ("cup-1", "created"),
        ("cup-2", "created"),
    ]
    assert [list(made.variants) for made in saved][1] == ["CUP-1-S", "CUP-1-M"]
    assert set(Product.objects.values_list("price", "in_stock")) == {(Decimal(9), False)}
    assert ProductVariant.objects.count() == ProductCategory.objects.count() == 6
    image = ProductImage.objects.select_related("variant").get(product=saved[2].product)
    assert image.is_primary
    assert image.variant is not None
    assert image.variant.sku == "CUP-2-S"


def test_is_safe_to_repeat() -> None:
    commands.save_products(specs=[cup(0), cup(1)])
    before = books()

    saved = commands.save_products(specs=[cup(0), cup(1)])

    assert [made.change for made in saved] == ["unchanged", "unchanged"]
    assert books() == before


def test_changes_only_those_that_differ() -> None:
    commands.save_products(specs=[cup(0), cup(1)])
    untouched = Product.objects.filter(slug="cup-0")
    before = untouched.values().get()

    saved = commands.save_products(specs=[cup(0), cup(1, name="Mug")])

    assert [made.change for made in saved] == ["unchanged", "updated"]
    assert untouched.values().get() == before
    assert Product.objects.get(slug="cup-1").name == "Mug"


def test_names_all_that_it_refuses_and_saves_none() -> None:
    commands.save_product(spec=cup(7))
    before = books()
    specs = [
        cup(0),
        cup(1, name=""),
        cup(2, variants=cup(7).variants),
        cup(3, brand_id=new_id()),
        cup(4),
    ]

    with pytest.raises(ProductsRefused) as refused:
        commands.save_products(specs=specs)

    refusals = refused.value.refusals
    assert {number: type(error) for number, error in refusals.items()} == {
        1: InvalidProduct,
        2: SkuTaken,
        3: BrandNotFound,
    }
    assert (refused.value.code, refused.value.status) == ("products_refused", 409)
    assert books() == before


@pytest.mark.parametrize("second", [cup(0, slug="mug"), cup(1, sku="cup-0")])
def test_refuses_two_that_want_the_same_name(second: ProductSpec) -> None:
    with pytest.raises(ProductsRefused) as refused:
        commands.save_products(specs=[cup(0), second])

    assert {number: type(error) for number, error in refused.value.refusals.items()} == {
        1: SkuTaken
    }
    assert not Product.objects.exists()


def test_refuses_one_address_for_two() -> None:
    other = replace(cup(1), slug="cup-0", sku="other")

    with pytest.raises(ProductsRefused) as refused:
        commands.save_products(specs=[cup(0), other])

    assert [error.code for error in refused.value.refusals.values()] == ["slug_taken"]
    assert not Product.objects.exists()


def test_asks_as_much_for_many_as_for_two() -> None:
    with CaptureQueriesContext(connection) as for_two:
        commands.save_products(specs=[cup(0), cup(1)])

    with CaptureQueriesContext(connection) as for_many:
        commands.save_products(specs=[cup(number) for number in range(2, 60)])

    assert len(for_many) == len(for_two)

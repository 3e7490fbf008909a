from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from catalog import commands
from catalog.commands import ImageSpec, ProductSpec, VariantSpec
from catalog.errors import (
    BrandNotFound,
    CategoryNotFound,
    InvalidProduct,
    ProductNotFound,
    SkuTaken,
    SlugTaken,
)
from catalog.models import Product, ProductCategory, ProductImage, ProductVariant
from inventory import commands as inventory
from orders.models import OrderItem
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from tests import factories
from tests.books import books
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


def size(name: str, sku: str, *, price: str = "50.00", **facts: Any) -> VariantSpec:
    return VariantSpec(sku=sku, price=Decimal(price), option_values={"Size": name}, **facts)


def shirt(*variants: VariantSpec, **facts: Any) -> ProductSpec:
    return ProductSpec(
        **{"slug": "shirt", "name": "Shirt", "variants": variants or [size("S", "S1")], **facts}
    )


def live(product: Product) -> dict[str, str]:
    """SKU by size of the variants that are sold."""
    rows = ProductVariant.objects.filter(product=product, deleted_at=None)
    return {row.option_values["Size"]: row.sku for row in rows}


def test_makes_a_product_with_its_variants() -> None:
    brand = commands.save_brand(name="Ocean")
    spec = shirt(
        size("S", "S1", price="20.00"),
        size("M", "M1", price="18.00", compare_at_price=Decimal("25.00")),
        brand_id=brand.pk,
        tags=["men", "cotton"],
    )

    saved = commands.save_product(spec=spec)

    product = Product.objects.get()
    assert saved.change == "created"
    assert (product.slug, product.sku, product.brand_name) == ("shirt", "shirt", "Ocean")
    assert product.tags == ["men", "cotton"]
    assert product.published_at is not None
    # The read models are those of the cheapest variant.
    assert (product.price, product.compare_at_price) == (18, 25)
    assert (product.stock_quantity, product.in_stock) == (0, False)
    assert list(product.variants.values_list("sku", "name")) == [("S1", "S"), ("M1", "M")]


def test_is_safe_to_repeat() -> None:
    spec = shirt(size("S", "S1"), size("M", "M1"))
    commands.save_product(spec=spec)
    before = books()

    assert commands.save_product(spec=spec).change == "unchanged"
    assert books() == before


def test_changes_what_differs() -> None:
    first = commands.save_product(spec=shirt(size("S", "S1")))

    saved = commands.save_product(spec=shirt(size("S", "S1", price="60.00"), name="Blue Shirt"))

    assert saved.change == "updated"
    assert saved.product.pk == first.product.pk
    product = Product.objects.get()
    assert (product.name, product.price) == ("Blue Shirt", 60)
    assert ProductVariant.objects.count() == 1


def test_stands_on_its_shelf_and_on_those_above() -> None:
    clothes = factories.category("Clothes")
    shirts = factories.category("Shirts", parent=clothes)

    commands.save_product(spec=shirt(category_id=shirts.pk))

    rows = ProductCategory.objects.values_list("category", "is_direct", "price")
    assert set(rows) == {(clothes.pk, False, Decimal(50)), (shirts.pk, True, Decimal(50))}


def test_copies_its_sort_keys_to_each_shelf() -> None:
    clothes = factories.category("Clothes")
    shirts = factories.category("Shirts", parent=clothes)
    brand = commands.save_brand(name="Northwind")
    spec = shirt(category_id=shirts.pk)
    variant = commands.save_product(spec=spec).variants["S1"]
    Product.objects.update(sales_count=7, rating_count=2, rating_average=Decimal("4.50"))
    commands.set_stock(figures={variant.pk: 3})
    opened = datetime(2026, 3, 1, tzinfo=UTC)

    commands.save_product(
        spec=replace(
            spec,
            brand_id=brand.pk,
            variants=[size("S", "S1", price="40.00")],
            is_featured=True,
            published_at=opened,
        )
    )

    rows = ProductCategory.objects.values_list(
        "category",
        "brand",
        "is_featured",
        "published_at",
        "price",
        "in_stock",
        "sales_count",
        "rating_average",
    )
    keys = (brand.pk, True, opened, Decimal("40.00"), True, 7, Decimal("4.50"))
    assert set(rows) == {(clothes.pk, *keys), (shirts.pk, *keys)}


def test_leaves_the_old_shelf() -> None:
    shirts, sale = factories.category("Shirts"), factories.category("Sale")
    commands.save_product(spec=shirt(category_id=shirts.pk))

    commands.save_product(spec=shirt(category_id=sale.pk))

    assert ProductCategory.objects.get().category == sale


def test_a_variant_that_is_not_named_leaves_the_shop() -> None:
    saved = commands.save_product(spec=shirt(size("S", "S1"), size("M", "M1")))

    commands.save_product(spec=shirt(size("M", "M1")))

    assert live(saved.product) == {"M": "M1"}
    assert ProductVariant.objects.count() == 2


def test_a_variant_that_left_comes_back_under_its_sku() -> None:
    both = shirt(size("S", "S1"), size("M", "M1"))
    before = commands.save_product(spec=both).variants["S1"].pk
    commands.save_product(spec=shirt(size("M", "M1")))

    saved = commands.save_product(spec=both)

    assert saved.variants["S1"].pk == before
    assert live(saved.product) == {"S": "S1", "M": "M1"}


def test_variants_may_swap_their_skus() -> None:
    saved = commands.save_product(spec=shirt(size("S", "A"), size("M", "B")))

    commands.save_product(spec=shirt(size("S", "B"), size("M", "A")))

    assert live(saved.product) == {"S": "B", "M": "A"}


def test_the_sku_of_a_variant_that_leaves_is_free_at_once() -> None:
    saved = commands.save_product(spec=shirt(size("S", "A"), size("M", "B")))

    commands.save_product(spec=shirt(size("S", "B")))

    assert live(saved.product) == {"S": "B"}


def test_the_sku_of_a_variant_that_left_is_free() -> None:
    saved = commands.save_product(spec=shirt(size("S", "A"), size("M", "B")))
    commands.save_product(spec=shirt(size("S", "A")))

    commands.save_product(spec=shirt(size("S", "B")))

    assert live(saved.product) == {"S": "B"}


def test_a_variant_may_take_the_options_of_one_that_leaves() -> None:
    saved = commands.save_product(spec=shirt(size("S", "A"), size("M", "B")))
    small = saved.variants["A"]

    commands.save_product(spec=shirt(size("M", "A", variant_id=small.pk)))

    assert live(saved.product) == {"M": "A"}


def test_what_was_sold_stays_sold(us_shipping: ShippingMethod) -> None:
    saved = commands.save_product(spec=shirt(size("S", "S1"), size("M", "M1")))
    sold = saved.variants["S1"]
    inventory.count(variant_id=sold.pk, quantity=5, reason="opening")
    factories.placed_order((sold, 1))

    commands.save_product(spec=shirt(size("M", "M1")))

    assert OrderItem.objects.get().variant == sold
    assert set(violations(instant_only=True).values()) == {0}


def test_a_variant_that_leaves_takes_its_stock_out_of_the_figures() -> None:
    saved = commands.save_product(spec=shirt(size("S", "S1"), size("M", "M1", price="40.00")))
    for sku, quantity in (("S1", 5), ("M1", 2)):
        inventory.count(variant_id=saved.variants[sku].pk, quantity=quantity, reason="opening")

    commands.save_product(spec=shirt(size("S", "S1")))

    product = Product.objects.get()
    assert (product.stock_quantity, product.price) == (5, 50)


@pytest.mark.parametrize(
    "spec",
    [
        shirt(name=" "),
        shirt(slug=""),
        shirt(slug="Shirt"),
        shirt(slug="a--shirt"),
        shirt(slug="-shirt"),
        shirt(variants=[]),
        shirt(size("S", " ")),
        shirt(size("S", "S1", price="-0.01")),
        shirt(size("S", "S1", price="10000000000")),
        shirt(size("S", "S1", compare_at_price=Decimal("50.00"))),
        shirt(size("S", "S1"), size("S", "S2")),
        shirt(size("S", "S1"), VariantSpec(sku="B1", price=Decimal(1), option_values={"Fit": "S"})),
    ],
)
def test_refuses_a_product_that_makes_no_sense(spec: ProductSpec) -> None:
    with pytest.raises(InvalidProduct) as refused:
        commands.save_product(spec=spec)

    assert (refused.value.code, refused.value.status) == ("invalid_product", 400)
    assert not Product.objects.exists()


def test_refuses_two_variants_with_one_sku() -> None:
    with pytest.raises(SkuTaken):
        commands.save_product(spec=shirt(size("S", "S1"), size("M", "S1")))


def test_refuses_the_sku_of_another_product() -> None:
    commands.save_product(spec=shirt(size("S", "S1")))
    before = books()

    with pytest.raises(SkuTaken) as refused:
        commands.save_product(spec=shirt(size("S", "S1"), slug="other", sku="OTHER"))

    assert (refused.value.code, refused.value.status) == ("sku_taken", 409)
    assert books() == before


def test_refuses_the_style_code_of_another_product() -> None:
    commands.save_product(spec=shirt(size("S", "S1"), sku="STYLE"))

    with pytest.raises(SkuTaken):
        commands.save_product(spec=shirt(size("S", "S2"), slug="other", sku="STYLE"))


def test_refuses_the_address_of_another_product() -> None:
    first = commands.save_product(spec=shirt(size("S", "S1")))
    other = commands.save_product(spec=shirt(size("S", "S2"), slug="other"))
    before = books()

    with pytest.raises(SlugTaken):
        commands.save_product(spec=shirt(size("S", "S2"), sku="other"), product_id=other.product.pk)

    assert books() == before
    assert first.product.slug == "shirt"


@pytest.mark.parametrize(
    ("facts", "error"),
    [({"brand_id": new_id()}, BrandNotFound), ({"category_id": new_id()}, CategoryNotFound)],
)
def test_refuses_an_unknown_brand_or_category(
    facts: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        commands.save_product(spec=shirt(**facts))

    assert not Product.objects.exists()


def test_refuses_an_unknown_product() -> None:
    with pytest.raises(ProductNotFound):
        commands.save_product(spec=shirt(), product_id=new_id())


def test_keeps_pictures_in_their_order_with_one_in_front() -> None:
    pictures = [ImageSpec(source_url=f"https://x.example/{name}.jpg") for name in "abc"]
    commands.save_product(spec=shirt(images=pictures))

    commands.save_product(spec=shirt(images=pictures[:0:-1]))

    rows = ProductImage.objects.order_by("sort_order")
    found = [(row.source_url[-5], row.is_primary) for row in rows]
    assert found == [("c", True), ("b", False)]


@ledger("S1-94")
def test_delete_product_takes_it_out_of_the_shop() -> None:
    saved = commands.save_product(spec=shirt())

    commands.delete_product(product_id=saved.product.pk)
    before = books()
    commands.delete_product(product_id=saved.product.pk)

    assert books() == before
    assert not Product.objects.visible().exists()
    assert Product.objects.count() == 1


def test_delete_product_refuses_an_unknown_one() -> None:
    with pytest.raises(ProductNotFound):
        commands.delete_product(product_id=new_id())


def test_a_deleted_product_comes_back_when_it_is_saved() -> None:
    spec = shirt()
    commands.delete_product(product_id=commands.save_product(spec=spec).product.pk)

    saved = commands.save_product(spec=replace(spec, name="Back"))

    assert saved.change == "updated"
    assert Product.objects.visible().get().name == "Back"

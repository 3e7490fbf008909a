from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.test import Client

from catalog import commands as catalog
from catalog.commands import ProductSpec, VariantSpec
from catalog.models import Product
from tests import factories, staff
from tests.catalog.product_page import (
    ADD,
    LIST,
    filled,
    page,
    rows_of,
    twin_of,
)

pytestmark = pytest.mark.django_db
OPENED = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def test_saving_the_page_as_it_is_changes_nothing(client: Client, product: Product) -> None:
    before = rows_of(product)
    changed_at = product.updated_at

    response = client.post(page(product), filled(client, page(product)))

    assert response.status_code == 302
    assert rows_of(product) == before
    product.refresh_from_db()
    assert product.updated_at == changed_at
    assert product.published_at == OPENED


def test_a_price_changes_as_the_command_changes_it(
    client: Client, spec: ProductSpec, product: Product
) -> None:
    twin = twin_of(spec)
    other = catalog.save_product(spec=twin).product
    cheaper = [
        replace(twin.variants[0], price=Decimal("40.00"), compare_at_price=Decimal("50.00")),
        twin.variants[1],
    ]

    catalog.save_product(spec=replace(twin, variants=cheaper), product_id=other.pk)
    data = filled(
        client,
        page(product),
        **{"variants-0-price": "40.00", "variants-0-compare_at_price": "50.00"},
    )
    response = client.post(page(product), data)

    assert response.status_code == 302
    assert rows_of(product) == rows_of(other)
    product.refresh_from_db()
    assert (product.price, product.compare_at_price) == (Decimal("40.00"), Decimal("50.00"))
    assert {shelf.price for shelf in product.shelves.all()} == {Decimal("40.00")}


def test_facts_change_as_the_command_changes_them(
    client: Client, spec: ProductSpec, product: Product
) -> None:
    twin = twin_of(spec)
    other = catalog.save_product(spec=twin).product
    shelf, brand = factories.category("Sale"), factories.BrandFactory.create(name="Ocean & Co")

    catalog.save_product(
        spec=replace(
            twin,
            name="Linen shirt",
            brand_id=brand.pk,
            category_id=shelf.pk,
            tags=["linen", "summer"],
            attributes={"Material": "Linen"},
            description="<p>Light.</p>",
            is_featured=True,
            is_active=False,
        ),
        product_id=other.pk,
    )
    data = filled(
        client,
        page(product),
        name="Linen shirt",
        brand=str(brand.pk),
        category=str(shelf.pk),
        tags="linen, summer",
        attributes='{"Material": "Linen"}',
        description="<p>Light.</p><script>alert(1)</script>",
        is_featured="on",
    )
    del data["is_active"]
    client.post(page(product), data)

    assert rows_of(product) == rows_of(other)
    product.refresh_from_db()
    assert product.brand_name == "Ocean & Co"


def test_makes_a_new_product_as_the_command_makes_it(client: Client) -> None:
    other = catalog.save_product(
        spec=ProductSpec(
            slug="wool-hat",
            name="Wool hat",
            published_at=OPENED.replace(microsecond=0),
            variants=[
                VariantSpec(
                    sku="HAT-S",
                    price=Decimal("19.90"),
                    option_values={"Size": "S"},
                    weight_grams=80,
                )
            ],
        )
    ).product
    data = filled(
        client,
        ADD,
        name="Wool hat",
        slug="wool-hat-2",
        published_at_0="2026-03-01",
        published_at_1="09:30:15",
        **{
            "variants-0-sku": "HAT-2-S",
            "variants-0-option_values": "Size: S",
            "variants-0-price": "19.90",
            "variants-0-weight_grams": "80",
        },
    )

    response = client.post(ADD, data)

    product = Product.objects.get(slug="wool-hat-2")
    assert response["Location"] == LIST
    assert rows_of(product) == rows_of(other)
    assert product.sku == "wool-hat-2"


def test_adds_and_removes_variants(client: Client, product: Product) -> None:
    small, medium = product.variants.all()
    data = filled(client, page(product))
    data |= {
        "variants-TOTAL_FORMS": "3",
        f"variants-{0}-DELETE": "on",
        "variants-2-sku": "SHIRT-L",
        "variants-2-option_values": "Size: L",
        "variants-2-price": "55.00",
        "variants-2-weight_grams": "0",
        "variants-2-backorder_policy": "deny",
        "variants-2-is_active": "on",
    }

    client.post(page(product), data)

    live = product.variants.filter(deleted_at=None)
    assert list(live.values_list("sku", "name", "price")) == [
        (medium.sku, "M", Decimal("50.00")),
        ("SHIRT-L", "L", Decimal("55.00")),
    ]
    small.refresh_from_db()
    assert small.deleted_at is not None


def test_variants_may_swap_their_skus(client: Client, product: Product) -> None:
    small, medium = product.variants.all()
    swapped = {"variants-0-sku": medium.sku, "variants-1-sku": small.sku}

    response = client.post(page(product), filled(client, page(product), **swapped))

    assert response.status_code == 302
    assert dict(product.variants.values_list("name", "sku")) == {"S": medium.sku, "M": small.sku}


def test_variants_come_in_the_order_of_their_positions(client: Client, product: Product) -> None:
    moved = {"variants-0-sort_order": "7"}

    client.post(page(product), filled(client, page(product), **moved))

    assert list(product.variants.values_list("name", "sort_order")) == [("M", 0), ("S", 1)]


def test_a_renamed_option_renames_the_variant(client: Client, product: Product) -> None:
    renamed = {
        "variants-0-option_values": "Size: Small\nFit: Slim",
        "variants-1-option_values": "Size: Medium\nFit: Slim",
    }

    client.post(page(product), filled(client, page(product), **renamed))

    variant = product.variants.first()
    assert variant is not None
    assert variant.name == "Small / Slim"
    assert variant.option_values == {"Size": "Small", "Fit": "Slim"}


@pytest.mark.parametrize(
    "options", [{"Size": "M: wide"}, {"Note": "two\nlines"}, {"A:B": "c"}, {"Size": "{M}"}]
)
def test_options_that_no_line_can_say_survive(
    client: Client, spec: ProductSpec, options: dict[str, str]
) -> None:
    one = replace(spec.variants[0], option_values=options)
    product = catalog.save_product(spec=replace(spec, variants=[one])).product

    client.post(page(product), filled(client, page(product)))

    assert product.variants.get().option_values == options


def test_saves_a_product_of_a_hundred_variants(client: Client, spec: ProductSpec) -> None:
    variants = [
        VariantSpec(sku=f"N-{number}", price=Decimal(9), option_values={"Size": str(number)})
        for number in range(100)
    ]
    product = catalog.save_product(spec=replace(spec, variants=variants)).product

    response = client.post(page(product), filled(client, page(product), name="Many"))

    assert response.status_code == 302
    product.refresh_from_db()
    assert product.name == "Many"
    assert product.variants.filter(deleted_at=None).count() == 100

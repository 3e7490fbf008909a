from dataclasses import replace
from decimal import Decimal

import pytest
from django.test import Client

from catalog import commands as catalog
from catalog.commands import ProductSpec, VariantSpec
from catalog.models import Product
from tests import factories, staff
from tests.catalog.product_page import (
    errors_of,
    filled,
    page,
    rows_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def refusals() -> dict[str, tuple[dict[str, str], str]]:
    return {
        "price before": (
            {"variants-0-compare_at_price": "50.00"},
            "the was-price must be above the price.",
        ),
        "same SKU": (
            {"variants-0-sku": "TWICE", "variants-1-sku": "TWICE"},
            "Two variants have the same SKU. Give each its own.",
        ),
        "same options": ({"variants-0-option_values": "Size: M"}, "Two variants are the same: "),
        "other options": (
            {"variants-0-option_values": "Colour: Red"},
            "All variants of a product need the same options.",
        ),
        "no variants": (
            {"variants-0-DELETE": "on", "variants-1-DELETE": "on"},
            "A product needs at least one variant.",
        ),
        "negative price": ({"variants-0-price": "-1"}, "a price is 0 or more"),
        "no number": ({"variants-0-price": "abc"}, "Enter a number."),
        "too much": ({"variants-0-price": "1e30"}, "Ensure that there are no more than 12 digits"),
        "no name": ({"name": ""}, "This field is required."),
        "no options": ({"variants-0-option_values": "Size"}, "Write one option per line"),
        "bad options": ({"variants-0-option_values": '{"Size": 1}'}, "Every option needs a value"),
        "broken options": ({"variants-0-option_values": "{"}, "Write one option per line"),
        "attributes": ({"attributes": "[1]"}, "Write names and values"),
        "unpublished": (
            {"published_at_0": "", "published_at_1": ""},
            "It was published already. To take it out of the shop, untick “Is active”.",
        ),
        "foreign category": (
            {"category": "01a1fe4b-8326-7543-9ae8-0bf6beeac381"},
            "That choice is not one of the available choices.",
        ),
    }


@pytest.mark.parametrize("why", refusals())
def test_bad_input_shows_a_sentence_and_changes_nothing(
    client: Client, product: Product, why: str
) -> None:
    changes, sentence = refusals()[why]
    before = rows_of(product)

    response = client.post(page(product), filled(client, page(product), **changes))

    assert sentence in errors_of(response)
    assert rows_of(product) == before


@pytest.mark.parametrize("taken", ["sku", "slug", "style"])
def test_refuses_what_another_product_uses(client: Client, product: Product, taken: str) -> None:
    other = factories.variant_on_sale()
    before = rows_of(product)
    changes = {
        "sku": {"variants-0-sku": other.sku},
        "slug": {"slug": other.product.slug},
        "style": {"sku": other.product.sku},
    }[taken]

    response = client.post(
        page(product), filled(client, page(product), name="Kept input", **changes)
    )

    sentence = {
        "sku": f"The SKU {other.sku} belongs to another product. Choose a different one.",
        "slug": "Product with this Slug already exists.",
        "style": "Product with this Style code already exists.",
    }[taken]
    assert sentence in errors_of(response)
    assert 'value="Kept input"' in response.content.decode()
    assert rows_of(product) == before


def test_refuses_an_empty_style_code_that_another_product_has_as_address(
    client: Client, product: Product
) -> None:
    other = factories.variant_on_sale(sku="hat-1").product
    before = rows_of(product)

    response = client.post(page(product), filled(client, page(product), slug="hat-1", sku=""))

    assert f"Another product already uses the style code {other.sku}." in errors_of(response)
    assert rows_of(product) == before


def test_refuses_when_variants_came_or_went_since_the_page_was_opened(
    client: Client, spec: ProductSpec, product: Product
) -> None:
    data = filled(client, page(product))
    more = VariantSpec(sku="SHIRT-XL", price=Decimal("60.00"), option_values={"Size": "XL"})
    catalog.save_product(spec=replace(spec, variants=[*spec.variants, more]))
    before = rows_of(product)

    response = client.post(page(product), data)

    assert "Somebody added or removed some of these" in errors_of(response)
    assert rows_of(product) == before

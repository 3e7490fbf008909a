import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from PIL import Image

from catalog import commands as catalog
from catalog.commands import ImageSpec, VariantSpec
from catalog.models import PriceHistory, ProductVariant
from inventory import commands as inventory
from shipping import commands as shipping
from tests import factories
from tests.ledger import ledger
from tests.storefront import words

pytestmark = pytest.mark.django_db


def drawing(name: str) -> ContentFile[bytes]:
    file = io.BytesIO()
    Image.new("RGB", (4, 5)).save(file, "WEBP")
    return ContentFile(file.getvalue(), name=f"{name}.webp")


@pytest.fixture
def tee() -> dict[str, ProductVariant]:
    """Red and blue in S and M, one picture of each colour; red M is sold out, blue S nearly."""
    prices = {"R-S": "20.00", "R-M": "20.00", "B-S": "25.00", "B-M": "25.00"}
    colours, sizes = {"R": "Red", "B": "Blue"}, {"S": "Small", "M": "Medium"}
    specs = [
        VariantSpec(
            sku=sku,
            price=Decimal(price),
            compare_at_price=Decimal("40.00") if sku == "B-M" else None,
            option_values={"Colour": colours[sku[0]], "Size": sizes[sku[2]]},
        )
        for sku, price in prices.items()
    ]
    images = [
        ImageSpec(file=drawing("red"), alt_text="The red one", variant_sku="R-S"),
        ImageSpec(file=drawing("blue"), alt_text="The blue one", variant_sku="B-S"),
    ]
    spec = factories.product_spec(slug="tee", name="Tee", variants=specs, images=images)
    variants = catalog.save_product(spec=spec).variants
    for sku, units in {"R-S": 9, "B-S": 2, "B-M": 9}.items():
        inventory.count(variant_id=variants[sku].pk, quantity=units, reason="opening")
        catalog.set_stock(figures={variants[sku].pk: units})
    return variants


def get(client: Client, variant: ProductVariant) -> Any:
    return client.get(f"/p/tee/?variant={variant.pk}")


def chosen(response: Any) -> dict[str, str]:
    return {option.name: option.chosen for option in response.context["options"]}


def test_first_variant_in_stock_is_chosen(client: Client, tee: dict[str, ProductVariant]) -> None:
    response = client.get("/p/tee/")

    assert chosen(response) == {"Colour": "Red", "Size": "Small"}
    assert "$20.00" in words(response)
    assert "In stock" in words(response)


def test_address_chooses_a_variant_with_its_price_and_picture(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    response = get(client, tee["B-M"])

    assert chosen(response) == {"Colour": "Blue", "Size": "Medium"}
    assert "$25.00 before: $40.00" in words(response)
    assert [image.alt_text for image in response.context["images"]] == ["The blue one"]


def test_what_can_be_seen_stands_before_what_can_not(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    response = client.get("/p/tee/")

    assert [option.name for option in response.context["options"]] == ["Colour", "Size"]
    colours, sizes = (option.values for option in response.context["options"])
    assert [value.image.alt_text for value in colours] == ["The red one", "The blue one"]
    assert [value.image for value in sizes] == [None, None]


def test_each_choice_keeps_the_others(client: Client, tee: dict[str, ProductVariant]) -> None:
    response = get(client, tee["B-M"])

    colours, sizes = (option.values for option in response.context["options"])
    assert [value.variant.sku for value in colours] == ["R-M", "B-M"]
    assert [value.variant.sku for value in sizes] == ["B-S", "B-M"]


def test_sold_out_variant_is_shown_but_not_for_sale(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    response = get(client, tee["R-M"])

    assert response.status_code == 200
    assert "Sold out" in words(response)
    assert 'action="/cart/add/"' not in response.content.decode()


def test_last_units_are_counted(client: Client, tee: dict[str, ProductVariant]) -> None:
    response = get(client, tee["B-S"])

    assert "Only 2 left" in words(response)


def test_product_without_pictures_shows_the_parcel(client: Client) -> None:
    factories.variant_on_sale(slug="plain")

    response = client.get("/p/plain/")

    assert "/static/shop/no-picture.svg" in response.content.decode()
    assert response.context["options"] == []


@pytest.mark.parametrize("variant", ["zz", "00000000-0000-7000-8000-000000000000", "%00", ""])
def test_unknown_variant_is_not_found(
    client: Client, tee: dict[str, ProductVariant], variant: str
) -> None:
    response = client.get(f"/p/tee/?variant={variant}")

    assert response.status_code == 404
    assert 'id="q-main"' in response.content.decode()


def test_variant_of_another_product_is_not_found(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    other = factories.variant_on_sale()

    assert client.get(f"/p/tee/?variant={other.pk}").status_code == 404


@ledger("S1-56", "S2-25")
def test_deleted_and_hidden_products_are_not_found(client: Client) -> None:
    deleted = factories.variant_on_sale(slug="deleted")
    catalog.delete_product(product_id=deleted.product_id)
    factories.variant_on_sale(slug="hidden", is_active=False)

    assert client.get("/p/deleted/").status_code == 404
    assert client.get("/p/hidden/").status_code == 404


def test_reduced_price_stands_beside_the_lowest_of_30_days(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    reduced = PriceHistory.objects.get(variant=tee["B-M"])
    start = reduced.valid.lower
    days = [(60, 40, "30.00"), (40, 29, "33.00"), (29, 10, "36.00"), (10, 0, "40.00")]
    for first, last, price in days:
        valid = DateTimeTZRange(start - timedelta(days=first), start - timedelta(days=last))
        PriceHistory.objects.create(variant=tee["B-M"], price=Decimal(price), valid=valid)

    response = get(client, tee["B-M"])

    # 33.00 still held at the beginning of the 30 days; 30.00 is longer ago.
    assert "$25.00 before: $40.00 Lowest price in the 30 days before: $33.00" in words(response)
    assert "Lowest price" not in words(get(client, tee["R-S"]))


def test_price_that_was_never_higher_is_its_own_lowest(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    response = get(client, tee["B-M"])

    assert "Lowest price in the 30 days before: $25.00" in words(response)


def test_each_choice_is_a_radio_with_an_address(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    page = get(client, tee["B-S"]).content.decode()

    radio = r'<input type="radio" name="variant" value="([^"]+)"[^>]*?( checked)?>'
    assert re.findall(radio, page) == [
        (str(tee["R-S"].pk), ""),
        (str(tee["B-S"].pk), " checked"),
        (str(tee["B-S"].pk), " checked"),
        (str(tee["B-M"].pk), ""),
    ]
    assert page.count('method="get" action="/p/tee/"') == 2


def test_many_values_are_a_list_to_unfold(client: Client) -> None:
    specs = [
        VariantSpec(sku=f"W{n}", price=Decimal(20), option_values={"Waist": str(n)})
        for n in range(26, 37)
    ]
    catalog.save_product(spec=factories.product_spec(slug="jeans", variants=specs))

    page = client.get("/p/jeans/").content.decode()

    assert '<select class="select" name="variant"' in page
    assert page.count("<option ") == 11
    assert 'type="radio" name="variant"' not in page


def test_every_picture_can_be_enlarged(client: Client, tee: dict[str, ProductVariant]) -> None:
    page = get(client, tee["R-S"]).content.decode()

    assert re.findall(r'<a href="([^"]+)" data-zoom aria-label="([^"]+)"', page) == [
        (tee["R-S"].images.get().file.url, "Enlarge: The red one")
    ]


def test_shows_what_stands_beside_it_and_then_on_the_shelf_above(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    home, other = factories.category("Home"), factories.category("Other")
    kitchen = factories.category("Kitchen", parent=home)
    for slug, shelf in {"a": kitchen, "b": home, "c": kitchen, "d": kitchen, "e": home}.items():
        factories.variant_on_sale(slug=slug, category_id=shelf.pk)
    factories.variant_on_sale(slug="elsewhere", category_id=other.pk)
    factories.variant_on_sale(slug="hidden", category_id=kitchen.pk, is_active=False)

    response = client.get("/p/c/")

    assert [product.slug for product in response.context["related"]] == ["d", "a", "e", "b"]


def test_specification_reads_like_words(client: Client) -> None:
    attributes = {"made-in": "Wales", "Dishwasher": True, "colours": ["red", "blue"]}
    specs = [VariantSpec(sku="JUG", price=Decimal(20), weight_grams=1250)]
    spec = factories.product_spec(slug="jug", variants=specs, attributes=attributes)
    catalog.save_product(spec=spec)

    text = words(client.get("/p/jug/"))

    for fact in ("Made in Wales", "Dishwasher Yes", "Colours red, blue"):
        assert fact in text
    assert "Weight of the parcel 1.25 kg Article JUG" in text


def test_says_when_it_arrives(client: Client, tee: dict[str, ProductVariant]) -> None:
    for name, days in {"US": (3, 5), "DE": (2, 4)}.items():
        zone = shipping.save_zone(name=name, countries=[name])
        shipping.save_method(
            zone_id=zone.pk,
            name="Standard",
            price=Decimal(5),
            estimated_days_min=days[0],
            estimated_days_max=days[1],
        )
    cache.clear()

    with time_machine.travel("2026-11-20T12:00Z", tick=False):  # a Friday
        text = words(get(client, tee["R-S"]))
        sold_out = words(get(client, tee["R-M"]))

    assert "Order today and it arrives Tue, Nov 24 to Fri, Nov 27" in text
    assert "it arrives" not in sold_out


def test_says_nothing_about_arrival_without_a_way_to_ship(
    client: Client, tee: dict[str, ProductVariant]
) -> None:
    cache.clear()

    assert "it arrives" not in words(get(client, tee["R-S"]))


@ledger("S1-56")
def test_number_of_queries(
    client: Client, tee: dict[str, ProductVariant], django_assert_num_queries: Any
) -> None:
    shelf = factories.category("Shelf")
    for slug in ("a", "b", "c"):
        factories.variant_on_sale(slug=slug, category_id=shelf.pk)
    cache.clear()

    # And what is kept from now on: the menu with the links, attributes, delivery days.
    with django_assert_num_queries(7):
        client.get("/p/a/")
    with django_assert_num_queries(4):  # product, variants, pictures, what stands beside it
        client.get("/p/b/")


def test_number_of_queries_does_not_grow(
    client: Client, tee: dict[str, ProductVariant], django_assert_num_queries: Any
) -> None:
    client.get("/p/tee/")
    specs = [
        VariantSpec(sku=f"J{n}", price=Decimal(20), option_values={"Waist": str(n)})
        for n in range(40)
    ]
    catalog.save_product(spec=factories.product_spec(slug="jeans", variants=specs))

    with django_assert_num_queries(3):  # it has no shelf
        client.get("/p/jeans/")

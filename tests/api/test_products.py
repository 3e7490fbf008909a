from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files import File
from django.test import Client
from django.utils import timezone
from PIL import Image

from catalog import commands as catalog
from catalog.models import Product
from tests.api.shop import OPENED, Shop, make_products, problem, send
from tests.ledger import ledger

USD = "USD"


def picture_file(width: int, height: int) -> File[bytes]:
    content = BytesIO()
    Image.new("RGB", (width, height)).save(content, "PNG")
    return File(content, name="mug.png")


def slugs(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [card["slug"] for card in answer.json()["results"]]


def walk(client: Client, path: str) -> list[list[str]]:
    """Follow `next` to the end."""
    pages: list[list[str]] = []
    address: str | None = path
    while address:
        answer = client.get(address)
        pages.append(slugs(answer))
        address = answer.json()["next"]
    return pages


def test_lists_a_card(client: Client, shop: Shop) -> None:
    answer = send(client, "get", "products/")

    card = answer.json()["results"][0]
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)
    assert card == {
        "id": str(shop.product.pk),
        "slug": "ocean-blue-shirt",
        "name": "Ocean Blue Shirt",
        "brand": {"slug": "tidewater", "name": "Tidewater"},
        "price": {"amount": "50.00", "currency": USD},
        "compare_at_price": None,
        "in_stock": True,
        "image": None,
        "rating": {"average": None, "count": 0},
        "updated_at": card["updated_at"],
    }


@ledger("S1-56")
def test_shows_a_product_with_its_variants(client: Client, shop: Shop) -> None:
    answer = send(client, "get", "products/ocean-blue-shirt/")

    product = answer.json()
    assert product["description"] == "<p>Soft cotton.</p>"
    assert product["attributes"] == {"Material": "cotton"}
    assert product["tags"] == ["summer"]
    assert product["categories"] == [
        {"name": "Clothing", "path": "clothing"},
        {"name": "Shirts", "path": "clothing/shirts"},
    ]
    assert product["variants"] == [
        {
            "id": str(shop.medium),
            "sku": "OBS-M",
            "name": "M",
            "options": {"Size": "M"},
            "price": {"amount": "50.00", "currency": USD},
            "compare_at_price": None,
            "in_stock": True,
            "available": 3,
        },
        {
            "id": str(shop.large),
            "sku": "OBS-L",
            "name": "L",
            "options": {"Size": "L"},
            "price": {"amount": "55.00", "currency": USD},
            "compare_at_price": None,
            "in_stock": False,
            "available": 0,
        },
    ]


def test_shows_pictures_by_their_address_here(client: Client, shop: Shop) -> None:
    spec = catalog.ProductSpec(
        slug="mug",
        name="Mug",
        variants=[catalog.VariantSpec(sku="MUG", price=Decimal(9))],
        images=[catalog.ImageSpec(file=picture_file(8, 6), alt_text="A mug")],
    )
    catalog.save_product(spec=spec)

    card = send(client, "get", "products/?q=mug").json()["results"][0]
    page = send(client, "get", "products/mug/").json()

    picture = {"url": "/media/products/mug.png", "alt": "A mug", "width": 8, "height": 6}
    assert card["image"] == picture
    assert page["image"] == picture
    assert page["images"] == [picture]


@ledger("S1-55")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("brand=tidewater", ["ocean-blue-shirt"]),
        ("price_min=40", ["ocean-blue-shirt"]),
        ("price_max=1.5", ["thing-1"]),
        ("price_min=2&price_max=50", ["thing-2", "ocean-blue-shirt"]),
        ("in_stock=true", ["ocean-blue-shirt"]),
        ("in_stock=false", ["thing-2", "thing-1"]),
        ("q=blue+shi", ["ocean-blue-shirt"]),
        ("q=nothing+like+this", []),
        ("q=thing&ordering=price_asc", ["thing-1", "thing-2"]),
        ("q=thing&category=clothing", []),
        ("q=&ordering=&category=&price_min=", ["thing-2", "thing-1", "ocean-blue-shirt"]),
        ("ordering=newest", ["thing-2", "thing-1", "ocean-blue-shirt"]),
        ("ordering=price_asc", ["thing-1", "thing-2", "ocean-blue-shirt"]),
        ("ordering=price_desc", ["ocean-blue-shirt", "thing-2", "thing-1"]),
        ("category=clothing", ["ocean-blue-shirt"]),
        ("category=clothing/shirts&q=ocean", ["ocean-blue-shirt"]),
        ("attr_fabric=cotton", ["ocean-blue-shirt"]),
        ("attr_fabric=wool&attr_fabric=cotton&category=clothing", ["ocean-blue-shirt"]),
        ("attr_fabric=wool", []),
        ("rating=4", ["ocean-blue-shirt"]),
        ("rating=4.5&category=clothing", []),
        ("ordering=rating", ["ocean-blue-shirt", "thing-2", "thing-1"]),
        ("ordering=bestselling&category=clothing", ["ocean-blue-shirt"]),
        ("ordering=featured", ["thing-2", "thing-1", "ocean-blue-shirt"]),
        ("utm_source=mail", ["thing-2", "thing-1", "ocean-blue-shirt"]),
    ],
)
def test_filters_and_sorts(client: Client, shop: Shop, query: str, expected: list[str]) -> None:
    make_products(2)
    catalog.save_attribute(name="Fabric", slug="fabric", is_filterable=True)
    Product.objects.filter(pk=shop.product.pk).update(
        attributes={"fabric": "cotton"}, rating_average="4.20", rating_count=9
    )
    shop.product.shelves.update(rating_average="4.20")

    answer = send(client, "get", f"products/?{query}")

    assert slugs(answer) == expected


def test_lists_what_changed_since(client: Client, shop: Shop) -> None:
    make_products(1)
    before, after = timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=1)
    Product.objects.filter(slug="thing-1").update(updated_at=before - timedelta(days=1))

    recent = send(client, "get", f"products/?updated_since={quote(before.isoformat())}")
    none = send(client, "get", f"products/?updated_since={quote(after.isoformat())}")

    assert slugs(recent) == ["ocean-blue-shirt"]
    assert slugs(none) == []


@pytest.mark.parametrize(
    "query", ["", "&ordering=price_asc", "&ordering=price_desc", "&q=thing", "&category=clothing"]
)
def test_walks_all_pages_there_and_back(client: Client, shop: Shop, query: str) -> None:
    make_products(5, category_id=shop.shirts)
    wanted = slugs(send(client, "get", f"products/?limit=100{query}"))

    pages = walk(client, f"/api/v1/products/?limit=2{query}")
    second = client.get(send(client, "get", f"products/?limit=2{query}").json()["next"])
    first = client.get(second.json()["previous"])

    assert [slug for page in pages for slug in page] == wanted
    assert [len(page) for page in pages] == ([2, 2, 2] if len(wanted) == 6 else [2, 2, 1])
    assert slugs(first) == wanted[:2]
    assert first.json()["previous"] is None


def test_counts_only_when_asked(client: Client, shop: Shop) -> None:
    make_products(3)

    counted = send(client, "get", "products/?limit=1&count=true").json()
    plain = send(client, "get", "products/?limit=1").json()

    assert counted["count"] == 4
    assert "count" not in plain


def test_shows_only_the_fields_asked_for(client: Client, shop: Shop) -> None:
    cards = send(client, "get", "products/?fields=slug,price").json()["results"]
    page = send(client, "get", "products/ocean-blue-shirt/?fields=name").json()

    assert cards == [{"slug": "ocean-blue-shirt", "price": {"amount": "50.00", "currency": USD}}]
    assert page == {"name": "Ocean Blue Shirt"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=1e9", "limit"),
        ("limit=abc", "limit"),
        ("count=perhaps", "count"),
        ("ordering=cheapest", "ordering"),
        ("ordering=relevance", "ordering"),
        ("category=nowhere", "category"),
        ("category=clothing/nowhere", "category"),
        ("updated_since=yesterday", "updated_since"),
        ("brand=unknown", "brand"),
        ("brand=a%00b", "brand"),
        ("q=%00", "q"),
        ("q=" + "x" * 201, "q"),
        ("rating=6", "rating"),
        ("rating=many", "rating"),
        ("attr_nothing=x", "attr_nothing"),
        ("attr_Material=cotton", "attr_Material"),
        ("brand=" + "x" * 10_000, "brand"),
        ("price_min=-1", "price_min"),
        ("price_min=abc", "price_min"),
        ("price_min=NaN", "price_min"),
        ("price_max=1e999999", "price_max"),
        ("fields=slug,margin", "fields"),
    ],
)
def test_refuses_a_bad_parameter(client: Client, shop: Shop, query: str, parameter: str) -> None:
    answer = send(client, "get", f"products/?{query}")

    document = problem(answer, 400, "invalid")
    assert [fault["parameter"] for fault in document["errors"]] == [parameter]


@pytest.mark.parametrize("cursor", ["x", "!!", "W10", "bnVsbA", "a" * 1000, "WzAsWyItaWQiXSxbMV1d"])
def test_refuses_a_damaged_cursor(client: Client, shop: Shop, cursor: str) -> None:
    answer = send(client, "get", f"products/?cursor={cursor}")

    problem(answer, 400, "invalid_cursor")


def test_refuses_the_cursor_of_another_order(client: Client, shop: Shop) -> None:
    make_products(1)
    address = send(client, "get", "products/?limit=1&ordering=price_asc").json()["next"]

    answer = client.get(address.replace("price_asc", "newest"))

    problem(answer, 400, "invalid_cursor")


@pytest.mark.parametrize("price", ["1e-400", "0.001", "1e50", "99999999999999"])
def test_takes_any_price_as_a_bound(client: Client, shop: Shop, price: str) -> None:
    answer = send(client, "get", f"products/?price_min={price}")

    assert answer.status_code == 200


@pytest.mark.parametrize("slug", ["nothing-here", "x" * 300])
def test_does_not_know_every_product(client: Client, shop: Shop, slug: str) -> None:
    problem(send(client, "get", f"products/{slug}/"), 404, "product_not_found")


def test_hides_what_is_not_published(client: Client, shop: Shop) -> None:
    catalog.delete_product(product_id=shop.product.pk)

    listed = send(client, "get", "products/")
    shown = send(client, "get", "products/ocean-blue-shirt/")

    assert slugs(listed) == []
    problem(shown, 404, "product_not_found")


def test_answers_not_modified(client: Client, shop: Shop) -> None:
    first = send(client, "get", "products/ocean-blue-shirt/")
    again = client.get(
        "/api/v1/products/ocean-blue-shirt/", headers={"If-None-Match": first["ETag"]}
    )
    other = client.get("/api/v1/products/ocean-blue-shirt/", headers={"If-None-Match": '"x"'})

    assert first["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert other.status_code == 200


@ledger("S0-34", "S2-1")
def test_asks_no_database_for_a_kept_answer(
    client: Client, shop: Shop, django_assert_num_queries: Any
) -> None:
    first = send(client, "get", "products/?brand=tidewater&limit=5")

    with django_assert_num_queries(0):
        again = send(client, "get", "products/?limit=5&utm_source=mail&brand=tidewater")

    assert again.content == first.content


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("products/", 1),
        ("products/?count=true", 2),
        ("products/?brand=tidewater", 2),  # which brand
        ("products/?category=clothing", 2),  # the menu says which shelf
        ("products/?category=clothing&brand=tidewater&rating=4&ordering=rating", 3),
        ("products/?q=thing", 3),  # what the words mean, what has them, cards
        ("products/ocean-blue-shirt/", 4),  # product, variants, pictures, way to the root
    ],
)
def test_asks_the_database_so_often(
    client: Client, shop: Shop, django_assert_num_queries: Any, path: str, queries: int
) -> None:
    make_products(8, category_id=shop.shirts)

    with django_assert_num_queries(queries):
        answer = send(client, "get", path)

    assert answer.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_shows_a_new_price_at_once(client: Client) -> None:
    product = make_products(1)[0]
    spec = catalog.ProductSpec(
        slug="thing-1",
        name="Thing 1",
        published_at=OPENED,
        variants=[catalog.VariantSpec(sku="T-1", price=Decimal("7.50"))],
    )
    before = send(client, "get", "products/").json()["results"][0]["price"]["amount"]
    shown = send(client, "get", "products/thing-1/")

    catalog.save_product(spec=spec, product_id=product.pk)

    listed = send(client, "get", "products/").json()["results"][0]["price"]["amount"]
    page = client.get("/api/v1/products/thing-1/", headers={"If-None-Match": shown["ETag"]})
    assert (before, listed) == ("1.00", "7.50")
    assert page.json()["variants"][0]["price"]["amount"] == "7.50"

"""robots.txt, sitemaps and the product feed."""

from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from catalog import commands as catalog
from catalog.commands import VariantSpec
from catalog.models import Product
from catalog.queries import everything
from tests import factories

pytestmark = pytest.mark.django_db
SITE = "http://127.0.0.1:8000"
IN = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "g": "http://base.google.com/ns/1.0"}


def read(client: Client, address: str) -> ElementTree.Element:
    response: Any = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml; charset=utf-8"
    body = response.getvalue() if response.streaming else response.content
    return ElementTree.fromstring(body)  # noqa: S314 - our own


def places(root: ElementTree.Element) -> list[str]:
    return [place.text or "" for place in root.iterfind(".//s:loc", IN)]


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sitemaps of three products each, read two at a time."""
    monkeypatch.setattr(everything, "PER_SITEMAP", 3)
    monkeypatch.setattr(everything, "PER_PIECE", 2)


def test_robots_name_the_sitemap_and_what_is_nobodys_business(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert {"Disallow: /cart/", "Disallow: /de/account/", "Disallow: /search/"} <= set(lines)
    assert f"Sitemap: {SITE}/sitemap.xml" in lines


@pytest.mark.usefixtures("small")
def test_every_product_stands_in_one_sitemap(client: Client) -> None:
    for number in range(7):
        factories.variant_on_sale(stock=0, slug=f"sock-{number}")
    Product.objects.filter(slug="sock-1").update(is_active=False)

    index = places(read(client, "/sitemap.xml"))
    found = [place for part in index[1:] for place in places(read(client, part.removeprefix(SITE)))]

    assert index == [
        f"{SITE}/sitemaps/shelves.xml",
        *(f"{SITE}/sitemaps/products-{part}.xml" for part in (1, 2, 3)),
    ]
    assert found == [f"{SITE}/p/sock-{number}/" for number in (0, 2, 3, 4, 5, 6)]


@pytest.mark.parametrize("part", [0, 2, 99999999999])
def test_sitemap_that_is_not_there(client: Client, part: int) -> None:
    factories.variant_on_sale(stock=0)

    assert client.get(f"/sitemaps/products-{part}.xml").status_code == 404


@pytest.mark.usefixtures("small")
def test_sitemap_reads_piece_by_piece(client: Client, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        factories.variant_on_sale(stock=0)
    client.get("/sitemap.xml")

    with django_assert_num_queries(3):  # two products, one, none
        places(read(client, "/sitemaps/products-1.xml"))


def test_sitemap_of_shelves(client: Client) -> None:
    factories.category("Tops", parent=factories.category("Clothing"))
    catalog.save_brand(name="Acorn")
    catalog.save_brand(name="Gone", is_active=False)
    catalog.save_page(slug="imprint", language="en", title="Imprint", body="")
    catalog.save_page(slug="draft", language="en", title="Draft", body="", is_active=False)

    assert places(read(client, "/sitemaps/shelves.xml")) == [
        f"{SITE}{path}"
        for path in ("/", "/c/clothing/", "/c/clothing/tops/", "/brands/acorn/", "/pages/imprint/")
    ]


def test_feed_offers_every_variant(client: Client, settings: Any) -> None:
    settings.DEFAULT_CURRENCY = "EUR"
    sizes = [
        VariantSpec(
            sku="TEE-S",
            price=Decimal("20.00"),
            compare_at_price=Decimal("25.00"),
            option_values={"Size": "S"},
            barcode="2000000000015",
        ),
        VariantSpec(sku="TEE-M", price=Decimal("20.00"), option_values={"Size": "M"}),
    ]
    acorn = catalog.save_brand(name="Acorn & Sons").pk
    spec = factories.product_spec(
        slug="tee",
        name="Tee <one>",
        sku="TEE",
        brand_id=acorn,
        variants=sizes,
        description="<p>Soft &amp; warm.</p><p>Ends\x07here</p>",
    )
    catalog.save_product(spec=spec)
    factories.variant_on_sale(name="Hidden", is_active=False)

    items = list(read(client, "/feeds/products.xml").iter("item"))

    found = [{part.tag.partition("}")[2]: part.text for part in item} for item in items]
    small, medium = sorted(found, key=lambda item: item["id"] or "", reverse=True)
    page = f"{SITE}/p/tee/?variant="
    assert (small.pop("link") or "").startswith(page)
    assert small == {
        "id": "TEE-S",
        "title": "Tee <one>, S",
        "description": "Soft & warm. Endshere",
        "availability": "out_of_stock",
        "price": "25.00 EUR",
        "sale_price": "20.00 EUR",
        "brand": "Acorn & Sons",
        "gtin": "2000000000015",
        "condition": "new",
        "item_group_id": "TEE",
    }
    assert (medium["id"], medium["price"], "sale_price" in medium) == ("TEE-M", "20.00 EUR", False)


def test_feed_of_what_is_in_stock(client: Client) -> None:
    factories.variant_on_sale(name="Vest", price="8.00")

    [item] = read(client, "/feeds/products.xml").iter("item")

    assert item.findtext("g:availability", namespaces=IN) == "in_stock"
    assert item.findtext("g:title", namespaces=IN) == "Vest"
    assert item.find("g:item_group_id", IN) is None


@pytest.mark.usefixtures("small")
def test_feed_reads_piece_by_piece(client: Client, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        factories.variant_on_sale(stock=0)

    with django_assert_num_queries(5):  # products and variants, twice; no more products
        read(client, "/feeds/products.xml")

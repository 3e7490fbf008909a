"""What pages say of themselves to machines: canonical addresses and JSON-LD."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from catalog import commands as catalog
from catalog import queries
from catalog.commands import VariantSpec
from catalog.models import Product
from catalog.views.structured import product_documents
from tests import factories

pytestmark = pytest.mark.django_db
SITE = "https://shop.example"


@pytest.fixture(autouse=True)
def _site(settings: Any) -> None:
    settings.SITE_URL = SITE


def documents(response: Any) -> dict[str, Any]:
    found = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.S
    )
    read = [json.loads(document) for document in found]
    assert all(document["@context"] == "https://schema.org" for document in read)
    return {document["@type"]: document for document in read}


def head(response: Any) -> str:
    return str(response.content.decode().partition("</head>")[0])


def test_home_says_who_it_is_and_how_to_search(client: Client) -> None:
    found = documents(client.get("/"))

    assert found["Organization"]["url"] == f"{SITE}/"
    action = found["WebSite"]["potentialAction"]
    assert action["target"]["urlTemplate"] == f"{SITE}/search/?q={{search_term_string}}"


def test_category_says_where_it_stands_and_what_it_shows(client: Client) -> None:
    tops = factories.category("Tops", parent=factories.category("Clothing"))
    factories.variant_on_sale(name="</script><b>Tee", slug="tee", category_id=tops.pk)

    response = client.get("/c/clothing/tops/")

    found = documents(response)
    assert [step["item"] for step in found["BreadcrumbList"]["itemListElement"]] == [
        f"{SITE}/",
        f"{SITE}/c/clothing/",
        f"{SITE}/c/clothing/tops/",
    ]
    [item] = found["ItemList"]["itemListElement"]
    assert (item["url"], item["name"]) == (f"{SITE}/p/tee/", "</script><b>Tee")


@pytest.mark.parametrize(
    ("query", "is_indexed"),
    [
        ("", True),
        ("?utm_source=mail", True),
        ("?sort=price_asc", True),
        ("?in_stock=true", False),
        ("?price_min=abc", False),
    ],
)
def test_only_the_whole_list_wants_to_be_found(
    client: Client, query: str, is_indexed: bool
) -> None:
    factories.variant_on_sale(category_id=factories.category("Tops").pk)

    said = head(client.get(f"/c/tops/{query}"))

    assert (f'<link rel="canonical" href="{SITE}/c/tops/">' in said) is is_indexed
    assert ('<meta name="robots" content="noindex, follow">' in said) is not is_indexed


def test_category_has_the_description_staff_wrote(client: Client) -> None:
    catalog.save_category(
        name="Tops", slug="tops", description="Shirts", seo_title="T-shirts", seo_description="Soft"
    )

    said = head(client.get("/de/c/tops/"))

    assert "<title>T-shirts" in said
    assert '<meta name="description" content="Soft">' in said
    assert '<meta property="og:title" content="T-shirts">' in said
    assert f'<link rel="canonical" href="{SITE}/de/c/tops/">' in said
    assert f'hreflang="en" href="{SITE}/c/tops/"' in said


def test_search_does_not_want_to_be_found(client: Client) -> None:
    assert 'content="noindex, follow"' in head(client.get("/search/?q=tee"))


def about(slug: str) -> list[dict[str, Any]]:
    product = queries.find_product(slug)
    with translation.override("en"):
        return product_documents(
            product,
            variants=product.buyable_variants,  # type: ignore[attr-defined]  # to_attr
            images=list(product.images.all()),
            trail=queries.category_trail(product),
        )


def test_product_of_one_variant_is_an_offer() -> None:
    tops = factories.category("Tops")
    variant = factories.variant_on_sale(
        name="Tee",
        slug="tee",
        price="12.00",
        category_id=tops.pk,
        brand_id=catalog.save_brand(name="Acorn").pk,
        description="<p>Soft.</p><p>Warm.</p>",
    )
    Product.objects.update(rating_average="4.50", rating_count=2)

    facts, trail = about("tee")

    assert facts == {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": "Tee",
        "url": f"{SITE}/p/tee/",
        "description": "Soft. Warm.",
        "brand": {"@type": "Brand", "name": "Acorn"},
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": "4.50",
            "reviewCount": 2,
        },
        "sku": variant.sku,
        "offers": {
            "@type": "Offer",
            "url": f"{SITE}/p/tee/?variant={variant.pk}",
            "price": "12.00",
            "priceCurrency": "USD",
            "itemCondition": "https://schema.org/NewCondition",
            "availability": "https://schema.org/InStock",
        },
    }
    assert [step["name"] for step in trail["itemListElement"]] == ["ShopFlow", "Tops", "Tee"]


def test_product_of_several_variants_is_a_group() -> None:
    variants = [
        VariantSpec(
            sku=f"TEE-{size}",
            price=Decimal(12),
            option_values={"Size": size, "Engraving": "none"},
            barcode="2000000000015" if size == "S" else "12",
        )
        for size in ("S", "M")
    ]
    catalog.save_product(spec=factories.product_spec(slug="tee", sku="TEE", variants=variants))

    facts, _ = about("tee")

    assert (facts["@type"], facts["productGroupID"]) == ("ProductGroup", "TEE")
    assert facts["variesBy"] == ["https://schema.org/size"]
    assert [(one["sku"], one["size"], one.get("gtin")) for one in facts["hasVariant"]] == [
        ("TEE-S", "S", "2000000000015"),
        ("TEE-M", "M", None),
    ]
    offers = [one["offers"]["availability"] for one in facts["hasVariant"]]
    assert offers == ["https://schema.org/OutOfStock"] * 2
    assert "offers" not in facts

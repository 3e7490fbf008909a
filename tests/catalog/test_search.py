from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog import commands, queries
from catalog.errors import ProductNotFound
from catalog.models import Product
from shopflow.lib.paging import page
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


PRODUCTS: dict[str, dict[str, Any]] = {
    "Ocean Blue Shirt": {"tags": ["men"]},
    "Red Shirt": {"description": "<p>As blue as it gets: not.</p>"},
    "Café Table": {"attributes": {"wood": "walnut"}},
}


@pytest.fixture(autouse=True)
def _products(db: None) -> None:
    brand = commands.save_brand(name="Northwind")
    for number, (name, facts) in enumerate(PRODUCTS.items()):
        # The address is the style code too, and so is found: none of the words looked for here.
        variant = factories.variant_on_sale(stock=0, slug=f"item-{number}", name=name, **facts)
        Product.objects.filter(pk=variant.product_id, tags=["men"]).update(
            brand=brand, brand_name=brand.name
        )


def found(text: str) -> list[str]:
    answer: Any = Client().get("/search/", {"q": text})
    return [row.name for row in answer.context["listing"].page.rows]


@ledger("S1-37")
@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("blue shirt", ["Ocean Blue Shirt", "Red Shirt"]),
        ("shirt blue", ["Ocean Blue Shirt", "Red Shirt"]),
        ("oce blu", ["Ocean Blue Shirt"]),
        ("OCEAN", ["Ocean Blue Shirt"]),
        ("northwind", ["Ocean Blue Shirt"]),
        ("men", ["Ocean Blue Shirt"]),
        ("cafe", ["Café Table"]),
        ("café", ["Café Table"]),
        ("walnut", ["Café Table"]),
        ("shirt sofa", []),
    ],
)
def test_finds_products_that_hold_all_the_words(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_beginnings_of_words_count_only_where_no_product_has_the_words() -> None:
    factories.variant_on_sale(stock=0, slug="item-9", name="Shirtdress")

    assert found("shirtd") == ["Shirtdress"]
    assert "Shirtdress" not in found("shirt")


def test_ranks_no_more_than_can_be_ranked_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_RANKED", 3)
    for number in range(5):
        factories.variant_on_sale(stock=0, name=f"Green Shirt {number}")

    assert len(found("green shirt")) == 3


@pytest.mark.parametrize(
    "text", ["", " ", "!!!", "&|!():*<->", "'; DROP TABLE products; --", "\0", "_", "% %"]
)
def test_finds_nothing_for_what_is_no_word(text: str) -> None:
    assert found(text) == []


def test_walks_through_many_by_relevance() -> None:
    for number in range(7):
        factories.variant_on_sale(stock=0, name=f"Blue Shirt {number}")
    best = queries.best_matches(found=queries.search("blue shirt"), text="blue shirt")
    seen: list[str] = []
    cursor = None

    while True:
        found_page = page(best, order=queries.BY_RELEVANCE, cursor=cursor, limit=2)
        seen += [row.name for row in found_page.rows]
        if (cursor := found_page.next) is None:
            break

    assert len(seen) == len(set(seen)) == 9


@ledger("S1-99", "S2-25", "S2-122")
def test_hides_what_is_not_for_sale() -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    Product.objects.filter(name="Ocean Blue Shirt").update(published_at=tomorrow)
    Product.objects.filter(name="Red Shirt").update(is_active=False)

    assert found("shirt") == []


def test_find_product_hides_what_is_not_for_sale() -> None:
    product = Product.objects.get(name="Red Shirt")
    assert queries.find_product(product.slug) == product

    commands.delete_product(product_id=product.pk)

    with pytest.raises(ProductNotFound) as refused:
        queries.find_product(product.slug)
    assert (refused.value.code, refused.value.status) == ("product_not_found", 404)


def test_buyable_variant_finds_only_what_can_be_bought() -> None:
    product = Product.objects.get(name="Red Shirt")
    variant = product.variants.get()
    assert queries.buyable_variant(variant.pk) == variant

    product.variants.update(is_active=False)

    assert queries.buyable_variant(variant.pk) is None

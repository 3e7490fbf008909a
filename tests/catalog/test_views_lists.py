from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog import commands as catalog
from catalog import queries
from catalog.commands import ProductSpec, VariantSpec
from catalog.models import Category
from tests import factories
from tests.ledger import ledger
from tests.storefront import words

pytestmark = pytest.mark.django_db
PER_PAGE = 24


@pytest.fixture
def tops() -> Category:
    """A category below another, with three products of two brands; one is sold out."""
    clothing = factories.category("Clothing")
    tops = factories.category("Tops", parent=clothing)
    acorn = catalog.save_brand(name="Acorn").pk
    birch = catalog.save_brand(name="Birch").pk
    factories.variant_on_sale(price="10.00", name="Vest", brand_id=acorn, category_id=tops.pk)
    factories.variant_on_sale(price="30.00", name="Tee", brand_id=birch, category_id=tops.pk)
    factories.variant_on_sale(
        price="50.00", stock=0, name="Cardigan", brand_id=birch, category_id=tops.pk
    )
    return tops


def many(category: Category, number: int) -> None:
    for position in range(number):
        name = f"Sock {position:02}"
        variant = VariantSpec(sku=f"SOCK-{position}", price=Decimal(position + 1))
        spec = ProductSpec(
            slug=f"sock-{position}", name=name, variants=[variant], category_id=category.pk
        )
        catalog.save_product(spec=spec)


def names(response: Any) -> list[str]:
    return [product.name for product in response.context["listing"].page.rows]


def chips(response: Any) -> list[str]:
    return [chip.label for chip in response.context["listing"].chips]


def test_home_shows_featured_and_new_products(client: Client, tops: Category) -> None:
    factories.variant_on_sale(name="Lamp", is_featured=True)

    response = client.get("/")

    assert [product.name for product in response.context["featured"]] == ["Lamp"]
    assert {product.name for product in response.context["newest"]} == {"Vest", "Tee", "Cardigan"}


def test_home_of_an_empty_shop_is_a_page(client: Client) -> None:
    response = client.get("/")

    assert response.status_code == 200


@pytest.mark.parametrize(
    "address", ["/", "/c/clothing/", "/search/?q=tee", "/brands/birch/", "/de/", "/p/plain-shirt/"]
)
def test_pages_are_the_same_for_everybody(client: Client, tops: Category, address: str) -> None:
    factories.variant_on_sale(slug="plain-shirt")
    anonymous = client.get(address)
    client.force_login(factories.UserFactory.create())

    logged_in = client.get(address)

    assert anonymous.status_code == 200
    assert not anonymous.cookies
    assert "Cookie" not in anonymous.get("Vary", "")
    assert logged_in.content == anonymous.content
    assert b"csrfmiddlewaretoken" not in anonymous.content


def test_category_shows_what_stands_on_the_shelves_below(client: Client, tops: Category) -> None:
    response = client.get("/c/clothing/")

    assert set(names(response)) == {"Vest", "Tee", "Cardigan"}
    assert 'href="/c/clothing/tops/"' in response.content.decode()


@pytest.mark.parametrize(
    "address", ["/c/nothing/", "/c/tops/", "/c/clothing/nothing/", "/brands/x/"]
)
def test_unknown_shelf_is_not_found_and_offers_the_search(
    client: Client, tops: Category, address: str
) -> None:
    response = client.get(address)

    assert response.status_code == 404
    assert 'id="q-main"' in response.content.decode()


def test_hidden_category_is_not_found(client: Client, tops: Category) -> None:
    catalog.save_category(
        name="Tops", slug="tops", parent_id=tops.parent_id, category_id=tops.pk, is_active=False
    )

    assert client.get("/c/clothing/tops/").status_code == 404


@ledger("S1-55")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=price_asc", ["Vest", "Tee", "Cardigan"]),
        ("sort=price_desc", ["Cardigan", "Tee", "Vest"]),
        ("sort=newest", ["Cardigan", "Tee", "Vest"]),
        ("sort=nonsense", ["Cardigan", "Tee", "Vest"]),
        ("sort=price_asc&brand=birch", ["Tee", "Cardigan"]),
        ("sort=price_asc&brand=birch&brand=acorn", ["Vest", "Tee", "Cardigan"]),
        ("sort=price_asc&brand=birch&in_stock=true", ["Tee"]),
        ("sort=price_asc&price_min=10.01&price_max=50", ["Tee", "Cardigan"]),
        ("price_min=51", []),
    ],
)
def test_filters_and_sorts(client: Client, tops: Category, query: str, expected: list[str]) -> None:
    response = client.get(f"/c/clothing/tops/?{query}")

    assert response.status_code == 200
    assert names(response) == expected


def test_every_filter_in_use_is_a_chip_that_removes_it(client: Client, tops: Category) -> None:
    response = client.get(
        "/c/clothing/tops/?brand=birch&price_min=20&price_max=60&in_stock=true&sort=price_asc"
    )

    assert chips(response) == ["Birch", "From $20.00", "Up to $60.00", "In stock"]
    listing = response.context["listing"]
    assert listing.chips[0].url == "?price_min=20&price_max=60&in_stock=true&sort=price_asc"
    assert listing.clear_url == "?sort=price_asc"


def test_nothing_fits_offers_to_drop_the_filters(client: Client, tops: Category) -> None:
    response = client.get("/c/clothing/tops/?price_min=900")

    assert "Nothing fits" in words(response)
    assert "Clear all filters" in words(response)


@pytest.mark.parametrize(
    "query", ["price_min=abc", "price_max=-1", "brand=unknown", "price_min=nan", "price_min=1e99"]
)
def test_filter_that_cannot_be_read_is_named_and_left_out(
    client: Client, tops: Category, query: str
) -> None:
    response = client.get(f"/c/clothing/tops/?{query}")

    assert response.status_code == 400
    assert 'class="field-error"' in response.content.decode()
    assert len(names(response)) == 3


@pytest.mark.parametrize(
    "query", ["q=%00", "brand=%00", "price_min=%00", "q=%ff%fe", "in_stock=%00"]
)
@pytest.mark.parametrize("address", ["/search/", "/c/clothing/"])
def test_unreadable_bytes_are_no_server_error(
    client: Client, tops: Category, address: str, query: str
) -> None:
    response = client.get(f"{address}?{query}")

    assert response.status_code == 200


@pytest.mark.parametrize("cursor", ["zzz", "%21", "e30", "W10", "WzAsW10sW11d"])
def test_damaged_page_link_is_refused(client: Client, tops: Category, cursor: str) -> None:
    response = client.get(f"/c/clothing/?after={cursor}")

    assert response.status_code == 400
    assert "damaged" in words(response)


@pytest.mark.parametrize(
    "sort", ["featured", "bestselling", "newest", "price_asc", "price_desc", "rating"]
)
def test_next_and_previous_lead_through_all_products_once(client: Client, sort: str) -> None:
    socks = factories.category("Socks")
    many(socks, PER_PAGE + 6)

    first = client.get(f"/c/socks/?sort={sort}")
    second = client.get(f"/c/socks/{first.context['listing'].next_url}")
    back = client.get(f"/c/socks/{second.context['listing'].previous_url}")

    assert (len(names(first)), len(names(second))) == (PER_PAGE, 6)
    assert len({*names(first), *names(second)}) == PER_PAGE + 6
    assert second.context["listing"].next_url == ""
    assert names(back) == names(first)
    assert back.context["listing"].previous_url == ""


def test_search_finds_beginnings_of_words_and_keeps_the_question(
    client: Client, tops: Category
) -> None:
    catalog.rebuild_words()

    response = client.get("/search/?q=car")

    assert names(response) == ["Cardigan"]
    assert 'value="car"' in response.content.decode()


def test_search_pages_by_relevance(client: Client) -> None:
    many(factories.category("Socks"), PER_PAGE + 3)

    first = client.get("/search/?q=sock")
    second = client.get(f"/search/{first.context['listing'].next_url}")

    assert len({*names(first), *names(second)}) == PER_PAGE + 3


@pytest.mark.parametrize("question", ["xyzzy", "%21%21%21", "'; --", "a" * 5000])
def test_search_without_a_hit_offers_the_shelves(
    client: Client, tops: Category, question: str
) -> None:
    response = client.get(f"/search/?q={question}")

    assert response.status_code == 200
    assert "Nothing found" in words(response)
    assert "Clothing" in words(response)
    assert "What others like" in words(response)


def test_search_without_a_question_asks_for_one(client: Client) -> None:
    response = client.get("/search/")

    assert "What are you looking for?" in words(response)


def test_question_is_never_markup(client: Client) -> None:
    response = client.get("/search/?q=<script>alert(1)</script>")

    assert b"<script>alert" not in response.content


def test_brand_shows_its_products_only(client: Client, tops: Category) -> None:
    response = client.get("/brands/birch/")

    assert set(names(response)) == {"Tee", "Cardigan"}


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("/", 2),  # featured and new products
        ("/c/clothing/tops/", 3),  # the category, what was counted of it, products
        ("/c/clothing/tops/?brand=birch", 4),  # and what is counted now
        ("/c/clothing/tops/?brand=birch&price_max=60&in_stock=true&rating=4&sort=rating", 4),
        ("/brands/birch/", 3),  # the brand, products, counts
        ("/brands/birch/?in_stock=true&price_min=5", 3),
    ],
)
def test_number_of_queries(
    client: Client, tops: Category, django_assert_num_queries: Any, address: str, number: int
) -> None:
    factories.variant_on_sale(name="Lamp", is_featured=True)
    catalog.refresh_facets(category_id=tops.pk)
    queries.menu()  # kept from then on

    with django_assert_num_queries(number):
        client.get(address)


@pytest.mark.parametrize("address", ["/c/clothing/tops/", "/brands/birch/"])
def test_number_of_queries_with_nothing_kept(
    client: Client, tops: Category, django_assert_num_queries: Any, address: str
) -> None:
    with django_assert_num_queries(4):
        client.get(address)


@ledger("S1-55")
@pytest.mark.parametrize("query", ["", "?in_stock=true&price_min=2"])
def test_number_of_queries_does_not_grow_with_the_shelf(
    client: Client, django_assert_num_queries: Any, query: str
) -> None:
    socks = factories.category("Socks")
    many(socks, PER_PAGE)
    catalog.refresh_facets(category_id=socks.pk)
    queries.menu()

    with django_assert_num_queries(4 if query else 3):
        client.get(f"/c/socks/{query}")

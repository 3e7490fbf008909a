"""What a list can be narrowed by, as the page shows it."""

from typing import Any

import pytest
from django.test import Client

from catalog import commands as catalog
from catalog.models import Category, Product
from catalog.queries import facets
from tests import factories
from tests.storefront import words

pytestmark = pytest.mark.django_db
LIST = "/c/clothing/tops/"


@pytest.fixture(autouse=True)
def tops() -> Category:
    tops = factories.category("Tops", parent=factories.category("Clothing"))
    catalog.save_attribute(
        name="Material",
        slug="material",
        is_filterable=True,
        choices={"Wool": "", "Linen": "", "Silk": ""},
    )
    catalog.save_attribute(name="Weight", slug="weight", type="number", unit="g", sort_order=1)
    acorn = catalog.save_brand(name="Acorn").pk
    birch = catalog.save_brand(name="Birch").pk
    made: list[tuple[str, str, int, Any, Any]] = [
        ("Vest", "8.00", 5, acorn, "Wool"),
        ("Tee", "12.00", 5, birch, ["Linen", "Silk"]),
        ("Cardigan", "60.00", 0, birch, "Wool"),
        ("Shirt", "70.00", 5, birch, "Silk"),
    ]
    for name, price, stock, brand, material in made:
        factories.variant_on_sale(
            name=name,
            price=price,
            stock=stock,
            brand_id=brand,
            category_id=tops.pk,
            attributes={"material": material, "weight": 200},
        )
    Product.objects.filter(name__in=["Vest", "Shirt"]).update(rating_average="4.50", rating_count=2)
    catalog.save_product(
        spec=factories.product_spec(name="Lamp"),
    )
    for product in Product.objects.filter(rating_count=2):
        product.shelves.update(rating_average="4.50")
    catalog.refresh_facets(category_id=tops.pk)
    catalog.rebuild_words()
    return tops


def shown(response: Any) -> dict[str, dict[str, str]]:
    """Each facet with its values and counts."""
    return {
        facet.name: {value.value: value.count for value in facet.values}
        for facet in response.context["listing"].facets
    }


def names(response: Any) -> list[str]:
    return [product.name for product in response.context["listing"].page.rows]


WHOLE = {
    "brand": {"birch": "3", "acorn": "1"},
    "price": {"1": "1", "2": "1", "4": "2"},
    "in_stock": {"true": "3"},
    "rating": {"4": "2", "3": "2", "2": "2", "1": "2"},
    "attr_material": {"Wool": "2", "Linen": "1", "Silk": "2"},
}


@pytest.mark.parametrize("address", [LIST, "/c/clothing/tops/?sort=price_asc&utm_source=mail"])
def test_whole_list_shows_what_was_counted_ahead(client: Client, address: str) -> None:
    response = client.get(address)

    assert shown(response) == WHOLE
    assert response.context["listing"].size_written == "4"


def test_a_facet_does_not_count_itself(client: Client) -> None:
    response = client.get(f"{LIST}?brand=acorn&in_stock=true")

    assert names(response) == ["Vest"]
    assert shown(response) == {
        "brand": {"acorn": "1", "birch": "2"},  # in stock
        "price": {"1": "1"},
        "in_stock": {"true": "1"},
        "rating": {"4": "1", "3": "1", "2": "1", "1": "1"},
        "attr_material": {"Wool": "1"},
    }


def test_one_facet_alone_keeps_its_counts(client: Client) -> None:
    response = client.get(f"{LIST}?attr_material=Wool")

    assert names(response) == ["Cardigan", "Vest"]
    assert shown(response)["attr_material"] == WHOLE["attr_material"]
    assert shown(response)["brand"] == {"acorn": "1", "birch": "1"}
    assert response.context["listing"].size == 2


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("attr_material=Silk", ["Tee", "Shirt"]),  # one of several values, and the only one
        ("attr_material=Wool&attr_material=Linen", ["Vest", "Tee", "Cardigan"]),
        ("attr_material=Wool&brand=birch", ["Cardigan"]),
        ("attr_material=Cork", []),
        ("rating=4", ["Vest", "Shirt"]),
        ("rating=4.6", []),
        ("in_stock=false", ["Cardigan"]),
        ("price_min=60&price_max=70", ["Cardigan", "Shirt"]),
        ("brand=acorn&brand=birch&attr_material=Wool", ["Vest", "Cardigan"]),
    ],
)
def test_values_of_one_facet_widen_and_facets_narrow(
    client: Client, query: str, expected: list[str]
) -> None:
    response = client.get(f"{LIST}?sort=price_asc&{query}")

    assert response.status_code == 200
    assert names(response) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("bestselling", ["Tee", "Shirt", "Cardigan", "Vest"]),
        ("rating", ["Shirt", "Vest", "Cardigan", "Tee"]),
        ("featured", ["Vest", "Shirt", "Cardigan", "Tee"]),
    ],
)
def test_sorts(client: Client, tops: Category, sort: str, expected: list[str]) -> None:
    Product.objects.get(name="Tee").shelves.update(sales_count=9)
    Product.objects.get(name="Vest").shelves.update(is_featured=True)

    response = client.get(f"{LIST}?sort={sort}")

    assert names(response) == expected


def test_brand_page_counts_its_own_products(client: Client) -> None:
    response = client.get("/brands/birch/?attr_material=Silk")

    assert set(names(response)) == {"Tee", "Shirt"}
    assert shown(response)["attr_material"] == {"Wool": "1", "Linen": "1", "Silk": "2"}
    assert 'name="brand"' not in response.content.decode()


def test_search_counts_what_it_found(client: Client) -> None:
    response = client.get("/search/?q=birch&price_max=20")

    assert names(response) == ["Tee"]
    assert shown(response)["price"] == {"2": "1", "4": "2"}
    assert shown(response)["in_stock"] == {"true": "1"}


def test_search_that_finds_nothing_has_no_facets(client: Client) -> None:
    response = client.get("/search/?q=xyzzyx")

    assert response.context["listing"].facets == []


def test_more_matches_than_are_counted_say_so(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MOST_COUNTED", 2)

    response = client.get(f"{LIST}?price_max=500&brand=birch")

    listing = response.context["listing"]
    assert (listing.size_written, listing.is_capped) == ("2+", True)
    assert set(shown(response)["in_stock"].values()) <= {"1+", "2+", "3+"}
    assert "Show 2+ products" in words(response)


def test_chips_drop_one_value_and_clear_all(client: Client) -> None:
    response = client.get(
        f"{LIST}?utm_source=x&sort=price_asc&attr_material=Wool&attr_material=Silk&rating=4&brand="
    )

    listing = response.context["listing"]
    assert [(chip.label, chip.url) for chip in listing.chips] == [
        ("4 stars or more", "?attr_material=Silk&attr_material=Wool&sort=price_asc"),
        ("Material: Wool", "?rating=4&attr_material=Silk&sort=price_asc"),
        ("Material: Silk", "?rating=4&attr_material=Wool&sort=price_asc"),
    ]
    assert listing.clear_url == "?sort=price_asc"


def test_nothing_fits_offers_to_drop_the_last_filter(client: Client) -> None:
    response = client.get(f"{LIST}?brand=acorn&attr_material=Linen")

    assert "Without “Material: Linen”" in words(response)
    assert '<a class="button" href="?brand=acorn">' in response.content.decode()


def test_price_ranges_are_links(client: Client) -> None:
    response = client.get(f"{LIST}?price_min=50&price_max=99.99")

    [prices] = [facet for facet in response.context["listing"].facets if facet.name == "price"]
    assert [(value.label, value.is_chosen, value.address) for value in prices.values] == [
        ("$5.00 to $9.99", False, "?price_min=5&price_max=9.99"),
        ("$10.00 to $19.99", False, "?price_min=10&price_max=19.99"),
        ("$50.00 to $99.99", True, "?price_min=50&price_max=99.99"),
    ]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("attr_colour=red", "There is no such filter."),
        ("attr_weight=200", "There is no such filter."),
        ("attr_=x", "There is no such filter."),
        ("rating=6", "Ensure this value is less than or equal to 5."),
        ("rating=lots", "Enter a number."),
        ("brand=nobody", "We don't carry the brand “nobody” (any more)."),
        (f"brand={'a' * 10_000}", "This filter can't be read."),
        (f"attr_material={'a' * 10_000}", "This filter can't be read."),
        ("&".join(f"attr_material=v{n}" for n in range(51)), "too many values"),
    ],
)
def test_filter_that_is_none_is_named_and_left_out(
    client: Client, query: str, sentence: str
) -> None:
    response = client.get(f"{LIST}?{query}")

    assert response.status_code == 400
    assert sentence in words(response)
    assert len(names(response)) == 4


def test_cursor_of_another_order_is_refused(client: Client, tops: Category) -> None:
    for number in range(25):
        factories.variant_on_sale(stock=0, name=f"Sock {number}", category_id=tops.pk)
    following = client.get(LIST).context["listing"].next_url

    response = client.get(f"{LIST}{following}&sort=price_asc")

    assert response.status_code == 400
    assert "damaged" in words(response)


def test_values_are_never_markup(client: Client) -> None:
    Product.objects.filter(name="Vest").update(attributes={"material": "<b>Wool</b>"})

    response = client.get(f"{LIST}?in_stock=true&price_max=500")

    assert b"&lt;b&gt;Wool" in response.content
    assert b"<b>Wool" not in response.content


def test_number_of_queries_with_attributes(client: Client, django_assert_num_queries: Any) -> None:
    client.get(LIST)  # menu and attributes are kept from then on

    with django_assert_num_queries(3):
        client.get(LIST)
    with django_assert_num_queries(4):
        client.get(f"{LIST}?attr_material=Wool&brand=birch&in_stock=true")
    with django_assert_num_queries(4):
        client.get("/search/?q=birch&attr_material=Wool&in_stock=true")

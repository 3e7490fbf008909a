from typing import Any

import pytest
from django.test import Client

from catalog import commands as catalog
from catalog import queries
from catalog.commands import VariantSpec
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    clothing = factories.category("Clothing")
    tops = factories.category("Topcoats", parent=clothing)
    brand = catalog.save_brand(name="Topley & Sons").pk
    for number in range(8):
        factories.variant_on_sale(
            name=f"Topper {number}", slug=f"topper-{number}", brand_id=brand, category_id=tops.pk
        )
    catalog.rebuild_words()


def rows(text: str) -> list[tuple[str, str, str]]:
    return [(row.kind, row.text, row.url) for row in queries.suggestions(text=text)]


def test_suggests_words_categories_brands_and_products_ten_at_most() -> None:
    found = rows("top")

    assert found[:5] == [
        ("words", "topcoats", "/search/?q=topcoats"),
        ("words", "topley", "/search/?q=topley"),
        ("words", "topper", "/search/?q=topper"),
        ("category", "Topcoats", "/c/clothing/topcoats/"),
        ("brand", "Topley & Sons", "/brands/topley-sons/"),
    ]
    assert [kind for kind, _, _ in found[5:]] == ["product"] * 5
    assert len(found) == 10


def test_finishes_the_last_word() -> None:
    assert rows("clothing topc")[0] == (
        "words",
        "clothing topcoats",
        "/search/?q=clothing+topcoats",
    )


def test_finishes_a_word_that_is_one_already() -> None:
    factories.variant_on_sale(stock=0, name="Coat", description="<p>Warm at the back.</p>")
    factories.variant_on_sale(stock=0, name="Backpack", slug="backpack")
    catalog.rebuild_words()

    assert rows("back") == [
        ("words", "backpack", "/search/?q=backpack"),
        ("product", "Backpack", "/p/backpack/"),
    ]


def test_who_types_in_a_category_is_offered_to_stay_there() -> None:
    first, *others = queries.suggestions(text="topper", inside="clothing")

    assert (first.kind, first.text, first.shelf) == ("words", "topper", "Clothing")
    assert first.url == "/search/?q=topper&in=clothing"
    assert not any(row.shelf for row in others)
    assert not any(row.shelf for row in queries.suggestions(text="topper", inside="nowhere"))
    assert len(queries.suggestions(text="top", inside="clothing")) == 10


def test_page_says_where_it_looks(client: Client) -> None:
    page = client.get("/c/clothing/topcoats/").content.decode()
    part = client.get("/search/suggest/?q=topper&in=clothing/topcoats").content.decode()

    assert 'data-in="clothing/topcoats"' in page
    assert "in Topcoats" in part
    assert 'data-href="/search/?q=topper&amp;in=clothing%2Ftopcoats"' in part


def test_suggests_what_was_meant() -> None:
    found = rows("toper")

    assert found[0] == ("words", "topper", "/search/?q=topper")
    assert found[1][0] == "product"


def test_a_code_leads_to_its_product() -> None:
    variant = VariantSpec(sku="ZZ-9", price=9)  # type: ignore[arg-type]  # a whole number will do
    factories.variant_on_sale(stock=0, name="Rare", slug="rare", variants=[variant])

    assert rows("zz9") == [("product", "Rare", "/p/rare/")]


@pytest.mark.parametrize("text", ["", " ", "!!", "%%", "xyzzy", "'"])
def test_suggests_nothing_where_nothing_is_meant(text: str) -> None:
    assert rows(text) == []


def test_page_is_a_list_of_options_that_may_be_kept(client: Client) -> None:
    response = client.get("/search/suggest/?q=topper+3")

    html = response.content.decode()
    assert html.count('role="option"') == len(queries.suggestions(text="topper 3"))
    assert 'data-href="/p/topper-3/"' in html
    assert "Choose with the arrow keys" in html
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in response.get("Vary", "")
    assert not response.cookies


@pytest.mark.parametrize("question", ["", "t", " t "])
def test_page_waits_for_a_second_letter(
    client: Client, django_assert_num_queries: Any, question: str
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/search/suggest/", {"q": question})

    assert (response.status_code, response.content) == (200, b"")


def test_page_speaks_the_readers_language(client: Client) -> None:
    response = client.get("/de/search/suggest/?q=topper")

    assert 'data-href="/de/p/topper-' in response.content.decode()


def test_suggestions_are_never_markup(client: Client) -> None:
    factories.variant_on_sale(stock=0, name="<b>Bold</b> statement", slug="bold")

    response = client.get("/search/suggest/?q=bold")

    assert b"<b>Bold" not in response.content
    assert b"&lt;b&gt;Bold" in response.content


@pytest.mark.parametrize("address", ["/search/suggest/", "/api/v1/search/suggest/"])
def test_takes_two_queries_then_none(
    client: Client, django_assert_num_queries: Any, address: str
) -> None:
    queries.menu()  # kept from then on

    with django_assert_num_queries(2):
        client.get(address, {"q": "topper"})
    with django_assert_num_queries(0):
        client.get(address, {"q": "topper"})


def test_only_asks(client: Client) -> None:
    assert client.post("/search/suggest/?q=top").status_code == 405

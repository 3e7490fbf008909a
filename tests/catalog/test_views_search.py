from typing import Any

import pytest
import redis
from django.test import Client

from catalog import commands as catalog
from catalog import queries
from catalog.views import searching
from tests import factories
from tests.doorbell import rung
from tests.storefront import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    """A tee among the tops, a teapot in the kitchen."""
    clothing, home = factories.category("Clothing"), factories.category("Home")
    tops = factories.category("Tops", parent=clothing)
    kitchen = factories.category("Kitchen", parent=home)
    birch = catalog.save_brand(name="Birch").pk
    factories.variant_on_sale(
        name="Striped Tee", slug="striped-tee", brand_id=birch, category_id=tops.pk
    )
    factories.variant_on_sale(name="Striped Teapot", slug="teapot", category_id=kitchen.pk)
    catalog.rebuild_words()


def names(response: Any) -> list[str]:
    return [product.name for product in response.context["listing"].page.rows]


def test_says_what_it_looked_for_instead_and_offers_what_was_written(client: Client) -> None:
    response = client.get("/search/?q=strpied+tee")

    assert names(response) == ["Striped Tee"]
    assert "We looked for “ striped tee ”" in words(response)
    assert 'href="?q=strpied%20tee&amp;exact=1"' in response.content.decode()
    assert 'value="strpied tee"' in response.content.decode()


def test_looks_for_exactly_what_was_written(client: Client) -> None:
    response = client.get("/search/?q=strpied&exact=1")

    assert names(response) == []
    assert "Did you mean “striped”?" in words(response)
    assert 'href="?q=strpied"' in response.content.decode()


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("clothing", ["Striped Tee"]),
        ("clothing/tops", ["Striped Tee"]),
        ("home", ["Striped Teapot"]),
    ],
)
def test_looks_in_one_category(client: Client, place: str, expected: list[str]) -> None:
    response = client.get("/search/", {"q": "striped", "in": place})

    assert names(response) == expected
    assert f'<input type="hidden" name="in" value="{place}">' in response.content.decode()
    assert 'href="?q=striped"' in response.content.decode()


def test_offers_where_else_to_look(client: Client) -> None:
    everywhere = client.get("/search/?q=striped")
    below = client.get("/search/?q=striped&in=clothing/tops")

    assert [place.name for place in everywhere.context["places"]] == ["Clothing", "Home"]
    assert [place.name for place in below.context["places"]] == ["Clothing", "Tops"]


def test_unknown_category_is_the_whole_shop_and_says_so(client: Client) -> None:
    response = client.get("/search/?q=striped&in=nowhere")

    assert set(names(response)) == {"Striped Tee", "Striped Teapot"}
    assert "We don't have this category" in words(response)


def test_nothing_on_this_shelf_offers_the_whole_shop(client: Client) -> None:
    response = client.get("/search/?q=teapot&in=clothing")

    assert names(response) == []
    assert "Not in Clothing, that is." in words(response)
    assert "Search the whole shop" in words(response)


def test_what_comes_close_is_called_so(client: Client) -> None:
    response = client.get("/search/?q=birch+teapot")

    assert set(names(response)) == {"Striped Tee", "Striped Teapot"}
    assert "Nothing has all of these words" in words(response)


def test_filters_and_sorts_what_was_found(client: Client) -> None:
    response = client.get("/search/?q=striped&brand=birch&sort=price_asc")

    assert names(response) == ["Striped Tee"]
    assert [chip.label for chip in response.context["listing"].chips] == ["Birch"]


@pytest.mark.parametrize(
    "question",
    [
        *("'\"`", "%_%", "\\", "; DROP TABLE products; --", "!!!", "\0", "a\0b", "(((((", "<->"),
        *(
            "🧦" * 40,
            "ß" * 5000,
            "q" * 10_000,
            "<b>&amp;</b>",
            "' | 'x':* & !('",
            "\u202etxet\u202c",
        ),
    ],
)
def test_whatever_is_asked_gets_a_sentence(client: Client, question: str) -> None:
    for address in ("/search/", "/search/suggest/", "/de/search/"):
        response = client.get(address, {"q": question})

        assert response.status_code == 200
        assert b"<b>" not in response.content


def test_number_of_queries(client: Client, django_assert_num_queries: Any) -> None:
    queries.menu()  # kept from then on

    # What the words mean, what has them, cards, what they can be narrowed by.
    with django_assert_num_queries(4):
        client.get("/search/?q=tee")
    with django_assert_num_queries(4):
        client.get("/search/?q=strpied&in=clothing")
    # Nothing has both words: something has one, and isn't counted.
    with django_assert_num_queries(4):
        client.get("/search/?q=birch+teapot")


def test_number_of_queries_without_a_menu(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(5):
        client.get("/search/?q=tee")


def test_number_of_queries_does_not_grow(client: Client, django_assert_num_queries: Any) -> None:
    for number in range(30):
        factories.variant_on_sale(stock=0, name=f"Striped Sock {number}")
    queries.menu()

    with django_assert_num_queries(4):
        client.get("/search/?q=striped")


def test_what_nobody_finds_is_told_to_a_worker_once_an_hour(
    client: Client, queue: "redis.Redis"
) -> None:
    for _ in range(3):
        client.get("/search/?q=Raincoat")
    client.get("/search/?q=birch+teapot")  # nothing has both

    assert _noted(queue) == ["('Raincoat', 'en')", "('birch teapot', 'en')"]


@pytest.mark.parametrize("question", ["tee", "strpied", "", "teapot&in=clothing"])
def test_what_is_found_is_not_told(client: Client, queue: "redis.Redis", question: str) -> None:
    client.get(f"/search/?q={question}")

    assert _noted(queue) == []


def test_of_a_flood_of_questions_some_are_noted(
    client: Client, queue: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST_MISSES", 2)

    for question in ("raincoat", "sunglasses", "gloves", "raincoat"):
        client.get("/search/", {"q": question})

    assert _noted(queue) == ["('raincoat', 'en')", "('sunglasses', 'en')"]


def _noted(queue: "redis.Redis") -> list[str]:
    return [told for task, told in rung(queue) if task == "catalog.tasks.log_missed"]

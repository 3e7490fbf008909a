from typing import Any

import pytest
from django.test import Client

from catalog import commands as catalog
from tests.api.shop import Shop, problem, send


def test_shows_the_tree_of_categories(client: Client, shop: Shop) -> None:
    answer = send(client, "get", "categories/")

    [clothing] = answer.json()["results"]
    assert (answer.json()["next"], answer.json()["previous"]) == (None, None)
    assert (clothing["name"], clothing["path"]) == ("Clothing", "clothing")
    assert clothing["children"] == [
        {"id": str(shop.shirts), "name": "Shirts", "path": "clothing/shirts", "children": []}
    ]


def test_lists_brands_page_by_page(client: Client, shop: Shop) -> None:
    catalog.save_brand(name="Aster")
    catalog.save_brand(name="Hidden", is_active=False)

    first = send(client, "get", "brands/?limit=1&count=true").json()
    second = client.get(first["next"]).json()

    assert first["results"] == [{"slug": "aster", "name": "Aster"}]
    assert first["count"] == 2
    assert second["results"] == [{"slug": "tidewater", "name": "Tidewater"}]
    assert second["next"] is None


@pytest.mark.parametrize("path", ["categories/", "brands/"])
def test_asks_the_database_once_and_then_the_cache(
    client: Client, shop: Shop, django_assert_num_queries: Any, path: str
) -> None:
    with django_assert_num_queries(1):
        first = send(client, "get", path)
    with django_assert_num_queries(0):
        second = client.get(f"/api/v1/{path}", headers={"If-None-Match": first["ETag"]})

    assert (first.status_code, second.status_code) == (200, 304)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ["categories/", "brands/"])
def test_shows_a_new_shelf_at_once(client: Client, path: str) -> None:
    before = send(client, "get", path).json()["results"]

    catalog.save_category(name="Garden", slug="garden")
    catalog.save_brand(name="Garden")

    after = send(client, "get", path).json()["results"]
    assert (before, [row["name"] for row in after]) == ([], ["Garden"])


def test_refuses_a_bad_page(client: Client, shop: Shop) -> None:
    problem(send(client, "get", "brands/?limit=1000"), 400, "invalid")
    problem(send(client, "get", "brands/?cursor=zzz"), 400, "invalid_cursor")

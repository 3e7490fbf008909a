from typing import Any

import pytest
from django.test import Client

from catalog import commands as catalog
from tests import factories

pytestmark = pytest.mark.django_db


def asked(client: Client, q: str) -> Any:
    return client.get("/api/v1/search/suggest/", {"q": q})


def test_says_what_each_row_is(client: Client) -> None:
    tops = factories.category("Topcoats", parent=factories.category("Clothing"))
    brand = catalog.save_brand(name="Topley")
    factories.variant_on_sale(
        stock=0, name="Topper", slug="topper", brand_id=brand.pk, category_id=tops.pk
    )

    catalog.rebuild_words()

    answer = asked(client, "topper")

    assert answer.status_code == 200
    assert answer.json() == {
        "results": [{"kind": "product", "text": "Topper", "name": "topper", "image": None}],
        "next": None,
        "previous": None,
    }
    kinds = {(row["kind"], row["name"]) for row in asked(client, "top").json()["results"]}
    assert kinds == {
        ("words", "topcoats"),
        ("words", "topley"),
        ("words", "topper"),
        ("category", "clothing/topcoats"),
        ("brand", "topley"),
        ("product", "topper"),
    }


def test_is_kept_under_an_etag(client: Client) -> None:
    tag = asked(client, "topper")["ETag"]

    again = client.get("/api/v1/search/suggest/?q=topper", headers={"If-None-Match": tag})

    assert again.status_code == 304


@pytest.mark.parametrize(("q", "status"), [("", 400), ("\0", 400), ("x" * 201, 400), ("'%", 200)])
def test_refuses_what_cannot_be_asked(client: Client, q: str, status: int) -> None:
    answer = asked(client, q)

    assert answer.status_code == status
    if status == 400:
        assert answer.json()["code"]

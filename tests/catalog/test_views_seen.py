from typing import Any

import pytest
from django.test import Client

from catalog import commands as catalog
from tests import factories

pytestmark = pytest.mark.django_db


def slugs(response: Any) -> list[str]:
    return [product.slug for product in response.context["products"]]


def test_shows_the_products_asked_for_in_their_order(client: Client) -> None:
    for slug in ("tee", "mug", "hat"):
        factories.variant_on_sale(slug=slug, name=slug.title())

    response = client.get("/seen/?p=mug&p=tee&p=mug")

    assert response.status_code == 200
    assert slugs(response) == ["mug", "tee"]
    assert response.content.decode().count('<li class="card') == 2
    assert response.cookies == {}


def test_leaves_out_what_is_not_for_everybody(client: Client) -> None:
    factories.variant_on_sale(slug="hidden", is_active=False)
    gone = factories.variant_on_sale(slug="gone")
    catalog.delete_product(product_id=gone.product_id)

    response = client.get("/seen/?p=hidden&p=gone&p=never")

    assert response.status_code == 200
    assert response.content.strip() == b""


@pytest.mark.parametrize(
    "query", ["", "p=", "p=%00", "p='; DROP TABLE products", f"p={'a' * 9000}"]
)
def test_nonsense_shows_nothing(client: Client, query: str) -> None:
    response = client.get(f"/seen/?{query}")

    assert response.status_code == 200
    assert response.content.strip() == b""


def test_shows_eight_at_most(client: Client) -> None:
    for number in range(10):
        factories.variant_on_sale(slug=f"p{number}")

    response = client.get("/seen/?" + "&".join(f"p=p{number}" for number in range(10)))

    assert slugs(response) == [f"p{number}" for number in range(8)]


def test_number_of_queries(client: Client, django_assert_num_queries: Any) -> None:
    factories.variant_on_sale(slug="tee")

    with django_assert_num_queries(1):
        client.get("/seen/?p=tee&p=mug")

from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from catalog import commands as catalog
from catalog import queries
from catalog.models import ContentPage
from tests import factories
from tests.storefront import words

pytestmark = pytest.mark.django_db


def page(**facts: Any) -> ContentPage:
    return catalog.save_page(
        **{"slug": "imprint", "language": "en", "title": "Imprint", "body": "<p>Us</p>", **facts}
    )


def test_page_in_the_readers_language_else_in_the_shops(client: Client) -> None:
    page()
    page(language="de", title="Impressum", body="<p>Wir</p>")
    page(slug="terms", title="Terms")

    assert "Us" in words(client.get("/pages/imprint/"))
    assert "Wir" in words(client.get("/de/pages/imprint/"))
    assert "Terms" in words(client.get("/de/pages/terms/"))


def test_page_says_what_it_is_to_search_engines(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://shop.example"
    page(seo_title="Who we are", seo_description="Name and address.")

    head = client.get("/pages/imprint/").content.decode().partition("</head>")[0]

    assert "<title>Who we are" in head
    assert '<meta name="description" content="Name and address.">' in head
    assert '<link rel="canonical" href="https://shop.example/pages/imprint/">' in head
    assert 'hreflang="de" href="https://shop.example/de/pages/imprint/"' in head
    assert 'hreflang="x-default" href="https://shop.example/pages/imprint/"' in head


@pytest.mark.parametrize("address", ["/pages/nothing/", "/pages/draft/", "/de/pages/draft/"])
def test_page_that_is_not_there_is_not_found(client: Client, address: str) -> None:
    page(slug="draft", is_active=False)

    assert client.get(address).status_code == 404


def test_preview_shows_a_page_before_it_is_published(client: Client) -> None:
    draft = page(slug="draft", title="Draft", is_active=False)

    response = client.get("/pages/draft/", {"preview": queries.preview_token(draft)})

    assert "isn't published yet" in words(response)
    assert b'content="noindex, follow"' in response.content


@pytest.mark.parametrize("token", ["", "x", "x:y:z"])
def test_made_up_preview_shows_nothing(client: Client, token: str) -> None:
    page(slug="draft", is_active=False)

    assert client.get("/pages/draft/", {"preview": token}).status_code == 404


def test_preview_of_one_page_opens_no_other(client: Client) -> None:
    page(slug="draft", is_active=False)
    other = queries.preview_token(page(slug="other", is_active=False))

    assert client.get("/pages/draft/", {"preview": other}).status_code == 404


def test_number_of_queries(client: Client, django_assert_num_queries: Any) -> None:
    page()
    client.get("/")  # the menus are kept from then on

    with django_assert_num_queries(1):
        client.get("/pages/imprint/")


def test_links_lead_to_pages_categories_and_addresses(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    tops = factories.category("Tops", parent=factories.category("Clothing"))
    page()
    catalog.save_menu(
        code="footer",
        language="en",
        links=[
            catalog.Link(
                "Help",
                children=[
                    catalog.Link("Imprint", "page:imprint"),
                    catalog.Link("Tops", "category:clothing/tops"),
                ],
            ),
            catalog.Link("Search", "/search/"),
        ],
    )

    [help_, search] = queries.links("footer")

    assert (help_.label, search.url) == ("Help", "/search/")
    assert [(link.page, link.category) for link in help_.children] == [
        ("imprint", ""),
        ("", "clothing/tops"),
    ]
    with django_capture_on_commit_callbacks(execute=True):
        page(is_active=False)
        catalog.save_category(
            name="Tops", slug="tops", parent_id=tops.parent_id, category_id=tops.pk, is_active=False
        )
    assert queries.links("footer")[0].children == []


def test_links_in_the_readers_language_else_in_the_shops() -> None:
    for language, label in (("en", "Help"), ("de", "Hilfe")):
        catalog.save_menu(code="footer", language=language, links=[catalog.Link(label, "/")])
    catalog.save_menu(code="header", language="en", links=[catalog.Link("Sale", "/c/sale/")])

    with translation.override("de"):
        assert [link.label for link in queries.links("footer")] == ["Hilfe"]
        assert [link.label for link in queries.links("header")] == ["Sale"]
    with translation.override("en"):
        assert [link.label for link in queries.links("footer")] == ["Help"]

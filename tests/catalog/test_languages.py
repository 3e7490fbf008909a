import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.8"}


def test_a_page_is_read_in_german_under_its_own_address(client: Client) -> None:
    page = client.get("/de/cart/").content.decode()

    assert '<html lang="de">' in page
    assert "Ihr Warenkorb" in page
    assert "Your cart" not in page


def test_every_page_leads_to_itself_in_the_other_language(client: Client) -> None:
    variant = factories.variant_on_sale()
    address = f"/p/{variant.product.slug}/?variant={variant.pk}"

    english = client.get(address).content.decode()
    german = client.get("/de/search/?q=tee").content.decode()

    assert f'href="/de{address}" hreflang="de"' in english
    assert 'href="/search/?q=tee" hreflang="en"' in german


@pytest.mark.parametrize("headers", [GERMAN, {**GERMAN, "Sec-Fetch-Site": "cross-site"}])
def test_who_comes_in_is_greeted_in_their_language(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/?from=mail", headers=headers)

    assert (answer.status_code, answer["Location"]) == (302, "/de/?from=mail")
    assert "Accept-Language" in answer["Vary"]
    assert "Set-Cookie" not in answer


def test_who_chose_a_language_stays_with_it(client: Client) -> None:
    answer = client.get("/", headers={**GERMAN, "Sec-Fetch-Site": "same-origin"})

    assert answer.status_code == 200
    assert '<html lang="en">' in answer.content.decode()
    assert "Sec-Fetch-Site" in answer["Vary"]


def test_a_language_that_the_shop_does_not_speak_changes_nothing(client: Client) -> None:
    assert client.get("/", headers={"Accept-Language": "pl,fr;q=0.5"}).status_code == 200


def test_only_the_home_page_sends_people_elsewhere(client: Client) -> None:
    assert client.get("/cart/", headers=GERMAN).status_code == 200
    assert client.get("/healthz", headers=GERMAN).status_code == 200

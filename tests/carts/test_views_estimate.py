import pytest
from django.test import Client

from carts.models import CartItem, CheckoutDraft
from catalog.models import ProductVariant
from tests.storefront import put_in_cart, words

pytestmark = pytest.mark.django_db
ESTIMATE = "/cart/estimate/"


@pytest.fixture
def cart(client: Client, variant: ProductVariant) -> CartItem:
    """Two shirts of $50.00 in the browser's cart."""
    put_in_cart(client, variant, 2)
    return CartItem.objects.get()


def test_shows_shipping_and_tax_at_a_postcode(client: Client, cart: CartItem) -> None:
    assert "Shipping and tax not known yet" in words(client.get("/cart/"))

    response = client.post(ESTIMATE, {"country_code": "US", "postal_code": "10001"}, follow=True)

    assert response.redirect_chain == [("/cart/", 303)]
    page = words(response)
    assert "Standard $5.90 Tax $8.88 Total $114.78" in page


def test_the_checkout_knows_it_too(client: Client, cart: CartItem) -> None:
    client.post(ESTIMATE, {"country_code": "US", "postal_code": "10001"})

    page = client.get("/checkout/")

    assert '<option value="NY" selected>' in page.content.decode()
    assert "Order and pay $114.78" in words(page)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"country_code": "US", "postal_code": ""}, "Please fill this in."),
        ({"country_code": "US", "postal_code": "1"}, "Please enter one like"),
        ({"country_code": "FR", "postal_code": "75001"}, "Select a valid choice."),
        ({"country_code": "US", "postal_code": "x" * 30}, "Ensure this value has at most 20"),
        ({}, "Please fill this in."),
    ],
)
def test_a_mistake_is_named_at_its_field(
    client: Client, cart: CartItem, typed: dict[str, str], sentence: str
) -> None:
    response = client.post(ESTIMATE, typed)

    assert response.status_code == 400
    assert sentence in words(response)
    assert not CheckoutDraft.objects.exists()


def test_without_a_cart_there_is_nothing_to_estimate(client: Client) -> None:
    response = client.post(ESTIMATE, {"country_code": "US", "postal_code": "10001"})

    assert response.status_code == 404

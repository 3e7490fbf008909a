"""A shopper with a browser: how tests fill in the shop's forms and read its pages."""

import re
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from catalog.models import ProductVariant
from orders.models import Order
from orders.queries import guest_token

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}
CHECKOUT = {
    "key": "one-key-for-one-page",
    "email": "ada@example.com",
    "country_code": "US",
    "name": "Ada Byron",
    "address_line_1": "1 Main Street",
    "address_line_2": "",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "phone": "",
    "shipping_method": "",
    "action": "place",
}


def put_in_cart(client: Client, variant: ProductVariant, quantity: object = 1) -> Any:
    """Press "Add to cart" on the product's page."""
    data = {
        "product": str(variant.product_id),
        "variant": str(variant.pk),
        "quantity": str(quantity),
    }
    return client.post(reverse("carts:add"), data, headers=FROM_OUR_PAGE)


def check_out(client: Client, **fields: str) -> Any:
    """Press "Order and pay", with these fields of the form filled in otherwise."""
    return client.post(reverse("orders:checkout"), {**CHECKOUT, **fields})


def link(name: str, order: Order) -> str:
    """The address of an order's page as a guest has it."""
    return f"{reverse(name, args=[order.order_number])}?token={guest_token(order)}"


def words(response: Any) -> str:
    """What a page says, without its tags."""
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())

"""A small shop made by its own commands, and the requests of a mobile client."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from carts import commands as carts
from catalog import commands as catalog
from catalog.models import Product
from inventory import commands as inventory
from promotions import commands as promotions
from shipping import commands as shipping

ROOT = "/api/v1/"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company": "",
    "address_line_1": "12 Broad Street",
    "address_line_2": "",
    "city": "New York",
    "state": "NY",
    "postal_code": "10004",
    "country_code": "US",
    "phone": "",
}
OPENED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Shop:
    """What the tests buy: a shirt of 50.00 in M (3 left) and L (sold out), shipped for 5.00."""

    product: Product
    medium: UUID
    large: UUID
    shirts: UUID
    standard: UUID
    express: UUID


def open_shop() -> Shop:
    clothing = catalog.save_category(name="Clothing", slug="clothing")
    shirts = catalog.save_category(name="Shirts", slug="shirts", parent_id=clothing.pk)
    brand = catalog.save_brand(name="Tidewater")
    saved = catalog.save_product(
        spec=catalog.ProductSpec(
            slug="ocean-blue-shirt",
            name="Ocean Blue Shirt",
            description="<p>Soft cotton.</p>",
            brand_id=brand.pk,
            category_id=shirts.pk,
            tags=["summer"],
            attributes={"Material": "cotton"},
            published_at=OPENED,
            variants=[
                catalog.VariantSpec(
                    sku="OBS-M", price=Decimal("50.00"), option_values={"Size": "M"}
                ),
                catalog.VariantSpec(
                    sku="OBS-L", price=Decimal("55.00"), option_values={"Size": "L"}
                ),
            ],
            images=[
                catalog.ImageSpec(source_url="https://example.com/shirt.jpg", alt_text="A shirt")
            ],
        )
    )
    medium, large = saved.variants["OBS-M"].pk, saved.variants["OBS-L"].pk
    inventory.count(variant_id=medium, quantity=3, reason="test")
    zone = shipping.save_zone(name="United States", countries=["US"])
    standard = shipping.save_method(zone_id=zone.pk, name="Standard", price=Decimal("5.00"))
    express = shipping.save_method(zone_id=zone.pk, name="Express", price=Decimal("15.00"))
    shipping.save_tax_rate(
        zone_id=zone.pk,
        tax_class="standard",
        name="Sales tax",
        rate=Decimal("0.10"),
        included_in_price=False,
    )
    promotions.save_coupon(code="WELCOME10", discount_value=Decimal(10))
    return Shop(saved.product, medium, large, shirts.pk, standard.pk, express.pk)


def make_products(count: int, *, category_id: UUID | None = None) -> list[Product]:
    """Make plain products of 1.00, 2.00, ... published a day apart, the cheapest first."""
    return [
        catalog.save_product(
            spec=catalog.ProductSpec(
                slug=f"thing-{number}",
                name=f"Thing {number}",
                category_id=category_id,
                published_at=OPENED + timedelta(days=number),
                variants=[catalog.VariantSpec(sku=f"T-{number}", price=Decimal(number))],
            )
        ).product
        for number in range(1, count + 1)
    ]


def cart_of(variant_id: UUID, quantity: int = 1) -> str:
    """Make a guest's cart and return its token."""
    token = carts.open_cart_with(variant_id=variant_id, quantity=quantity).token
    assert token is not None
    return token


def send(
    client: Client,
    method: str,
    path: str,
    body: Any = None,
    *,
    cart: str | None = None,
    order: str | None = None,
    key: str | None = None,
    access: str | None = None,
) -> Any:
    """Send a JSON request of a mobile client to an endpoint of /api/v1/."""
    given = {
        "X-Cart-Token": cart,
        "X-Order-Token": order,
        "Idempotency-Key": key,
        "Authorization": f"Bearer {access}" if access else None,
    }
    headers = {name: value for name, value in given.items() if value is not None}
    content = "" if body is None else json.dumps(body)
    return client.generic(
        method.upper(), ROOT + path, content, content_type="application/json", headers=headers
    )


def checkout_body(shop: Shop, total: str = "60.00", **changes: Any) -> dict[str, Any]:
    """Return a checkout of one medium shirt: 50.00 + 10 % tax + 5.00 shipping by default."""
    return {
        "email": "ada@example.com",
        "shipping_address": ADDRESS,
        "billing_address": None,
        "shipping_method": str(shop.standard),
        "expected_total": total,
        "payment_provider": "sandbox",
        **changes,
    }


def buy(client: Client, shop: Shop) -> dict[str, Any]:
    """Order one medium shirt and return the checkout's answer."""
    cart = cart_of(shop.medium)
    answer = send(client, "post", "checkout/", checkout_body(shop), cart=cart, key=uuid4().hex)
    assert answer.status_code == 201, answer.content
    placed: dict[str, Any] = answer.json()
    return placed


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Check that an answer is a complete problem document and return it."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    document: dict[str, Any] = answer.json()
    assert document["code"] == code
    assert document["status"] == status
    assert document["type"] == f"urn:shopflow:problem:{code}"
    assert document["title"]
    assert document["detail"]
    assert document["request_id"] == answer["X-Request-Id"]
    assert isinstance(document["errors"], list)
    return document

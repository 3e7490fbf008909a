from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern
from jsonschema import Draft202012Validator

from shopflow import api
from tests.api.people import PASSWORD, app_user
from tests.api.shop import ADDRESS, Shop, buy, cart_of, checkout_body, send

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))
    return document


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def check(described: dict[str, Any], component: str, document: Any) -> None:
    """The document is what the description says, down to every member's name."""
    closed = {
        name: {**schema, "unevaluatedProperties": False} if "properties" in schema else schema
        for name, schema in described["components"]["schemas"].items()
    }
    wanted = {"$ref": f"#/components/schemas/{component}", "components": {"schemas": closed}}
    faults = [
        f"{fault.json_path}: {fault.message}"
        for fault in Draft202012Validator(wanted).iter_errors(document)
    ]
    assert faults == []


def test_is_committed_as_it_is(tmp_path: Path) -> None:
    made = tmp_path / "openapi.yaml"

    call_command("spectacular", file=str(made), validate=True, fail_on_warn=True)

    assert made.read_text() == COMMITTED.read_text(), (
        "run `make openapi` and look at the difference"
    )


def test_is_version_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.1"


def test_is_served(client: Client, described: dict[str, Any]) -> None:
    answer = send(client, "get", "schema/")

    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    assert answer.json() == described


def test_describes_every_endpoint(described: dict[str, Any]) -> None:
    names = {pattern.name for pattern in api.urlpatterns if isinstance(pattern, URLPattern)} - {
        None,
        "schema",
        "docs",
    }

    assert len(described["paths"]) == len(names)


def test_every_operation_answers_problems(described: dict[str, Any]) -> None:
    for path, method, operation in operations(described):
        problems = {
            status
            for status, answer in operation["responses"].items()
            if list(answer.get("content", ())) == ["application/problem+json"]
        }
        assert {"400", "401", "404", "default"} <= problems, (path, method)


def test_what_must_not_happen_twice_wants_a_key(
    described: dict[str, Any],
) -> None:
    keyed = {
        path
        for path, _, operation in operations(described)
        if any(
            parameter["name"] == "Idempotency-Key" and parameter["required"]
            for parameter in operation.get("parameters", ())
        )
    }

    assert keyed == {
        "/api/v1/checkout/",
        "/api/v1/orders/{number}/cancellation/",
        "/api/v1/orders/{number}/gift-cards/",
        "/api/v1/orders/{number}/payments/",
        "/api/v1/orders/{number}/reorder/",
        "/api/v1/orders/{number}/returns/",
        "/api/v1/orders/{number}/withdrawal/",
        "/api/v1/staff/orders/{number}/shipments/",
        "/api/v1/staff/orders/{number}/shipments/{shipment_id}/events/",
    }


def test_answers_are_as_described(client: Client, shop: Shop, described: dict[str, Any]) -> None:
    ada = app_user()
    login = {"email": ada.user.email, "password": PASSWORD}
    cart = cart_of(shop.medium)
    send(client, "post", "cart/coupons/", {"code": "WELCOME10"}, cart=cart)
    quoting = {"shipping_address": ADDRESS}
    placed = buy(client, shop)
    number, token = placed["order"]["number"], placed["order"]["token"]

    cart_answer = send(client, "get", "cart/", cart=cart).json()
    quote = send(client, "post", "cart/quote/", quoting, cart=cart).json()
    refusal = send(
        client, "post", "checkout/", checkout_body(shop, "1.00"), cart=cart, key="key-of-this-one"
    ).json()

    check(described, "PaginatedProductCardList", send(client, "get", "products/").json())
    check(described, "Product", send(client, "get", "products/ocean-blue-shirt/").json())
    check(described, "CategoryTree", send(client, "get", "categories/").json())
    check(described, "PaginatedBrandList", send(client, "get", "brands/").json())
    check(described, "Cart", cart_answer)
    check(described, "Quote", quote)
    check(described, "CheckoutAnswer", placed)
    check(described, "CheckoutRefusal", refusal)
    check(described, "Order", send(client, "get", f"orders/{number}/", order=token).json())
    check(described, "Problem", send(client, "get", "nothing/").json())
    check(described, "Tokens", send(client, "post", "auth/login/", login).json())
    check(described, "Me", send(client, "get", "me/", access=ada.access).json())
    forgotten = {"email": ada.user.email}
    check(described, "Sent", send(client, "post", "auth/password/forgot/", forgotten).json())
    devices = send(client, "get", "auth/sessions/", access=ada.access).json()
    check(described, "PaginatedSignedInDeviceList", devices)
    line = {"variant": str(shop.medium), "quantity": 1}
    send(client, "post", "cart/items/", line, access=ada.access)
    send(client, "post", "checkout/", checkout_body(shop), access=ada.access, key="key-of-ada")
    orders = send(client, "get", "orders/", access=ada.access).json()
    check(described, "PaginatedOrderCardList", orders)
    assert len(orders["results"]) == 1


def test_says_where_an_access_token_is_needed(described: dict[str, Any]) -> None:
    needed = {
        f"{method} {path.removeprefix('/api/v1/')}"
        for path, method, operation in operations(described)
        if operation.get("security") == [{"bearer": []}]
    }
    never = {
        path.removeprefix("/api/v1/")
        for path, _, operation in operations(described)
        if "security" not in operation
    }

    assert described["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert needed >= {"get me/", "patch me/", "get orders/", "get auth/sessions/"}
    assert {path for path in never if not path.startswith("auth/")} == set()
    assert not any(" auth/login/" in operation for operation in needed)

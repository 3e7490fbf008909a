import json
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from psycopg.errors import LockNotAvailable

from accounts import commands as accounts
from carts import commands as carts
from carts.models import Cart
from catalog import api as catalog_api
from tests.api.shop import Shop, problem, send


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["", "nothing/", "products", "products/a/b/", "order/", "x%00y/"])
def test_says_that_there_is_nothing(client: Client, method: str, path: str) -> None:
    problem(send(client, method, path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("post", "products/", "GET"),
        ("delete", "products/shirt/", "GET"),
        ("put", "cart/", "GET, POST"),
        ("get", "checkout/", "POST"),
        ("trace", "products/", "GET"),
    ],
)
def test_names_the_methods_it_knows(client: Client, method: str, path: str, allowed: str) -> None:
    answer = send(client, method, path)

    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"].startswith(allowed)


def test_speaks_json_only(client: Client) -> None:
    answer = client.get("/api/v1/products/", headers={"Accept": "text/csv"})

    problem(answer, 406, "not_acceptable")


def test_says_which_methods_there_are(client: Client) -> None:
    answer = send(client, "options", "checkout/")

    assert (answer.status_code, answer["Allow"]) == (200, "POST, OPTIONS")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/xml"])
def test_reads_json_only(client: Client, kind: str) -> None:
    answer = client.generic("POST", "/api/v1/cart/items/", b"variant=1", content_type=kind)

    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5000,
        b'{"quantity": 1}trailing',
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=hex"])
def test_refuses_what_is_no_json(client: Client, db: None, body: bytes, kind: str) -> None:
    answer = client.generic("POST", "/api/v1/cart/items/", body, content_type=kind)

    problem(answer, 400, "malformed_json")


@pytest.mark.parametrize("body", [[], "text", 3, None, True, [{"variant": 1}]])
def test_wants_an_object(client: Client, db: None, body: Any) -> None:
    answer = client.generic(
        "POST", "/api/v1/cart/items/", json.dumps(body), content_type="application/json"
    )

    [fault] = problem(answer, 400, "invalid")["errors"]
    assert fault["pointer"] == ""


def test_refuses_a_large_body(client: Client) -> None:
    body = b'{"a": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'

    answer = client.generic("POST", "/api/v1/checkout/", body, content_type="application/json")

    problem(answer, 413, "body_too_large")


def test_names_only_so_many_unknown_fields(client: Client) -> None:
    answer = send(client, "post", "cart/items/", {f"f{number}": 1 for number in range(1000)})

    assert len(problem(answer, 400, "unknown_field")["errors"]) == 20


def test_echoes_an_unknown_name_that_is_no_text(client: Client) -> None:
    answer = client.generic(
        "POST", "/api/v1/cart/items/", b'{"\\ud800": 1}', content_type="application/json"
    )

    problem(answer, 400, "unknown_field")


@pytest.mark.parametrize(
    "given", ["Bearer abc", "bearer", "Basic YTpi", "Token x", "", "Bearer \xff", "Bearer a b c"]
)
@pytest.mark.parametrize("path", ["products/", "cart/", "nothing/"])
def test_refuses_every_token(client: Client, given: str, path: str) -> None:
    answer = client.get(f"/api/v1/{path}", headers={"Authorization": given})

    problem(answer, 401, "invalid_token")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'


def test_takes_no_session_for_a_token(client: Client, shop: Shop) -> None:
    user = accounts.create_customer(email="sam@example.com", password="correct horse battery")
    client.force_login(user)
    cart = carts.open_cart(user_id=user.pk).cart
    carts.add_line(cart_id=cart.pk, variant_id=shop.medium, quantity=1)

    shown = send(client, "get", "cart/")
    added = send(client, "post", "cart/items/", {"variant": str(shop.medium), "quantity": 1})

    problem(shown, 404, "cart_not_found")
    assert added.json()["items"][0]["quantity"] == 1
    assert Cart.objects.exclude(pk=cart.pk).get().user_id is None
    assert not added.cookies


def test_refuses_a_foreign_host(client: Client) -> None:
    answer = client.get("/api/v1/products/", headers={"Host": "evil.example"})

    problem(answer, 400, "bad_request")


def test_keeps_the_callers_request_id(client: Client) -> None:
    answer = client.get("/api/v1/nothing/", headers={"X-Request-Id": "from-the-app-1"})

    assert problem(answer, 404, "not_found")["request_id"] == "from-the-app-1"


def fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(slug: str) -> None:
        raise error

    monkeypatch.setattr(catalog_api, "find_product", fail)


def test_tells_nothing_about_an_error_of_ours(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fail_with(monkeypatch, RuntimeError("the secret"))

    answer = send(client, "get", "products/shirt/")

    problem(answer, 500, "internal_error")
    assert b"secret" not in answer.content
    assert "the secret" in caplog.text


def test_asks_to_come_back_when_the_database_is_busy(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = OperationalError("canceling statement due to lock timeout")
    busy.__cause__ = LockNotAvailable()
    fail_with(monkeypatch, busy)

    answer = send(client, "get", "products/shirt/")

    problem(answer, 503, "busy")
    assert answer["Retry-After"] == "2"


def test_asks_to_come_back_when_the_database_is_away(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_with(monkeypatch, OperationalError("connection refused"))

    answer = send(client, "get", "products/shirt/")

    problem(answer, 503, "busy")

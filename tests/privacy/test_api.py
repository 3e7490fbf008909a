"""One's own data for mobile clients."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import ErasureLog, User
from shopflow.lib.models import AuditLog
from tests.api.people import PASSWORD, AppUser, app_user
from tests.api.shop import problem, send
from tests.books import books
from tests.rules.rows import row

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def ada(db: None) -> AppUser:
    return app_user()


def test_exports_ones_own(client: Client, ada: AppUser) -> None:
    app_user("bob@example.com")

    answer = send(client, "get", "me/export/", access=ada.access)

    document = json.loads(b"".join(answer))
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer["Content-Type"] == "application/json"
    assert document["user_id"] == str(ada.user.pk)
    assert [account["email"] for account in document["tables"]["users"]] == ["ada@example.com"]
    assert AuditLog.objects.get(action="export").user_id == ada.user.pk


def test_exports_ten_times_an_hour(client: Client, ada: AppUser) -> None:
    for _ in range(10):
        b"".join(send(client, "get", "me/export/", access=ada.access))

    answer = send(client, "get", "me/export/", access=ada.access)

    problem(answer, 429, "too_many_tries")
    assert int(answer["Retry-After"]) > 0


def test_erases_once(client: Client, ada: AppUser) -> None:
    body = {"password": PASSWORD}

    first = send(client, "post", "me/erasure/", body, access=ada.access)
    again = send(client, "post", "me/erasure/", body, access=ada.access)

    assert (first.status_code, first.content) == (204, b"")
    problem(again, 401, "invalid_token")
    assert User.objects.get(pk=ada.user.pk).email == f"erased-{ada.user.pk}@invalid"
    assert ErasureLog.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"password": "wrong"}, 400, "password_wrong"),
        ({"password": "x\0"}, 400, "invalid"),
        ({"password": ""}, 400, "invalid"),
        ({"password": 7}, 400, "password_wrong"),
        ({"password": None}, 400, "invalid"),
        ({}, 400, "invalid"),
        ([], 400, "invalid"),
        ({"password": PASSWORD, "user_id": "another"}, 400, "unknown_field"),
    ],
)
def test_erases_nothing_without_the_password(
    client: Client, ada: AppUser, body: Any, status: int, code: str
) -> None:
    before = books()

    answer = send(client, "post", "me/erasure/", body, access=ada.access)

    problem(answer, status, code)
    assert books() == before
    assert not ErasureLog.objects.exists()


def test_erases_nothing_while_an_order_is_open(client: Client, ada: AppUser) -> None:
    row("orders", user_id=ada.user.pk)
    before = books()

    answer = send(client, "post", "me/erasure/", {"password": PASSWORD}, access=ada.access)

    problem(answer, 409, "orders_open")
    assert books() == before


@pytest.mark.parametrize(("method", "path"), [("get", "me/export/"), ("post", "me/erasure/")])
def test_is_for_who_is_signed_in(client: Client, ada: AppUser, method: str, path: str) -> None:
    body = {"password": PASSWORD} if method == "post" else None

    problem(send(client, method, path, body), 401, "not_authenticated")

    assert not ErasureLog.objects.exists()
    assert not AuditLog.objects.filter(action="export").exists()

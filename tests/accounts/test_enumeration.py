"""Nothing tells whether an address has an account: neither the answer nor the work it took."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from orders.models import Order
from tests import factories
from tests.accounts.counting import HASHER, Cost, cost_of
from tests.accounts.links import PASSWORD, registered, shopper

pytestmark = pytest.mark.django_db
KNOWN, UNKNOWN = "known@example.com", "other@example.com"
CHANGING = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|(?:known|other)@example\.com')
Ask = Callable[[Client, str], Any]


@pytest.fixture(autouse=True)
def _count_hashes(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [HASHER]


def log_in(client: Client, email: str) -> Any:
    return client.post("/accounts/login/", {"username": email, "password": "wrong"})


def register(client: Client, email: str) -> Any:
    return client.post("/accounts/register/", {"email": email, "password": PASSWORD})


def forget(client: Client, email: str) -> Any:
    return client.post("/accounts/password/forgot/", {"email": email})


def ask_again(client: Client, email: str) -> Any:
    return client.post("/accounts/verify/", {"email": email})


def track(client: Client, email: str) -> Any:
    return client.post("/orders/track/", {"number": "ORD-2026-999999", "email": email})


def change_email(client: Client, email: str) -> Any:
    return client.post("/account/email/", {"email": email, "old": PASSWORD})


def known_and_unknown(ask: Ask, client: Client) -> list[tuple[Cost, Any]]:
    return [cost_of(lambda email=email: ask(client, email)) for email in (KNOWN, UNKNOWN)]  # type: ignore[misc]  # mypy types no defaults of lambdas


def said(response: Any) -> tuple[int, str, bytes]:
    """The answer without what is new in each, and without the address that was typed."""
    body = CHANGING.sub(b"", response.content)
    return response.status_code, response.headers.get("Location", ""), body


@pytest.mark.parametrize(
    ("ask", "hashes"), [(log_in, 1), (register, 1), (forget, 0), (ask_again, 0), (track, 0)]
)
def test_known_and_unknown_cost_and_read_the_same(client: Client, ask: Ask, hashes: int) -> None:
    shopper(KNOWN)
    client.get("/accounts/login/")  # what the first page of all costs more

    (known, shown), (unknown, shown_too) = known_and_unknown(ask, client)

    assert known == unknown
    assert known.hashes == hashes
    assert said(shown) == said(shown_too)


@pytest.mark.parametrize("ask", [log_in, register, forget, ask_again])
def test_an_unverified_account_costs_and_reads_the_same(client: Client, ask: Ask) -> None:
    registered()
    User.objects.update(email=KNOWN)
    client.get("/accounts/login/")

    (known, shown), (unknown, shown_too) = known_and_unknown(ask, client)

    assert known == unknown
    assert said(shown) == said(shown_too)


def test_an_account_without_a_password_costs_and_reads_the_same(client: Client) -> None:
    user = shopper(KNOWN)
    user.set_unusable_password()
    user.save()
    client.get("/accounts/login/")

    (known, shown), (unknown, shown_too) = known_and_unknown(log_in, client)

    assert known == unknown == Cost(1, known.statements)
    assert said(shown) == said(shown_too)


def test_a_change_of_address_costs_and_reads_the_same(client: Client) -> None:
    shopper(KNOWN)
    client.force_login(shopper("me@example.com"))
    client.get("/account/email/")

    (known, shown), (unknown, shown_too) = known_and_unknown(change_email, client)

    assert known == unknown
    assert known.hashes == 1
    assert said(shown) == said(shown_too)


def test_an_order_is_not_found_alike_by_a_wrong_number_and_a_wrong_address(
    client: Client, order: Order
) -> None:
    client.get("/orders/track/")

    def ask(number: str, email: str) -> Any:
        return client.post("/orders/track/", {"number": number, "email": email})

    wrong_number, shown = cost_of(lambda: ask("ORD-2026-999999", factories.EMAIL))
    wrong_email, shown_too = cost_of(lambda: ask(order.order_number, "eve@example.com"))

    assert wrong_number == wrong_email
    assert (shown.status_code, shown_too.status_code) == (404, 404)
    sentence = b"We can&#x27;t find an order with this number and e-mail."
    assert sentence in shown.content
    assert sentence in shown_too.content

"""A page of another site makes a browser send our cookies along: nothing follows from it."""

from typing import Any

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import User
from tests.access.people import People
from tests.access.routes import Route, routes
from tests.access.test_every_url import watched
from tests.staff import owner, signed_in

pytestmark = pytest.mark.django_db

# Whoever calls these proves it otherwise: by a token in a header, by a signature of the body.
PROVE_OTHERWISE = ("api/", "webhooks/")
EVIL = {
    "Origin": "https://evil.example",
    "Referer": "https://evil.example/",
    "Sec-Fetch-Site": "cross-site",
}
# An old browser says neither.
SILENT: dict[str, str] = {}


@pytest.fixture(scope="module")
def addresses(people: People, django_db_blocker: DjangoDbBlocker) -> dict[Route, str]:
    with django_db_blocker.unblock():
        return {route: route.address(people.ada) for route in routes()}


def strict(user: User) -> Client:
    """A browser that somebody is signed in with, before a server that checks forms."""
    return signed_in(user, enforce_csrf_checks=True, raise_request_exception=False)


def refused(client: Client, address: str, headers: dict[str, str]) -> Any:
    fields = {"quantity": "2", "number": "ORD-1", "email": "a@b.example"}
    return client.post(address, fields, headers=headers)


@pytest.mark.parametrize("headers", [EVIL, SILENT], ids=["named", "silent"])
@pytest.mark.parametrize("is_staff", [False, True], ids=["shopper", "staff"])
def test_get_403_for_every_form(
    people: People,
    addresses: dict[Route, str],
    web_connection: BaseDatabaseWrapper,
    headers: dict[str, str],
    is_staff: bool,
) -> None:
    assert people.ada.user
    client = strict(owner() if is_staff else people.ada.user)
    before = watched(web_connection)

    answers = {
        route.pattern: refused(client, address, headers).status_code
        for route, address in addresses.items()
        if not route.pattern.startswith(PROVE_OTHERWISE)
    }

    assert len(answers) > 100
    assert {pattern: status for pattern, status in answers.items() if status != 403} == {}
    assert watched(web_connection) == before


def test_change_nothing_through_the_api(
    people: People, addresses: dict[Route, str], web_connection: BaseDatabaseWrapper
) -> None:
    """Its cookies count for nothing there, so there is nothing to protect."""
    assert people.ada.user
    client = strict(people.ada.user)
    before = watched(web_connection)

    answers = {
        route.pattern: client.generic(
            method, address, "{}", content_type="application/json", headers=EVIL
        ).status_code
        for route, address in addresses.items()
        if route.pattern.startswith(PROVE_OTHERWISE)
        for method in ("POST", "PATCH", "DELETE")
        # Somebody without an account may make a cart: it belongs to nobody.
        if route.pattern != "api/v1/cart/"
    }

    assert {pattern: status for pattern, status in answers.items() if status < 400} == {}
    assert watched(web_connection) == before

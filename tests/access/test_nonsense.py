"""Every address with every query parameter of the shop, filled with what attackers write."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.contrib.admin.views import main as changelists
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.access.people import People
from tests.access.routes import Route, routes
from tests.architecture.rules.tree import PRODUCT
from tests.staff import owner, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("web_connection")]

ROOT = Path(settings.BASE_DIR)
IN_CODE = re.compile(r"""(?:GET|query_params|asked)(?:\.get(?:list)?\(|\[)\s*f?["']([\w-]+)""")
OF_ADMIN = {
    changelists.ALL_VAR,
    changelists.ORDER_VAR,
    changelists.PAGE_VAR,
    changelists.SEARCH_VAR,
    changelists.ERROR_FLAG,
    "_facets",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "id__in",
    "status__exact",
    "app_label",
    "model_name",
    "field_name",
    "term",
}
VALUES = [
    "' OR 1=1 --",
    "1);--",
    "1; DROP TABLE users",
    "user__password",
    "-user__password__startswith",
    "password.hash",
    "__class__",
    "a\0b",
    "\x7f\x1b%0a",
    "-1",
    "1e3",
    "NaN",
    "9" * 400,
    "٣",
    "{{ 7 * 7 }}",
    "<img src=x onerror=alert(1)>",
    "../../../../etc/passwd",
    "$gt",
    "[]",
]
WORST = ["' OR 1=1 --", "user__password", "a\0b"]
# Names that would reach the ORM if a query were ever handed on as keyword arguments.
NAMES = [
    "password",
    "user__password__startswith",
    "pk__in",
    "id'; --",
    "order_by",
    "a.b",
    "__proto__",
    "_dict",
    "extra\0",
    "x" * 300,
]


def in_code() -> set[str]:
    """Every parameter that a view, an endpoint or a template of the shop reads."""
    files = [file for app in PRODUCT for file in (ROOT / app).rglob("*.py")]
    return {name for file in files for name in IN_CODE.findall(file.read_text())}


def in_api() -> set[str]:
    described = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"))
    return {
        parameter["name"]
        for methods in described["paths"].values()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    }


def queries(names: set[str]) -> Iterator[dict[str, str]]:
    """Each value for all parameters at once, the worst for each of them, and each strange name.

    The first parameter that is refused hides the others, hence both.
    """
    for value in VALUES:
        yield dict.fromkeys(names, value)
    for name in sorted(names):
        for value in WORST:
            yield {name: value}
    for name in NAMES:
        yield {name: "1"}


def broken(client: Client, address: str, asked: list[dict[str, str]]) -> list[str]:
    found = []
    for query in asked:
        answer = client.get(address, query)
        if answer.streaming:
            b"".join(answer)
        if answer.status_code >= 500:
            found.append(f"{address} {query} answers {answer.status_code}")
    return found


def test_knows_the_parameters_there_are() -> None:
    assert in_code() >= {"token", "after", "n", "q", "sort", "variant", "picture"}
    assert in_api() >= {"cursor", "limit", "ordering", "q", "brand", "price_min", "updated_since"}


@pytest.fixture(scope="module")
def addresses(people: People, django_db_blocker: DjangoDbBlocker) -> dict[Route, str]:
    with django_db_blocker.unblock():
        return {
            route: route.address(people.ada) for route in routes() if "logout" not in route.pattern
        }


def test_is_answered_on_every_page(people: People, addresses: dict[Route, str]) -> None:
    assert people.ada.user
    client = signed_in(people.ada.user, raise_request_exception=False)
    names = in_code() | in_api()
    asked = list(queries(names))

    assert len(asked) >= len(names) * 3 + len(VALUES)
    for route, address in addresses.items():
        if not route.is_of_staff:
            known = asked if client.get(address).status_code == 200 else asked[: len(VALUES)]
            assert broken(client, address, known) == []


def test_is_answered_on_every_page_of_staff(addresses: dict[Route, str]) -> None:
    client = signed_in(owner(), raise_request_exception=False)
    asked = list(queries(OF_ADMIN))

    for route, address in addresses.items():
        if route.is_of_staff:
            is_list = route.pattern.count("/") == 3
            assert broken(client, address, asked if is_list else asked[:2]) == []

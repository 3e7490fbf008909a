"""Every address with every query parameter of the shop, filled with what attackers write."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views import main as changelists
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from tests.access.people import People
from tests.access.routes import Route, routes
from tests.access.watching import watch_parameters
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
# Of the questions to lists of the staff site; there are several times as many lists.
SHARES = 5
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


@dataclass(frozen=True)
class Prober:
    """Asks pages; knows which parameters the one asked last looked at."""

    client: Client
    looked: set[str]

    def asked(self, address: str, query: dict[str, str]) -> Iterator[str]:
        """Ask a page; yield what is wrong with its answer."""
        self.looked.clear()
        answer = self.client.get(address, query)
        if answer.streaming:
            b"".join(answer)
        if answer.status_code >= 500:
            yield f"{address} {query} answers {answer.status_code}"

    def broken(self, address: str, names: set[str]) -> tuple[list[str], set[str]]:
        """Return what is wrong with a page's answers, and which parameters it looks at.

        Each value for all parameters at once, then the worst for each that it looks at: the first
        that is refused hides the others. What a page never looks at can't do anything to it, so
        one that looks at nothing is asked for the worst alone.
        """
        found: list[str] = []
        seen: set[str] = set()

        def ask(query: dict[str, str]) -> None:
            found.extend(self.asked(address, query))
            seen.update(self.looked)

        ask(dict.fromkeys(names, "1"))
        ask(dict.fromkeys(NAMES, "1"))
        for value in VALUES if seen else WORST:
            ask(dict.fromkeys(names, value))
        for name in sorted(seen):
            for value in ["1"] if name in NAMES else WORST:
                ask({name: value})
        return found, seen


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Which parameters of its address the page has looked at since the set was last emptied."""
    return watch_parameters(monkeypatch)


def test_knows_the_parameters_there_are() -> None:
    assert in_code() >= {"token", "after", "n", "q", "sort", "variant", "paper"}
    assert in_api() >= {"cursor", "limit", "ordering", "q", "brand", "price_min", "updated_since"}


@pytest.fixture(scope="module")
def addresses(people: People, django_db_blocker: DjangoDbBlocker) -> dict[Route, str]:
    with django_db_blocker.unblock():
        return {
            route: route.address(people.ada) for route in routes() if "logout" not in route.pattern
        }


def test_is_answered_on_every_page(
    people: People, addresses: dict[Route, str], looked: set[str]
) -> None:
    assert people.ada.user
    prober = Prober(signed_in(people.ada.user, raise_request_exception=False), looked)
    names = in_code() | in_api()
    read = set()

    for route, address in addresses.items():
        if not route.is_of_staff:
            found, seen = prober.broken(address, names)
            assert found == []
            read |= seen

    # Else nothing was proved.
    assert read >= {"token", "after", "n", "q", "sort", "variant", "paper", "cursor", "limit"}
    assert read >= set(NAMES)


def test_names_a_page_that_breaks(people: People, settings: Settings, looked: set[str]) -> None:
    settings.ROOT_URLCONF = "tests.access.planted.urls"
    prober = Prober(Client(raise_request_exception=False), looked)

    found, seen = prober.broken("/planted/orders/", {"then", "q"})

    assert found == []
    assert seen >= {"as", "then"}
    assert list(prober.asked("/planted/orders/", {"as": "nobody", "then": "fail"})) == [
        "/planted/orders/ {'as': 'nobody', 'then': 'fail'} answers 500"
    ]


def test_is_answered_on_every_page_of_staff(addresses: dict[Route, str]) -> None:
    """All lists are one page of Django's: each is asked its share of what all are asked."""
    client = signed_in(owner(), raise_request_exception=False)
    prober = Prober(client, set())
    everything = [
        *(dict.fromkeys(OF_ADMIN, value) for value in VALUES),
        *({name: value} for name in sorted(OF_ADMIN) for value in WORST),
        *({name: "1"} for name in NAMES),
    ]
    lists = [route for route in addresses if route.is_of_staff and route.pattern.count("/") == 3]

    for number, route in enumerate(lists):
        own = ({name: value} for name in own_filters(route) for value in WORST)
        for query in (*everything[number % SHARES :: SHARES], *own):
            assert list(prober.asked(addresses[route], query)) == []
    others = [route for route in addresses if route.is_of_staff and route not in lists]
    for number, route in enumerate(others):
        query = dict.fromkeys(OF_ADMIN, VALUES[number % len(VALUES)])
        assert list(prober.asked(addresses[route], query)) == []


def own_filters(route: Route) -> list[str]:
    """Return the parameters of the filters beside a list."""
    filters = admin.site._registry[route.model].list_filter if route.model else ()
    names = (f"{one}__exact" if isinstance(one, str) else _named(one) for one in filters)
    return [name for name in names if name]


def _named(one: Any) -> str:
    return str(getattr(one, "parameter_name", ""))

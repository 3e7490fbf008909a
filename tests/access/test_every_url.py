"""Every address × who must not see somebody else's × method: nothing is shown, nothing changes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as the_shops
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from accounts import access_tokens
from accounts import commands as accounts
from accounts.access_tokens import Caller
from shopflow.access.rights import PROTECTED
from tests.access.people import People, Person
from tests.access.routes import Route, Unclassified, routes
from tests.ledger import ledger
from tests.staff import employee, owner, signed_in

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PATCH", "DELETE")
REFUSED = {401, 403, 404, 405}
WATCHED = [
    *PROTECTED,
    "users", "user_sessions", "carts", "cart_items", "idempotency_keys", "gift_cards",
    "gift_card_holds", "order_return_items", "order_shipment_events",
]  # fmt: skip
# What is to be called for each route with each victim's things.
Site = dict[tuple[Route, str], str]
STAFF_DOOR = "/admin/login/?next="
DOOR = "/accounts/login/?next="


@dataclass(frozen=True)
class Asker:
    """Somebody with a browser and an app, who sends whatever they hold."""

    client: Client
    order_token: str = ""
    cart_token: str = ""
    access: str = ""
    is_staff: bool = False

    def ask(self, method: str, route: Route, address: str, victim: Person) -> Any:
        """Send a request with which nothing is wrong but who sends it."""
        if self.order_token and not route.is_of_api:
            address += f"?token={self.order_token}"
        given = {
            "Sec-Fetch-Site": "same-origin",
            "Idempotency-Key": f"one-for-{method}-{route.pattern}",
            "X-Order-Token": self.order_token,
            "X-Cart-Token": self.cart_token,
            "Authorization": f"Bearer {self.access}" if self.access and route.is_of_api else "",
        }
        headers = {name: value for name, value in given.items() if value}
        if method == "POST" and not route.is_of_api:
            return self.client.post(address, _fields(victim), headers=headers)
        body = "" if method == "GET" else json.dumps(_body(method, route, victim))
        return self.client.generic(
            method, address, body, content_type="application/json", headers=headers
        )


def _fields(victim: Person) -> dict[str, str]:
    return {
        "quantity": "2",
        "number": victim.order.order_number,
        "email": "a@b.example",
        "code": victim.gift_code,
    }


def _body(method: str, route: Route, victim: Person) -> dict[str, Any]:
    if method == "POST":
        return route.body(victim)
    if method == "PATCH":
        return {"company": "Elsewhere"} if route.needs_account else {"quantity": 2}
    return {}


def nobody(people: People) -> Asker:
    return Asker(_browser())


def another_user(people: People) -> Asker:
    assert people.bob.user
    return Asker(_browser(people.bob.user), access=people.bob.access())


def guest_with_another_order(people: People) -> Asker:
    return _guest(people.guest)


def staff_without_permission(people: People) -> Asker:
    user = employee()
    family = accounts.sign_in(user_id=user.pk, device="Till", ip=None).family
    access = access_tokens.issue(Caller(user_id=user.pk, family=family))
    return Asker(_browser(user), access=access, is_staff=True)


def _guest(person: Person) -> Asker:
    assert person.cart_token
    browser = _browser()
    browser.cookies[the_shops.CART_COOKIE_NAME] = person.cart_token
    return Asker(browser, person.order_token, person.cart_token)


def _browser(user: Any = None) -> Client:
    """An error comes back as an answer, as it does from the server."""
    if user is None:
        return Client(raise_request_exception=False)
    return signed_in(user, raise_request_exception=False)


def faults(answer: Any, route: Route, asker: Asker, victims: list[Person]) -> Iterator[str]:
    """What is wrong with an answer to somebody who is none of the victims."""
    said = f"{answer.headers} {b''.join(answer)!r}" if answer.streaming else _said(answer)
    for victim in victims:
        if victim.marker in said:
            yield f"shows {victim.marker}"
    if answer.status_code >= 500 or not _is_expected(answer, route, asker):
        yield f"answers {answer.status_code} {answer.headers.get('Location', '')}"


def _said(answer: Any) -> str:
    return f"{answer.headers} {answer.content.decode()}"


def _is_expected(answer: Any, route: Route, asker: Asker) -> bool:
    """Whether the answer is a refusal, where one is due."""
    location = answer.headers.get("Location", "")
    if route.is_of_staff and not asker.is_staff:
        # All of it is behind one door; the door itself is open.
        return location.startswith(STAFF_DOOR) or route.pattern in {"admin/login/", "admin/logout/"}
    if not route.is_private:
        return True
    if answer.status_code == 302 and location.startswith(DOOR):
        return route.needs_account
    if route.is_of_staff and answer.status_code == 302:
        # To the row's page, or to its history: there they are refused.
        return asker.client.get(location).status_code in REFUSED
    return answer.status_code in REFUSED


def watched(owners: BaseDatabaseWrapper) -> list[tuple[Any, ...]]:
    """A fingerprint of everything that nobody of them may change."""
    each = (
        f"SELECT '{table}', count(*), md5(string_agg(t::text, '|' ORDER BY id)) FROM {table} t"  # noqa: S608 - the declaration's own names
        for table in WATCHED
    )
    with owners.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return list(cursor.fetchall())


def tried(
    asker: Asker, site: Site, route: Route, victims: list[Person], owners: BaseDatabaseWrapper
) -> Iterator[str]:
    """Try an address with every method and everybody's things; yield what came out that mustn't."""
    before = watched(owners)
    for victim in victims if route.is_private and not route.is_of_staff else victims[:1]:
        for method in METHODS:
            answer = asker.ask(method, route, site[route, victim.marker], victim)
            for fault in faults(answer, route, asker, victims):
                yield f"{method} /{route.pattern} {fault}"
    if route.is_private and watched(owners) != before:
        yield f"/{route.pattern} changes something"


@pytest.fixture(scope="module")
def site(people: People, django_db_blocker: DjangoDbBlocker) -> Site:
    with django_db_blocker.unblock():
        return {
            (route, person.marker): route.address(person)
            for route in routes()
            for person in (people.ada, people.guest)
        }


@ledger("S0-28", "C-52", "S3-24")
@pytest.mark.parametrize(
    "who", [nobody, another_user, guest_with_another_order, staff_without_permission]
)
def test_shows_and_changes_nothing_of_another(
    who: Callable[[People], Asker],
    people: People,
    site: Site,
    web_connection: BaseDatabaseWrapper,
) -> None:
    asker = who(people)
    victims = [people.ada] if who is guest_with_another_order else [people.ada, people.guest]

    # Who has gone out proves nothing afterwards.
    ways_out_last = sorted(routes(), key=lambda route: "logout" in route.pattern)
    found = [
        fault
        for route in ways_out_last
        for fault in tried(asker, site, route, victims, web_connection)
    ]

    assert found == []


def test_names_a_page_that_leaks(
    people: People, settings: Settings, web_connection: BaseDatabaseWrapper
) -> None:
    settings.ROOT_URLCONF = "tests.access.planted.urls"
    leak = Route("planted/leak/", ())

    found = list(
        tried(
            nobody(people), {(leak, "zqada"): "/planted/leak/"}, leak, [people.ada], web_connection
        )
    )

    assert found == [f"{method} /planted/leak/ shows zqada" for method in METHODS]


def test_names_an_address_that_nobody_thought_of(people: People) -> None:
    with pytest.raises(Unclassified, match=r"say in tests/access/routes.py what diary names"):
        Route("diaries/{diary}/", ("diary",)).address(people.ada)


def answers(asker: Asker, site: Site, route: Route, person: Person) -> Iterator[Any]:
    """Ask the gentler way first: what was removed can't be asked for again."""
    for method in ("GET", "PATCH", "POST", "DELETE"):
        answer = asker.ask(method, route, site[route, person.marker], person)
        if answer.status_code not in REFUSED:
            yield answer


@pytest.mark.usefixtures("web_connection")
def test_refuses_nothing_to_whose_it_is(people: People, site: Site) -> None:
    """Else the refusals above would prove nothing."""
    assert people.ada.user
    private = [route for route in routes() if route.is_private and not route.needs_staff]
    of_guests = [route for route in private if not route.needs_account]

    for asker, person, asked in (
        (Asker(_browser(people.ada.user), access=people.ada.access()), people.ada, private),
        (_guest(people.guest), people.guest, of_guests),
    ):
        shown = {route.pattern: next(answers(asker, site, route, person)) for route in asked}
        said = {pattern: _said(answer) for pattern, answer in shown.items()}
        assert person.marker in said["orders/{number}/"]
        assert all(answer.status_code < 500 for answer in shown.values())


@pytest.mark.usefixtures("web_connection")
def test_shows_staff_with_every_permission_what_they_ask_for(people: People, site: Site) -> None:
    asker = Asker(_browser(owner()), is_staff=True)
    seen = set()

    for route in routes():
        if not route.is_of_staff or "{row_id}" in route.pattern:
            continue
        answer = asker.ask("GET", route, site[route, people.ada.marker], people.ada)
        assert answer.status_code in {200, 302, 303} | REFUSED, route
        if route.model and answer.status_code == 200 and people.ada.marker in _said(answer):
            seen.add(route.model._meta.db_table)

    assert seen >= {"users", "orders", "payments", "refunds", "payment_events", "coupon_usage"}

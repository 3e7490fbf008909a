"""Every address of the shop, found in its URLconf and filled in with what is somebody's."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern
from django.utils.regex_helper import normalize

from shopflow.access.rights import PROTECTED
from tests.access.people import Person
from tests.staff import first_row

# What names something of a person's: nobody else gets an answer there.
PRIVATE = {
    "number",
    "shipment_id",
    "item_id",
    "id",
    "object_id",
    "row_id",
    "address_id",
    "method_id",
}
# Whose table it is a row of.
OWN_TABLES = {
    "address_id": "user_addresses",
    "method_id": "user_payment_methods",
    "shipment_id": "order_shipments",
}
# What everybody may know.
PUBLIC = {
    "slug": "public",
    "slugs": "public",
    "code": "TENOFF",
    "provider": "sandbox",
    "path": "products/nothing.webp",
    "app_label": "orders",
    "url": "nowhere",
    "part": "1",
    # Of a mailed link; made up, and so nobody's.
    "token": "made-up",
    "app": "accounts",
    "kind": "reset",
    # Of a developer's own mailbox: it doesn't exist anywhere else.
    "mail_id": "00000000-0000-7000-8000-000000000000",
}
# What people read out to us.
NUMBERS: dict[str, Callable[[Person], str]] = {
    "number": lambda victim: victim.order.order_number,
    "return_number": lambda victim: victim.order.returns.get().return_number,
}
# What the API is sent by POST, so that nothing is wrong with it but who sends it.
BODIES: dict[str, Callable[[Person], dict[str, Any]]] = {
    "/returns/": lambda victim: {
        "kind": "return",
        "resolution": "refund",
        "lines": [{"item": str(victim.line_id), "quantity": 1, "reason": "unwanted"}],
    },
    "/withdrawal/": lambda victim: {"name": "Somebody"},
    "}/gift-cards/": lambda victim: {"code": victim.gift_code},
    "/shipments/": lambda victim: {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"},
    "/events/": lambda victim: {"status": "in_transit"},
}
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
ADMIN = "admin/"
ACCOUNTS_ONLY = ("account/", "api/v1/me/", "api/v1/auth/sessions/")
NOTHING = UUID(int=0)


class Unclassified(AssertionError):
    """An address that these tests don't know how to call."""


@dataclass(frozen=True)
class Route:
    """`pattern` is a format string, such as `orders/{number}/`."""

    pattern: str
    parameters: tuple[str, ...]

    @property
    def is_private(self) -> bool:
        """Whether nobody gets an answer here but whose it is, or staff with the permission."""
        return bool(PRIVATE & set(self.parameters)) or self.model is not None

    @property
    def is_of_staff(self) -> bool:
        return self.pattern.startswith(ADMIN)

    @property
    def needs_staff(self) -> bool:
        """Whether whose it is gets no answer here either."""
        return self.is_of_staff or self.pattern.startswith("api/v1/staff/")

    @property
    def is_of_api(self) -> bool:
        return self.pattern.startswith("api/")

    @property
    def needs_account(self) -> bool:
        """Whether a guest has nothing here."""
        return self.pattern.startswith(ACCOUNTS_ONLY)

    def address(self, victim: Person) -> str:
        """Return the address with what is the victim's. Raises Unclassified."""
        values = {name: self._value(name, victim) for name in self.parameters}
        return "/" + self.pattern.format(**values)

    def body(self, victim: Person) -> dict[str, Any]:
        """Return what is sent to the API by POST; most want nothing."""
        of_ends = (body for end, body in BODIES.items() if self.pattern.endswith(end))
        return next(of_ends, lambda victim: {})(victim)

    def _value(self, name: str, victim: Person) -> str:
        if name in PUBLIC:
            return PUBLIC[name]
        if name in NUMBERS:
            return NUMBERS[name](victim)
        if name == "content_type_id":
            return str(ContentType.objects.get_for_model(type(victim.order)).pk)
        if name in {"object_id", "row_id"} and self.is_of_staff:
            return str(self._row_of_admin(victim))
        if name in OWN_TABLES:
            return str(min(victim.rows(OWN_TABLES[name]), default=NOTHING))
        if name == "id" and "sessions" in self.pattern:
            return str(victim.sign_in or NOTHING)
        if name in {"item_id", "id"}:
            return str(victim.cart.items.get().pk)
        raise Unclassified(
            f"{self.pattern}: say in tests/access/routes.py what {name} names, and whether it is "
            "somebody's"
        )

    @property
    def model(self) -> type[Model] | None:
        """What a page of the staff site is about."""
        for model in admin.site._registry:
            about = model._meta
            if self.pattern.startswith(f"{ADMIN}{about.app_label}/{about.model_name}/"):
                return model
        return None

    def _row_of_admin(self, victim: Person) -> Any:
        """Return the id of a row for the page: the victim's, if rows are people's."""
        if self.model is None:
            return victim.order.pk
        table = self.model._meta.db_table
        if table in PROTECTED and (mine := victim.rows(table)):
            return min(mine)
        if (row := first_row(admin.site._registry[self.model])) is not None:
            return row.pk
        raise Unclassified(f"{self.pattern}: tests/access/people.py makes no row of {table}")


def routes() -> list[Route]:
    """Return all of them."""
    return [
        Route(pattern, tuple(re.findall(r"{(\w+)}", pattern)))
        for pattern in _patterns(get_resolver().url_patterns, "")
    ]


def _patterns(entries: list[URLPattern | URLResolver], start: str) -> Iterator[str]:
    for entry in entries:
        here = start + _format(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry.url_patterns, here)
        else:
            yield here


def _format(pattern: Any) -> str:
    if isinstance(pattern, RoutePattern):
        return PARAMETER.sub(r"{\1}", str(pattern))
    [(text, _), *_] = normalize(str(pattern))
    return re.sub(r"%\((\w+)\)s", r"{\1}", text)

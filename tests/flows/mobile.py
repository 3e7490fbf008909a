"""A mobile client of the running shop, as docs/api.md describes one."""

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from tests.flows.running_shop import RunningShop
from tests.payments.sandbox_process import send

ROOT = "/api/v1"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Byron",
    "address_line_1": "1 Main Street",
    "city": "New York",
    "state": "NY",
    "postal_code": "10001",
    "country_code": "US",
}


@dataclass
class Mobile:
    """Keeps its tokens; `called` are the paths it has asked for."""

    shop: RunningShop
    cart: str = ""
    order: str = ""
    access: str = ""
    refresh: str = ""
    called: list[str] = field(default_factory=list)

    def get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path, 200)

    def post(
        self, path: str, body: dict[str, Any] | None = None, *, status: int = 201, key: str = ""
    ) -> dict[str, Any]:
        return self._call("POST", path, status, body, key)

    def patch(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call("PATCH", path, 200, body)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in, with the guest's cart."""
        given = {"email": email, "password": password, "device": "My terminal"}
        self._keep(self.post("/auth/login/", given, status=200))
        self.cart = ""

    def trade(self) -> None:
        """Get the next pair of tokens."""
        self._keep(self.post("/auth/refresh/", {"refresh": self.refresh}, status=200))

    def find(self, product: str) -> dict[str, Any]:
        """Return the first variant of a product that is in stock."""
        variants = self.get(f"/products/{product}/")["variants"]
        return next(variant for variant in variants if variant["in_stock"])

    def put_in_cart(self, variant: dict[str, Any], quantity: int) -> dict[str, Any]:
        return self.post("/cart/items/", {"variant": variant["id"], "quantity": quantity})

    def quote(self) -> dict[str, Any]:
        return self.post("/cart/quote/", {"shipping_address": ADDRESS}, status=200)

    def check_out(self, quote: dict[str, Any], *, key: str) -> dict[str, Any]:
        """Place the order for what was quoted and return it."""
        body = {
            "email": "ada@example.com",
            "shipping_address": ADDRESS,
            "shipping_method": quote["shipping_method"],
            "expected_total": quote["total"]["amount"],
        }
        order: dict[str, Any] = self.post("/checkout/", body, key=key)["order"]
        self.order = order["token"]
        return order

    def start_to_pay(self, number: str, *, key: str) -> str:
        """Return the address of the provider's page."""
        action = self.post(f"/orders/{number}/payments/", key=key)["client_action"]
        return str(action["redirect"])

    def see(self, number: str) -> dict[str, Any]:
        return self.get(f"/orders/{number}/")

    def buy(self, product: str) -> str:
        """Order one unit and pay it; return the order's number."""
        key = secrets.token_hex(8)
        self.put_in_cart(self.find(product), 1)
        number: str = self.check_out(self.quote(), key=key)["number"]
        page = self.start_to_pay(number, key=key)
        self.shop.sandbox.pay(page.rpartition("/")[2])
        return number

    def _keep(self, tokens: dict[str, Any]) -> None:
        self.access, self.refresh = tokens["access"], tokens["refresh"]

    def _call(
        self, method: str, path: str, status: int, body: Any = None, key: str = ""
    ) -> dict[str, Any]:
        self.called.append(path)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        headers |= {"X-Cart-Token": self.cart, "X-Order-Token": self.order}
        headers |= {"Authorization": f"Bearer {self.access}" if self.access else ""}
        reply = send(
            method,
            f"{self.shop.url}{ROOT}{path}",
            body=None if body is None else json.dumps(body).encode(),
            headers={name: value for name, value in headers.items() if value},
        )
        assert reply.status == status, reply.text
        self.cart = reply.headers.get("X-Cart-Token", self.cart)
        return reply.json if reply.text else {}

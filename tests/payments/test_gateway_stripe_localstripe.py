"""The Stripe adapter over HTTP against localstripe, which keeps state like Stripe.

What it can't do (Checkout, keys, disputes) is in test_gateway_stripe.py, on written answers.
"""

import http.client
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings

from payments.gateways.base import GatewayRefused, GatewayUnavailable
from payments.gateways.stripe import StripeGateway
from payments.gateways.stripe.wire import Wire
from shopflow.lib.ids import new_id
from shopflow.lib.money import Money

PRICE = Money(Decimal("59.90"), "USD")
PART = Money(Decimal("20.00"), "USD")
NOTHING = Money(Decimal("0.00"), "USD")
PAYS, ASKS, FAILS = "4242424242424242", "4000002500003155", "4000000000000341"


@dataclass(frozen=True)
class Localstripe:
    """The running server, asked as a browser's script or a test would."""

    port: int

    def ask(self, method: str, path: str, **values: str) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {
            "Authorization": "Bearer sk_test_shop",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request(method, path, urlencode(values), headers)
            answer = connection.getresponse()
            found: dict[str, Any] = json.loads(answer.read())
            assert answer.status == 200, found
            return found
        finally:
            connection.close()

    def kept_card(self, number: str = PAYS) -> str:
        """A card of a customer, as Checkout would have kept it; its token."""
        customer = self.ask("POST", "/v1/customers", email="ada@example.com")["id"]
        card = {"number": number, "exp_month": "12", "exp_year": "2034", "cvc": "123"}
        facts = {f"card[{name}]": value for name, value in card.items()}
        token = str(self.ask("POST", "/v1/payment_methods", type="card", **facts)["id"])
        self.ask("POST", f"/v1/payment_methods/{token}/attach", customer=customer)
        return token


@pytest.fixture(scope="module")
def localstripe() -> Iterator[Localstripe]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.payments.localstripe_server"],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    with process.stdout:
        yield Localstripe(int(process.stdout.readline()))
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture
def gateway(localstripe: Localstripe) -> StripeGateway:
    wire = Wire(api_key="sk_test_shop", api_base=f"http://127.0.0.1:{localstripe.port}")
    return StripeGateway(wire=wire, origins=["https://checkout.stripe.com"], secrets=["whsec"])


def charge(gateway: StripeGateway, token: str, **more: Any) -> Any:
    facts: dict[str, Any] = {"key": str(new_id()), "amount": PRICE, "reference": "ORD-1", **more}
    return gateway.create(return_url="https://shop.example/thanks/", token=token, **facts)


def test_charges_a_kept_card(gateway: StripeGateway, localstripe: Localstripe) -> None:
    key = str(new_id())

    paid = charge(gateway, localstripe.kept_card(), key=key)

    assert (paid.status, paid.amount, paid.captured, paid.refunded) == (
        "captured",
        PRICE,
        PRICE,
        NOTHING,
    )
    assert (paid.key, paid.reference, paid.redirect_url) == (key, "ORD-1", None)
    assert (paid.card_brand, paid.card_last_four) == ("Visa", "4242")
    assert gateway.fetch(payment_id=paid.id) == paid


def test_finds_what_a_lost_answer_was_about(
    gateway: StripeGateway, localstripe: Localstripe
) -> None:
    key = str(new_id())
    paid = charge(gateway, localstripe.kept_card(), key=key)

    assert gateway.find(key=key) == paid
    assert gateway.find(key=str(new_id())) is None


def test_a_declined_card_ends_the_attempt(gateway: StripeGateway, localstripe: Localstripe) -> None:
    declined = charge(gateway, localstripe.kept_card(FAILS))

    assert (declined.status, declined.captured) == ("failed", NOTHING)
    assert (declined.failure_code, declined.failure_reason) == (
        "card_declined",
        "Your card was declined.",
    )


def test_a_bank_may_ask_its_card_holder(gateway: StripeGateway, localstripe: Localstripe) -> None:
    asked = charge(gateway, localstripe.kept_card(ASKS))
    path = f"/v1/payment_intents/{asked.id}"
    secret = localstripe.ask("GET", path)["client_secret"]
    localstripe.ask("POST", f"{path}/_authenticate", client_secret=secret, success="true")

    paid = gateway.fetch(payment_id=asked.id)

    assert (asked.status, asked.captured) == ("requires_action", NOTHING)
    assert (paid.status, paid.captured) == ("captured", PRICE)


def test_authorizes_and_takes_all(gateway: StripeGateway, localstripe: Localstripe) -> None:
    promised = charge(gateway, localstripe.kept_card(), captures=False)

    taken = gateway.capture(payment_id=promised.id, amount=PRICE, key="capture-1")

    assert (promised.status, promised.captured) == ("authorized", NOTHING)
    assert (taken.status, taken.captured, taken.refunded) == ("captured", PRICE, NOTHING)


def test_authorizes_and_takes_a_part(gateway: StripeGateway, localstripe: Localstripe) -> None:
    promised = charge(gateway, localstripe.kept_card(), captures=False)

    taken = gateway.capture(payment_id=promised.id, amount=PART, key="capture-1")

    assert (taken.status, taken.amount, taken.captured, taken.refunded) == (
        "captured",
        PRICE,
        PART,
        NOTHING,
    )


def test_voids_what_is_authorized_and_leaves_what_is_captured(
    gateway: StripeGateway, localstripe: Localstripe
) -> None:
    promised = charge(gateway, localstripe.kept_card(), captures=False)
    asked = charge(gateway, localstripe.kept_card(ASKS))
    paid = charge(gateway, localstripe.kept_card())

    assert gateway.void(payment_id=promised.id, key="void-1").status == "voided"
    assert gateway.void(payment_id=asked.id, key="void-2").status == "voided"
    assert gateway.void(payment_id=paid.id, key="void-3") == paid
    assert gateway.void(payment_id=promised.id, key="void-1").status == "voided"


def test_refunds_parts(gateway: StripeGateway, localstripe: Localstripe) -> None:
    paid = charge(gateway, localstripe.kept_card())

    refund = gateway.refund(payment_id=paid.id, amount=PART, key="refund-1")

    assert (refund.payment_id, refund.amount, refund.status, refund.key) == (
        paid.id,
        PART,
        "succeeded",
        "refund-1",
    )
    assert gateway.fetch_refund(refund_id=refund.id, currency="USD") == refund
    assert gateway.fetch(payment_id=paid.id).refunded == PART


def test_forgets_a_card_for_good(gateway: StripeGateway, localstripe: Localstripe) -> None:
    token = localstripe.kept_card()

    gateway.detach(token=token)
    gateway.detach(token=token)

    assert localstripe.ask("GET", f"/v1/payment_methods/{token}")["customer"] is None


def test_speaks_in_the_currencys_own_units(
    gateway: StripeGateway, localstripe: Localstripe
) -> None:
    yen = Money(Decimal("500.00"), "JPY")

    paid = charge(gateway, localstripe.kept_card(), amount=yen)

    assert (paid.amount, paid.captured) == (yen, yen)
    assert localstripe.ask("GET", f"/v1/payment_intents/{paid.id}")["amount"] == 500


@pytest.mark.parametrize("payment_id", ["pi_nosuch", "../charges/ch_1", "", "é"])
def test_refuses_unknown_payments(gateway: StripeGateway, payment_id: str) -> None:
    with pytest.raises(GatewayRefused):
        gateway.fetch(payment_id=payment_id)


def test_a_stripe_that_is_away_is_unavailable() -> None:
    wire = Wire(api_key="sk_test_shop", api_base="http://127.0.0.1:9", timeout=1)
    away = StripeGateway(wire=wire, origins=[], secrets=["whsec"])

    with pytest.raises(GatewayUnavailable):
        away.fetch(payment_id="pi_1")

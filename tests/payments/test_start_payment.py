from typing import Any

import pytest
from pytest_django import Settings

from orders import commands as orders
from orders.errors import OrderNotFound
from orders.models import Order
from payments.commands import WayToPay, close_unpaid, start_payment
from payments.errors import OrderNotPayable
from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    ProviderPayment,
    UnknownProvider,
)
from payments.gateways.sandbox import SandboxGateway
from payments.models import Payment
from shopflow.lib.ids import new_id
from tests.books import books
from tests.ledger import ledger
from tests.payments.sandbox_process import CARD_DECLINES, Sandbox
from tests.payments.webhooks import RETURN_URL, Till

pytestmark = pytest.mark.django_db


def start(order: Order) -> str:
    return start_payment(order_id=order.pk, return_url=RETURN_URL)


def known_to(sandbox: Sandbox, payment: Payment) -> list[str]:
    """The ids under which the provider knows a payment of ours."""
    return [row["id"] for row in sandbox.call("GET", f"/v1/payments?key={payment.pk}").json["data"]]


def test_sends_the_shopper_to_the_providers_page(order: Order, sandbox: Sandbox) -> None:
    url = start(order)

    payment = Payment.objects.get()
    assert url == f"{sandbox.url}/pay/{payment.provider_payment_id}"
    assert (payment.order, payment.provider, payment.status) == (order, "sandbox", "pending")
    assert (payment.amount, payment.currency) == (order.total, "USD")
    assert (payment.amount_captured, payment.idempotency_key) == (0, str(payment.pk))
    there = sandbox.fetch(payment.provider_payment_id)
    assert (there["key"], there["reference"]) == (str(payment.pk), order.order_number)
    assert (there["amount"], there["currency"]) == (11478, "USD")


def test_marks_nothing_paid(order: Order, sandbox: Sandbox) -> None:
    start(order)

    order.refresh_from_db()
    assert (order.status, order.payment_status, order.amount_paid) == ("pending", "unpaid", 0)


def test_returns_to_the_attempt_under_way(order: Order, sandbox: Sandbox) -> None:
    first, second = start(order), start(order)

    assert first == second
    assert Payment.objects.count() == 1


def test_repeats_a_call_whose_answer_was_lost(order: Order, sandbox: Sandbox) -> None:
    sandbox.faults(fail_after=1)
    with pytest.raises(GatewayUnavailable):
        start(order)
    payment = Payment.objects.get()
    assert (payment.status, payment.provider_payment_id) == ("pending", "")

    url = start(order)

    [provider_id] = known_to(sandbox, payment)
    assert url == f"{sandbox.url}/pay/{provider_id}"
    assert Payment.objects.get().provider_payment_id == provider_id


def test_leaves_the_attempt_open_while_the_provider_is_down(order: Order, sandbox: Sandbox) -> None:
    sandbox.kill()
    with pytest.raises(GatewayUnavailable) as refused:
        start(order)
    assert (refused.value.code, refused.value.status) == ("gateway_unavailable", 503)
    sandbox.start()

    start(order)

    assert Payment.objects.get().status == "pending"


def test_gives_up_what_the_provider_refuses(
    order: Order, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise GatewayRefused("No such currency.")

    monkeypatch.setattr(SandboxGateway, "create", refuse)
    with pytest.raises(GatewayRefused):
        start(order)
    payment = Payment.objects.get()
    assert (payment.status, payment.failure_reason) == ("failed", "No such currency.")
    assert not Payment.objects.live().exists()


@ledger("S0-15", "S2-30")
def test_starts_anew_after_an_attempt_that_failed(
    order: Order, sandbox: Sandbox, till: Till
) -> None:
    first = till.start(order)
    for _ in range(5):
        sandbox.pay(first.provider_payment_id, CARD_DECLINES)
    till.tell(first, "payment.failed")

    second = till.start(order)

    first.refresh_from_db()
    assert (first.status, first.failure_code) == ("failed", "card_declined")
    assert second != first
    assert till.sandbox.fetch(second.provider_payment_id)["status"] == "pending"


def test_sends_nobody_to_pay_an_order_that_expired_meanwhile(
    order: Order, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = SandboxGateway.create

    def slowly(self: SandboxGateway, **facts: Any) -> ProviderPayment:
        close_unpaid(order_id=order.pk)
        return create(self, **facts)

    monkeypatch.setattr(SandboxGateway, "create", slowly)

    with pytest.raises(OrderNotPayable):
        start(order)

    payment = Payment.objects.get()
    assert payment.status == "voided"
    # Nothing is left open at the provider either.
    assert sandbox.fetch(payment.provider_payment_id)["status"] == "voided"


@pytest.mark.parametrize("reason", ["expired", "changed my mind"])
def test_refuses_a_closed_order(order: Order, sandbox: Sandbox, reason: str) -> None:
    if reason == "expired":
        orders.expire(order_id=order.pk)
    else:
        orders.cancel(order_id=order.pk, reason=reason)
    before = books()

    with pytest.raises(OrderNotPayable) as refused:
        start(order)

    assert (refused.value.code, refused.value.status) == ("order_not_payable", 409)
    assert books() == before


def test_refuses_a_paid_order(order: Order, till: Till) -> None:
    till.paid(order)
    before = books()

    with pytest.raises(OrderNotPayable):
        start(order)

    assert books() == before


def test_refuses_an_unknown_order(sandbox: Sandbox) -> None:
    with pytest.raises(OrderNotFound):
        start_payment(order_id=new_id(), return_url=RETURN_URL)


def test_refuses_a_provider_we_do_not_have(order: Order, settings: Settings) -> None:
    with pytest.raises(UnknownProvider):
        start_payment(order_id=order.pk, return_url=RETURN_URL, way=WayToPay(provider="nosuch"))

    assert not Payment.objects.exists()

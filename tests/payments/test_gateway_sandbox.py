from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    ProviderPayment,
    ProviderRefund,
)
from payments.gateways.sandbox import SandboxGateway
from shopflow.lib.money import Money
from tests.payments.sandbox_process import (
    CARD_DECLINES,
    Sandbox,
    running_sandbox,
)

PRICE = Money(Decimal("59.90"), "USD")
NOTHING = Money(Decimal("0.00"), "USD")
RETURN_URL = "http://127.0.0.1:9/orders/ORD-1/thanks/"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(database=tmp_path_factory.mktemp("sandbox") / "ledger") as running:
        yield running


@pytest.fixture
def gateway(sandbox: Sandbox) -> Iterator[SandboxGateway]:
    yield adapter(sandbox)
    sandbox.reset_faults()


def adapter(sandbox: Sandbox, **changes: float) -> SandboxGateway:
    return SandboxGateway(
        origin=sandbox.url, api_key=sandbox.api_key, secrets=[sandbox.secret], **changes
    )


def create(gateway: SandboxGateway, key: str = "") -> ProviderPayment:
    return gateway.create(
        key=key or str(uuid4()), amount=PRICE, reference="ORD-1", return_url=RETURN_URL
    )


def test_creates_a_payment(gateway: SandboxGateway) -> None:
    key = str(uuid4())

    payment = create(gateway, key)

    assert payment == ProviderPayment(
        id=payment.id,
        key=key,
        reference="ORD-1",
        status="pending",
        amount=PRICE,
        captured=NOTHING,
        refunded=NOTHING,
        redirect_url=f"{gateway.origin}/pay/{payment.id}",
    )
    assert create(gateway, key) == payment


def test_sees_a_payment_as_it_is_now(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    payment = create(gateway)
    sandbox.pay(payment.id, CARD_DECLINES)
    declined = gateway.fetch(payment_id=payment.id)
    sandbox.pay(payment.id)

    paid = gateway.fetch(payment_id=payment.id)

    assert declined == replace(
        payment,
        failure_code="card_declined",
        failure_reason="Your bank declined this card. Please try another card.",
        card_brand="Visa",
        card_last_four="0002",
    )
    assert paid == replace(
        payment,
        status="captured",
        captured=PRICE,
        redirect_url=None,
        card_brand="Visa",
        card_last_four="4242",
    )
    assert gateway.find(key=payment.key) == paid


@pytest.mark.parametrize(("currency", "minor"), [("USD", 50000), ("JPY", 500)])
def test_speaks_in_minor_units(
    gateway: SandboxGateway, sandbox: Sandbox, currency: str, minor: int
) -> None:
    amount = Money(Decimal("500.00"), currency)

    payment = gateway.create(
        key=str(uuid4()), amount=amount, reference="ORD-1", return_url=RETURN_URL
    )

    assert payment.amount == amount
    assert sandbox.fetch(payment.id)["amount"] == minor


def test_finds_what_a_lost_answer_was_about(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    key = str(uuid4())
    sandbox.faults(fail_after=1)

    with pytest.raises(GatewayUnavailable):
        create(gateway, key)

    found = gateway.find(key=key)
    assert found is not None
    assert found == create(gateway, key)
    assert gateway.find(key=str(uuid4())) is None


def test_captures(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    payment_id = sandbox.create(capture="manual")["id"]
    sandbox.pay(payment_id)

    captured = gateway.capture(payment_id=payment_id, amount=PRICE, key="capture-1")

    assert (captured.status, captured.captured) == ("captured", PRICE)
    assert gateway.capture(payment_id=payment_id, amount=PRICE, key="capture-1") == captured


def test_voids_what_is_open_and_leaves_what_is_captured(
    gateway: SandboxGateway, sandbox: Sandbox
) -> None:
    open_id, paid_id = create(gateway).id, create(gateway).id
    sandbox.pay(paid_id)

    voided = gateway.void(payment_id=open_id, key="void-1")
    captured = gateway.void(payment_id=paid_id, key="void-2")

    assert (voided.status, voided.redirect_url) == ("voided", None)
    assert (captured.status, captured.captured) == ("captured", PRICE)


def test_refunds_once_per_key(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    payment_id = create(gateway).id
    sandbox.pay(payment_id)
    amount = Money(Decimal("9.90"), "USD")

    refund = gateway.refund(payment_id=payment_id, amount=amount, key="refund-1")
    again = gateway.refund(payment_id=payment_id, amount=amount, key="refund-1")

    assert refund == again
    assert refund == ProviderRefund(
        id=refund.id, key="refund-1", payment_id=payment_id, amount=amount, status="succeeded"
    )
    assert gateway.fetch(payment_id=payment_id).refunded == amount


def test_learns_how_a_pending_refund_ended(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    payment_id = create(gateway).id
    sandbox.pay(payment_id)
    sandbox.faults(refunds_pend=1)
    pending = gateway.refund(payment_id=payment_id, amount=PRICE, key="refund-1")
    sandbox.call("POST", f"/_refunds/{pending.id}", {"succeeds": True})

    ended = gateway.refund(payment_id=payment_id, amount=PRICE, key="refund-1")

    assert pending.status == "pending"
    assert ended == replace(pending, status="succeeded")


def test_carries_the_providers_no(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    payment_id = create(gateway).id
    sandbox.pay(payment_id)

    with pytest.raises(GatewayRefused) as refused:
        gateway.refund(payment_id=payment_id, amount=PRICE + PRICE, key="refund-1")

    assert refused.value.provider_code == "amount_too_large"
    assert refused.value.extra == {"provider_code": "amount_too_large"}
    assert str(refused.value) == "That is more than is left to refund."
    assert gateway.fetch(payment_id=payment_id).refunded == NOTHING


@pytest.mark.parametrize("payment_id", ["pay_000000000000000000000000", "../refunds/re_1", "", "é"])
def test_refuses_unknown_payments(gateway: SandboxGateway, payment_id: str) -> None:
    with pytest.raises(GatewayRefused) as refused:
        gateway.fetch(payment_id=payment_id)

    assert refused.value.provider_code == "not_found"


def test_lists_every_payment_since(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    first = create(gateway)
    since = datetime.fromtimestamp(sandbox.fetch(first.id)["created"], UTC)
    made = [first.id] + [sandbox.create()["id"] for _ in range(120)]

    listed = [payment.id for payment in gateway.list(created_after=since)]

    assert listed[-121:] == made
    assert len(set(listed)) == len(listed)
    assert list(gateway.list(created_after=datetime.now(UTC) + timedelta(hours=1))) == []


def test_a_server_error_says_nothing(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    key = str(uuid4())
    sandbox.faults(fail_before=1)

    with pytest.raises(GatewayUnavailable) as refused:
        create(gateway, key)

    assert (refused.value.code, refused.value.status) == ("gateway_unavailable", 503)
    assert gateway.find(key=key) is None


def test_does_not_wait_for_ever(sandbox: Sandbox, gateway: SandboxGateway) -> None:
    impatient = adapter(sandbox, timeout=0.2)
    sandbox.faults(delay=20)

    with pytest.raises(GatewayUnavailable):
        impatient.find(key="slow")


def test_a_wrong_key_is_our_fault_not_the_payments(sandbox: Sandbox) -> None:
    stranger = SandboxGateway(origin=sandbox.url, api_key="sk_wrong", secrets=["whsec"])

    with pytest.raises(GatewayUnavailable):
        stranger.fetch(payment_id="pay_000000000000000000000000")


def test_a_provider_that_is_away_is_unavailable(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running_sandbox(database=tmp_path_factory.mktemp("away") / "ledger") as sandbox:
        gateway = adapter(sandbox)
        payment = create(gateway)
        sandbox.kill()
        with pytest.raises(GatewayUnavailable):
            gateway.fetch(payment_id=payment.id)

        sandbox.start()

        assert gateway.fetch(payment_id=payment.id) == payment

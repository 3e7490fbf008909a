"""Kept cards, parts, refunds, disputes and payouts through the adapter, at the real sandbox."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from payments.gateways.base import GatewayRefused, ProviderMethod, ProviderPayment
from payments.gateways.sandbox import SandboxGateway
from shopflow.lib.money import Money
from tests.payments.sandbox_process import (
    CARD_ASKS,
    CARD_DECLINES,
    CARD_PAYS,
    Sandbox,
    running_receiver,
    running_sandbox,
)

PRICE, PART = Money(Decimal("59.90"), "USD"), Money(Decimal("20.00"), "USD")
NOTHING = Money(Decimal("0.00"), "USD")
THANKS = "http://127.0.0.1:9/thanks/"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(database=tmp_path_factory.mktemp("sandbox") / "ledger") as running:
        yield running


@pytest.fixture
def gateway(sandbox: Sandbox) -> SandboxGateway:
    return SandboxGateway(origin=sandbox.url, api_key=sandbox.api_key, secrets=[sandbox.secret])


@pytest.fixture
def since(sandbox: Sandbox) -> datetime:
    """A moment after everything that earlier tests made."""
    return datetime.fromtimestamp(sandbox.create()["created"], UTC) + timedelta(milliseconds=1)


def create(gateway: SandboxGateway, **more: Any) -> ProviderPayment:
    facts: dict[str, Any] = {"key": str(uuid4()), "amount": PRICE, "reference": "ORD-1"}
    return gateway.create(return_url=THANKS, **facts | more)


def paid(gateway: SandboxGateway, sandbox: Sandbox, **more: Any) -> ProviderPayment:
    payment = create(gateway, **more)
    sandbox.pay(payment.id)
    return gateway.fetch(payment_id=payment.id)


def kept(gateway: SandboxGateway, sandbox: Sandbox, card: str = CARD_PAYS) -> ProviderMethod:
    payment = create(gateway, keeps_card=True)
    sandbox.pay(payment.id, card)
    method = gateway.fetch(payment_id=payment.id).kept
    assert method is not None
    return method


def test_keeps_a_card_that_pays_and_charges_it_again(
    gateway: SandboxGateway, sandbox: Sandbox
) -> None:
    method = kept(gateway, sandbox)

    payment = create(gateway, token=method.token)

    assert method == ProviderMethod(
        token=method.token,
        card_brand="Visa",
        card_last_four="4242",
        exp_month=12,
        exp_year=2034,
    )
    assert (payment.status, payment.captured, payment.redirect_url) == ("captured", PRICE, None)


def test_keeps_neither_unasked_nor_a_declined_card(
    gateway: SandboxGateway, sandbox: Sandbox
) -> None:
    refused = create(gateway, keeps_card=True)
    sandbox.pay(refused.id, CARD_DECLINES)

    assert paid(gateway, sandbox).kept is None
    assert gateway.fetch(payment_id=refused.id).kept is None


def test_a_kept_card_may_be_asked_about(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    method = kept(gateway, sandbox, CARD_ASKS)

    payment = create(gateway, token=method.token)

    assert payment.status == "requires_action"
    assert payment.redirect_url == f"{sandbox.url}/pay/{payment.id}"


def test_a_forgotten_card_pays_no_more(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    method = kept(gateway, sandbox)
    key = str(uuid4())

    gateway.detach(token=method.token)
    gateway.detach(token=method.token)

    with pytest.raises(GatewayRefused):
        create(gateway, token=method.token, key=key)
    assert gateway.find(key=key) is None


def test_takes_a_part_of_what_is_authorized(gateway: SandboxGateway, sandbox: Sandbox) -> None:
    promised = paid(gateway, sandbox, captures=False)

    taken = gateway.capture(payment_id=promised.id, amount=PART, key="capture-1")

    assert (promised.status, promised.captured) == ("authorized", NOTHING)
    assert taken == replace(promised, status="captured", captured=PART)


def test_lists_refunds_oldest_first(
    gateway: SandboxGateway, sandbox: Sandbox, since: datetime
) -> None:
    payment = paid(gateway, sandbox)
    made = [
        gateway.refund(payment_id=payment.id, amount=PART, key=f"refund-{number}")
        for number in range(2)
    ]

    assert list(gateway.list_refunds(created_after=since)) == made
    assert list(gateway.list_refunds(created_after=since + timedelta(hours=1))) == []


@pytest.mark.parametrize(("won", "status"), [(True, "won"), (False, "lost")])
def test_a_dispute_from_its_first_day_to_the_last(
    gateway: SandboxGateway, sandbox: Sandbox, since: datetime, won: bool, status: str
) -> None:
    payment = paid(gateway, sandbox)
    opened_id = sandbox.call("POST", f"/_disputes/{payment.id}", {"reason": "fraudulent"}).json[
        "id"
    ]
    [opened] = gateway.list_disputes(created_after=since)
    answered = gateway.send_evidence(dispute_id=opened_id, text="It arrived.", key="evidence-1")
    sandbox.call("POST", f"/_disputes/{opened_id}/close", {"won": won})

    [closed] = gateway.list_disputes(created_after=since)

    assert (opened.id, opened.payment_id, opened.amount) == (opened_id, payment.id, PRICE)
    assert (opened.status, opened.reason) == ("needs_response", "fraudulent")
    assert opened.evidence_due_at == opened.opened_at + timedelta(days=7)
    assert answered == replace(opened, status="under_review")
    assert closed == replace(opened, status=status)
    assert gateway.fetch(payment_id=payment.id) == payment


def test_pays_out_what_came_and_went_once(
    gateway: SandboxGateway, sandbox: Sandbox, since: datetime
) -> None:
    sandbox.call("POST", "/_payouts", {"currency": "USD"})  # what earlier tests left
    payment = paid(gateway, sandbox)
    refund = gateway.refund(payment_id=payment.id, amount=PART, key="refund-1")

    sandbox.call("POST", "/_payouts", {"currency": "USD"})
    again = sandbox.call("POST", "/_payouts", {"currency": "USD"})

    payout = list(gateway.list_payouts(created_after=since))[-1]
    lines = [(line.type, line.subject_id, line.amount, line.fee) for line in payout.lines]
    assert lines == [
        ("charge", payment.id, Decimal("59.90"), Decimal("0.84")),
        ("refund", refund.id, Decimal("-20.00"), Decimal("0.00")),
    ]
    assert payout.amount == Money(Decimal("39.06"), "USD")
    assert (again.status, again.json["error"]["code"]) == (409, "nothing_to_pay_out")


def test_tells_of_disputes_by_event(tmp_path_factory: pytest.TempPathFactory) -> None:
    with (
        running_receiver() as receiver,
        running_sandbox(
            database=tmp_path_factory.mktemp("told") / "ledger", webhook_url=receiver.url
        ) as sandbox,
    ):
        payment_id = sandbox.create()["id"]
        sandbox.pay(payment_id)
        sandbox.call("POST", f"/_disputes/{payment_id}", {})
        told = receiver.wait_for(2)[1]
        gateway = SandboxGateway(origin=sandbox.url, api_key="k", secrets=[sandbox.secret])

    seen = gateway.verify_webhook(body=told.body, headers=told.headers, now=datetime.now(UTC))

    assert (seen.type, seen.payment) == ("dispute.opened", None)
    assert seen.dispute is not None
    assert (seen.dispute.payment_id, seen.dispute.amount) == (payment_id, PRICE)
    assert gateway.read_event(gateway.forget(seen.payload)).dispute == seen.dispute

"""The Stripe adapter on written answers: what localstripe can't do.

The rest goes over HTTP in test_gateway_stripe_localstripe.py.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import stripe

from payments.gateways.base import (
    GatewayRefused,
    GatewayUnavailable,
    ProviderDispute,
    ProviderMethod,
    ProviderPayment,
    ProviderPayoutLine,
)
from payments.gateways.stripe import StripeGateway
from payments.gateways.stripe.amounts import from_units, to_units
from shopflow.lib.ids import new_id
from shopflow.lib.money import Money
from tests.payments.stripe_answers import (
    PAGE,
    Script,
    adapter,
    declined,
    dispute,
    error,
    intent,
    listed,
    no_answer,
    refund,
    session,
)

PRICE = Money(Decimal("59.90"), "USD")
NOTHING = Money(Decimal("0.00"), "USD")
THANKS = "https://shop.example/thanks/"
SINCE = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def gateway(script: Script) -> StripeGateway:
    return adapter(script)


def create(gateway: StripeGateway, key: str = "k", **more: Any) -> ProviderPayment:
    facts: dict[str, Any] = {"amount": PRICE, "reference": "ORD-1", "return_url": THANKS}
    return gateway.create(key=key, **facts | more)


def test_opens_checkout(gateway: StripeGateway, script: Script) -> None:
    script.say(session("k"))

    made = create(gateway)

    assert made == ProviderPayment(
        id="cs_test_1",
        key="k",
        reference="ORD-1",
        status="pending",
        amount=PRICE,
        captured=NOTHING,
        refunded=NOTHING,
        redirect_url=PAGE,
    )
    [(method, path, said, key)] = script.asked
    assert (method, path, key) == ("POST", "/v1/checkout/sessions", "k")
    assert said == {
        "mode": "payment",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "5990",
        "line_items[0][price_data][product_data][name]": "ORD-1",
        "client_reference_id": "ORD-1",
        "success_url": THANKS,
        "cancel_url": THANKS,
        "metadata[key]": "k",
        "metadata[reference]": "ORD-1",
        "payment_intent_data[capture_method]": "automatic",
        "payment_intent_data[metadata][key]": "k",
        "payment_intent_data[metadata][reference]": "ORD-1",
        "expand[0]": "payment_intent.latest_charge",
        "expand[1]": "payment_intent.payment_method",
    }


def test_asks_for_the_card_to_be_kept_and_the_money_to_wait(
    gateway: StripeGateway, script: Script
) -> None:
    script.say(session("k"))

    create(gateway, captures=False, keeps_card=True)

    said = script.asked[0][2]
    assert said["payment_intent_data[setup_future_usage]"] == "on_session"
    assert said["payment_intent_data[capture_method]"] == "manual"
    assert said["customer_creation"] == "always"


@pytest.mark.parametrize(
    "changes",
    [
        {"metadata": {"key": "another"}},
        {"amount_total": 1},
        {"currency": "eur"},
        {"url": "https://evil.example/c/pay/cs_test_1"},
        {"url": "https://checkout.stripe.com.evil.example/"},
        {"status": 7},
        {"amount_total": -5990},
        {"amount_total": "5990"},
        {"id": "../../etc"},
    ],
)
def test_believes_no_answer_that_makes_no_sense(
    gateway: StripeGateway, script: Script, changes: dict[str, Any]
) -> None:
    script.say(session("k", **changes))

    with pytest.raises(GatewayUnavailable):
        create(gateway)


def test_a_paid_page_is_known_by_its_payment(gateway: StripeGateway, script: Script) -> None:
    kept = {"setup_future_usage": "on_session"}
    script.say(session("k", status="complete", payment_intent=intent("k", **kept)))

    seen = gateway.fetch(payment_id="cs_test_1")

    assert (seen.id, seen.status, seen.captured, seen.redirect_url) == (
        "pi_1",
        "captured",
        PRICE,
        None,
    )
    assert seen.kept == ProviderMethod(
        token="pm_1", card_brand="Visa", card_last_four="4242", exp_month=12, exp_year=2034
    )


def test_keeps_no_card_nobody_asked_to_keep(gateway: StripeGateway, script: Script) -> None:
    script.say(intent("k"))

    assert gateway.fetch(payment_id="pi_1").kept is None


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("requires_payment_method", "pending"),
        ("requires_confirmation", "pending"),
        ("processing", "pending"),
        ("requires_action", "requires_action"),
        ("requires_capture", "authorized"),
        ("succeeded", "captured"),
        ("canceled", "voided"),
    ],
)
def test_knows_every_status(gateway: StripeGateway, script: Script, theirs: str, ours: str) -> None:
    script.say(intent("k", status=theirs))

    assert gateway.fetch(payment_id="pi_1").status == ours


def test_on_the_page_another_card_may_be_tried(gateway: StripeGateway, script: Script) -> None:
    facts = {"status": "requires_payment_method", "amount_received": 0}
    facts["last_payment_error"] = declined("insufficient_funds", "Your card has no money.")
    script.say(session("k", payment_intent=intent("k", **facts)))

    seen = gateway.fetch(payment_id="cs_test_1")

    assert (seen.status, seen.redirect_url) == ("pending", PAGE)
    assert (seen.failure_code, seen.failure_reason) == (
        "insufficient_funds",
        "Your card has no money.",
    )


def test_a_declined_kept_card_comes_with_its_payment(
    gateway: StripeGateway, script: Script
) -> None:
    facts = {"status": "requires_payment_method", "amount_received": 0}
    facts |= {"metadata": {"key": "k", "reference": "ORD-1", "kept_card": "1"}}
    facts |= {"last_payment_error": declined("generic_decline", "Your card was declined.")}
    facts |= {"latest_charge": "ch_1", "payment_method": "pm_1"}
    refusal = error("card_declined", "Your card was declined.", "card_error")
    refusal["error"]["payment_intent"] = intent("k", **facts)
    script.say({"id": "pm_1", "object": "payment_method", "customer": "cus_1"})
    script.say(refusal, status=402)

    made = create(gateway, token="pm_1")

    assert (made.id, made.status, made.failure_code) == ("pi_1", "failed", "generic_decline")
    said = script.asked[1][2]
    assert (said["customer"], said["payment_method"], said["confirm"]) == ("cus_1", "pm_1", "true")
    assert said["return_url"] == THANKS
    assert script.asked[1][3] == "k"


def test_says_where_the_bank_asks(gateway: StripeGateway, script: Script) -> None:
    url = "https://hooks.stripe.com/3d_secure_2/hosted?payment_intent=pi_1"
    action = {"type": "redirect_to_url", "redirect_to_url": {"url": url, "return_url": THANKS}}
    script.say(intent("k", status="requires_action", amount_received=0, next_action=action))

    assert gateway.fetch(payment_id="pi_1").redirect_url == url


@pytest.mark.parametrize(
    "answer",
    [
        no_answer(),
        stripe.IdempotencyError("Keys for idempotent requests can only be used with the same"),
    ],
)
def test_nothing_is_known_without_an_answer(
    gateway: StripeGateway, script: Script, answer: Exception
) -> None:
    script.say(answer)

    with pytest.raises(GatewayUnavailable):
        create(gateway)


@pytest.mark.parametrize("status", [400, 404])
def test_carries_stripes_no(gateway: StripeGateway, script: Script, status: int) -> None:
    script.say(error("amount_too_small", "Amount must be at least $0.50 usd"), status=status)

    with pytest.raises(GatewayRefused) as refused:
        create(gateway)

    assert refused.value.provider_code == "amount_too_small"
    # Written for developers: shoppers read our own sentence.
    assert str(refused.value) == "The payment provider refused this."


@pytest.mark.parametrize("status", [401, 403, 409, 429, 500, 503])
def test_a_no_about_us_or_the_moment_says_nothing(
    gateway: StripeGateway, script: Script, status: int
) -> None:
    script.say(error("lock_timeout"), status=status)

    with pytest.raises(GatewayUnavailable):
        create(gateway)


def test_finds_a_page_by_the_key(gateway: StripeGateway, script: Script) -> None:
    key = str(new_id())
    script.say(listed(intent("other")), listed(session("other"), session(key)), session(key))

    found = gateway.find(key=key)

    assert found is not None
    assert (found.id, found.key, found.redirect_url) == ("cs_test_1", key, PAGE)


def test_voids_an_open_page_by_closing_it(gateway: StripeGateway, script: Script) -> None:
    closed = session("k", status="expired", url=None)
    script.say(session("k"), closed, closed)

    seen = gateway.void(payment_id="cs_test_1", key="void-1")

    assert (seen.status, seen.redirect_url) == ("voided", None)
    assert [(path, key) for _, path, _, key in script.asked if key] == [
        ("/v1/checkout/sessions/cs_test_1/expire", "void-1")
    ]


def test_a_page_paid_while_it_was_closed_stays_paid(gateway: StripeGateway, script: Script) -> None:
    script.say(session("k"))
    script.say(error("checkout_session_not_open"), status=400)
    script.say(session("k", status="complete", payment_intent=intent("k")))

    seen = gateway.void(payment_id="cs_test_1", key="void-1")

    assert (seen.id, seen.status, seen.captured) == ("pi_1", "captured", PRICE)


def test_asks_how_a_pending_refund_stands(gateway: StripeGateway, script: Script) -> None:
    script.say(refund(status="pending"), refund())
    amount = Money(Decimal("9.90"), "USD")

    made = gateway.refund(payment_id="pi_1", amount=amount, key="refund-1")

    assert (made.id, made.status, made.key) == ("re_1", "succeeded", "refund-1")
    assert script.asked[0][3] == "refund-1"
    assert script.asked[0][2]["metadata[key]"] == "refund-1"


@pytest.mark.parametrize("changes", [{"amount": 991}, {"payment_intent": "pi_2"}])
def test_believes_no_refund_of_something_else(
    gateway: StripeGateway, script: Script, changes: dict[str, Any]
) -> None:
    script.say(refund(**changes))

    with pytest.raises(GatewayUnavailable):
        gateway.refund(payment_id="pi_1", amount=Money(Decimal("9.90"), "USD"), key="r")


def test_lists_the_oldest_first(gateway: StripeGateway, script: Script) -> None:
    script.say(listed(intent("b", id="pi_2"), intent("a"), has_more=True))
    script.say(listed(intent("", id="pi_0", metadata={})))

    seen = list(gateway.list(created_after=SINCE))

    assert [(payment.id, payment.key) for payment in seen] == [
        ("pi_0", ""),
        ("pi_1", "a"),
        ("pi_2", "b"),
    ]
    assert script.asked[0][2]["created[gte]"] == str(int(SINCE.timestamp()))
    assert script.asked[1][2]["starting_after"] == "pi_1"


def test_lists_refunds_of_payments(gateway: StripeGateway, script: Script) -> None:
    script.say(listed(refund(), refund(id="re_0", payment_intent=None)))

    assert [row.id for row in gateway.list_refunds(created_after=SINCE)] == ["re_1"]


def test_reads_disputes_and_sends_evidence(gateway: StripeGateway, script: Script) -> None:
    script.say(listed(dispute()), dispute(status="under_review"))

    [opened] = gateway.list_disputes(created_after=SINCE)
    answered = gateway.send_evidence(dispute_id="dp_1", text="It arrived.", key="evidence-1")

    assert opened == ProviderDispute(
        id="dp_1",
        payment_id="pi_1",
        amount=PRICE,
        status="needs_response",
        reason="fraudulent",
        opened_at=datetime(2026, 3, 1, 11, 59, 59, tzinfo=UTC),
        evidence_due_at=datetime(2026, 3, 8, 11, 59, 59, tzinfo=UTC),
    )
    assert answered.status == "under_review"
    assert script.asked[1][2] == {"evidence[uncategorized_text]": "It arrived.", "submit": "true"}


def test_reads_payouts_with_their_lines(gateway: StripeGateway, script: Script) -> None:
    payout = {"id": "po_1", "object": "payout", "amount": 4786, "currency": "usd"}
    payout |= {"status": "paid", "arrival_date": 1772409600}
    charge = {"id": "ch_1", "object": "charge", "payment_intent": "pi_1"}
    lines = [
        {"id": "txn_3", "type": "payout", "amount": -4786, "fee": 0, "source": "po_1"},
        {"id": "txn_2", "type": "refund", "amount": -990, "fee": 0, "source": refund()},
        {"id": "txn_1", "type": "charge", "amount": 5990, "fee": 214, "source": charge},
    ]
    script.say(listed(payout), listed(*({"currency": "usd", **line} for line in lines)))

    [made] = gateway.list_payouts(created_after=SINCE)

    assert (made.id, made.amount, made.status) == ("po_1", Money(Decimal("47.86"), "USD"), "paid")
    assert made.arrives_on == date(2026, 3, 2)
    assert made.lines == (
        ProviderPayoutLine(
            id="txn_1",
            type="charge",
            subject_id="pi_1",
            amount=Decimal("59.90"),
            fee=Decimal("2.14"),
        ),
        ProviderPayoutLine(
            id="txn_2",
            type="refund",
            subject_id="re_1",
            amount=Decimal("-9.90"),
            fee=Decimal("0.00"),
        ),
    )


@pytest.mark.parametrize("code", ["resource_missing", "payment_method_unexpected_state"])
def test_a_card_that_is_gone_is_forgotten(
    gateway: StripeGateway, script: Script, code: str
) -> None:
    script.say(error(code), status=400)

    gateway.detach(token="pm_1")

    assert script.asked[0][1] == "/v1/payment_methods/pm_1/detach"


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("59.90", "USD", 5990),
        ("500.00", "JPY", 500),
        ("500.00", "ISK", 50000),
        ("5.00", "UGX", 500),
        ("500.00", "MGA", 500),
    ],
)
def test_knows_stripes_own_minor_units(amount: str, currency: str, units: int) -> None:
    money = Money(Decimal(amount), currency)

    assert to_units(money) == units
    assert from_units(units, currency) == money


@pytest.mark.parametrize("money", [Money(Decimal("0.50"), "JPY"), Money(Decimal("0.50"), "ISK")])
def test_refuses_fractions_that_stripe_cannot_take(money: Money) -> None:
    with pytest.raises(ValueError, match="no whole minor units"):
        to_units(money)

from decimal import Decimal
from itertools import permutations

import pytest

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from payments.commands import record_dispute, refund, refund_lines, settle_cancelled, settle_refund
from payments.errors import DisputeTooEarly, PaymentDisputed
from payments.models import Dispute, Payment, Refund
from payments.queries import compare, theirs_of, unsettled_orders
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from shopflow.lib.models import OutboxMessage
from shopflow.lib.money import Money
from tests import factories
from tests.books import books
from tests.payments.disputes import OPENED, decide, open_dispute, report
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    """$114.78, captured."""
    return till.paid(order)


def tell(payment: Payment, *statuses: str, **facts: object) -> None:
    for status in statuses:
        outcome = record_dispute(provider="sandbox", seen=report(payment, status, **facts))
        assert outcome == "done"


def states(payment: Payment) -> tuple[str, str, str]:
    payment = Payment.objects.select_related("order").get(pk=payment.pk)
    return payment.status, payment.order.payment_status, payment.order.status


def test_holds_the_money_until_the_bank_has_decided(payment: Payment) -> None:
    tell(payment, "needs_response")

    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.amount, dispute.reason) == (
        "needs_response",
        Decimal("114.78"),
        "fraudulent",
    )
    assert (dispute.opened_at, dispute.closed_at) == (OPENED, None)
    assert states(payment) == ("disputed", "disputed", "confirmed")
    assert set(violations(instant_only=True).values()) == {0}


def test_nothing_is_given_back_meanwhile(payment: Payment) -> None:
    tell(payment, "needs_response")
    before = books()

    with pytest.raises(PaymentDisputed) as refused:
        refund(payment_id=payment.pk, amount=Decimal("1.00"), reason="torn seam")
    with pytest.raises(PaymentDisputed):
        refund_lines(payment_id=payment.pk, lines=[], shipping=Decimal("5.90"), reason="late")

    assert (refused.value.code, refused.value.status) == ("payment_disputed", 409)
    assert books() == before


def test_a_won_one_leaves_everything_as_it_was(payment: Payment, variant: ProductVariant) -> None:
    tell(payment, "needs_response", "under_review", "won")

    assert states(payment) == ("captured", "paid", "confirmed")
    assert not Refund.objects.exists()
    assert factories.figures(variant) == (10, 2)
    assert Dispute.objects.get().closed_at is not None
    row = refund(payment_id=payment.pk, amount=payment.amount, reason="after all")
    assert row.status == "pending"


def test_a_lost_one_took_the_money(payment: Payment, variant: ProductVariant) -> None:
    tell(payment, "needs_response", "lost")

    assert states(payment) == ("refunded", "refunded", "refunded")
    row = Refund.objects.get()
    assert (row.amount, row.status, row.reason) == (Decimal("114.78"), "succeeded", "Dispute lost")
    assert row.dispute == Dispute.objects.get()
    assert factories.figures(variant) == (10, 0)  # what hasn't left isn't sent any more
    assert set(violations(instant_only=True).values()) == {0}


def test_nobody_is_mailed_that_a_lost_one_went_back(payment: Payment) -> None:
    tell(payment, "needs_response", "lost")

    assert not OutboxMessage.objects.filter(topic="mail:orders/refunded").exists()


def test_what_was_shipped_stays_shipped(payment: Payment, variant: ProductVariant) -> None:
    orders.ship(order_id=payment.order_id, carrier="UPS", tracking_number="1Z999")

    tell(payment, "lost")

    assert states(payment) == ("refunded", "refunded", "refunded")
    assert factories.figures(variant) == (8, 0)


def test_a_lost_one_takes_no_more_than_is_left(payment: Payment) -> None:
    row = refund(payment_id=payment.pk, amount=Decimal("100.00"), reason="torn seam")
    settle_refund(refund_id=row.pk)

    tell(payment, "needs_response", "lost")

    assert Refund.objects.get(dispute__isnull=False).amount == Decimal("14.78")
    assert states(payment) == ("refunded", "refunded", "refunded")
    assert set(violations(instant_only=True).values()) == {0}


def test_part_of_a_payment_may_be_lost(payment: Payment) -> None:
    tell(payment, "needs_response", "lost", amount=Money(Decimal("14.78"), "USD"))

    assert states(payment) == ("partially_refunded", "partially_refunded", "confirmed")
    assert set(violations(instant_only=True).values()) == {0}


@pytest.mark.parametrize("end", ["won", "lost"])
def test_reports_may_come_in_any_order_and_often(
    variant: ProductVariant, till: Till, end: str
) -> None:
    ends = set()

    for order_of_reports in permutations(["needs_response", "under_review", end, end]):
        payment = till.paid(factories.placed_order((variant, 1)))
        tell(payment, *order_of_reports)
        ends.add(states(payment))
        orders_refunds = Refund.objects.filter(payment=payment).count()
        assert orders_refunds == (1 if end == "lost" else 0)
        if end == "won":  # or the shelf is empty after ten of them
            orders.cancel(order_id=payment.order_id, reason="over")
            settle_cancelled(order_id=payment.order_id)

    assert len(ends) == 1


def test_what_the_bank_has_decided_stays(payment: Payment) -> None:
    tell(payment, "won")
    before = books()

    tell(payment, "lost", "needs_response")

    assert books()["refunds"] == before["refunds"]
    assert states(payment) == ("captured", "paid", "confirmed")


def test_a_later_day_to_answer_counts(payment: Payment) -> None:
    tell(payment, "needs_response")

    tell(payment, "needs_response", evidence_due_at=OPENED)

    assert Dispute.objects.get().evidence_due_at == OPENED


@pytest.mark.parametrize(("succeeds", "refunded"), [(True, "100.00"), (False, "0.00")])
def test_a_refund_on_its_way_ends_as_it_does(
    payment: Payment, till: Till, succeeds: bool, refunded: str
) -> None:
    row = refund(payment_id=payment.pk, amount=Decimal("100.00"), reason="torn seam")
    tell(payment, "needs_response")
    if not succeeds:
        till.sandbox.faults(refunds_fail=1)

    settle_refund(refund_id=row.pk)

    payment.refresh_from_db()
    assert (payment.status, payment.amount_refunded) == ("disputed", Decimal(refunded))
    assert states(payment)[1] == "disputed"
    assert set(violations(instant_only=True).values()) == {0}


def test_two_hold_it_until_both_are_decided(payment: Payment) -> None:
    half = Money(Decimal("50.00"), "USD")
    tell(payment, "needs_response", id="dp_one", amount=half)
    tell(payment, "needs_response", id="dp_two", amount=half)

    tell(payment, "lost", id="dp_one", amount=half)
    between = states(payment)
    tell(payment, "won", id="dp_two", amount=half)

    assert between == ("disputed", "disputed", "confirmed")
    assert states(payment) == ("partially_refunded", "partially_refunded", "confirmed")


def test_a_cancelled_orders_money_waits_for_the_bank(payment: Payment) -> None:
    tell(payment, "needs_response")
    orders.cancel(order_id=payment.order_id, reason="fraud")

    settle_cancelled(order_id=payment.order_id)

    assert not Refund.objects.exists()
    assert unsettled_orders(10) == []
    send_due()
    assert violations()["cancelled_orders_keep_no_money"] == 0
    tell(payment, "won")
    assert unsettled_orders(10) == [payment.order_id]


def test_the_providers_books_say_the_same(payment: Payment, till: Till) -> None:
    dispute_id = open_dispute(till.sandbox, payment)
    decide(till.sandbox, dispute_id, won=False)
    tell(payment, "lost", id=dispute_id)

    found = compare(provider="sandbox", theirs=theirs_of(provider="sandbox"))

    assert payment.order.order_number not in {one.order_number for one in found}


def test_waits_for_the_news_of_the_money(order: Order, till: Till) -> None:
    payment = till.pay(order)

    with pytest.raises(DisputeTooEarly):
        record_dispute(provider="sandbox", seen=report(payment))

    assert not Dispute.objects.exists()


def test_a_payment_we_never_made_is_named(payment: Payment) -> None:
    before = books()

    seen = report(payment, payment_id="pay_somebody_elses")

    assert record_dispute(provider="sandbox", seen=seen) == "unknown_payment"
    assert books() == before


@pytest.mark.parametrize(
    "amount",
    [
        Money(Decimal("114.78"), "EUR"),
        Money(Decimal("114.79"), "USD"),
        Money(Decimal("0.00"), "USD"),
    ],
    ids=["currency", "more", "nothing"],
)
def test_other_money_changes_nothing(payment: Payment, amount: Money) -> None:
    before = books()

    seen = report(payment, amount=amount)

    assert record_dispute(provider="sandbox", seen=seen) == "amount_mismatch"
    assert books() == before

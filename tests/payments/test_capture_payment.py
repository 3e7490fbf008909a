from collections.abc import Callable
from decimal import Decimal

import pytest
from pytest_django import Settings

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from payments.commands import capture_payment, close_unpaid, release_payment, settle_cancelled
from payments.errors import CaptureUnderWay, InvalidCapture, NotAuthorized, PaymentNotFound
from payments.gateways.base import GatewayUnavailable
from payments.models import Payment
from payments.tasks import capture_due
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from tests import factories, staff
from tests.books import books
from tests.payments.sandbox_process import Sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db
TOTAL, PART = Decimal("114.78"), Decimal("60.00")


@pytest.fixture(autouse=True)
def _later(settings: Settings) -> None:
    settings.PAYMENT_CAPTURE = "by_staff"


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    """$114.78, authorized."""
    payment = till.pay(order)
    till.tell(payment, "payment.authorized")
    payment.refresh_from_db()
    return payment


def at_provider(sandbox: Sandbox, payment: Payment) -> tuple[str, int]:
    seen = sandbox.fetch(payment.provider_payment_id)
    return seen["status"], seen["captured"]


def test_an_authorized_order_is_confirmed_and_nothing_is_taken(
    payment: Payment, order: Order, sandbox: Sandbox, variant: ProductVariant
) -> None:
    order.refresh_from_db()
    assert (payment.status, payment.amount_captured) == ("authorized", 0)
    assert (order.status, order.payment_status, order.amount_paid) == ("confirmed", "authorized", 0)
    assert order.papers_wanted_at is None
    assert order.items.get().reservations.get().status == "committed"
    assert at_provider(sandbox, payment) == ("authorized", 0)
    assert set(violations(instant_only=True).values()) == {0}


@pytest.mark.parametrize("has_heard", [True, False])
def test_an_order_in_time_does_not_expire(
    order: Order, till: Till, sandbox: Sandbox, has_heard: bool
) -> None:
    payment = till.pay(order)
    if has_heard:
        till.tell(payment, "payment.authorized")

    close_unpaid(order_id=order.pk)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "authorized")
    assert at_provider(sandbox, payment) == ("authorized", 0)


def test_takes_all_of_it(payment: Payment, order: Order, sandbox: Sandbox) -> None:
    taken = capture_payment(payment_id=payment.pk)
    again = capture_payment(payment_id=payment.pk)

    assert (taken.status, taken.amount_captured) == ("captured", TOTAL)
    assert again.amount_captured == TOTAL
    order.refresh_from_db()
    assert (order.status, order.payment_status, order.amount_paid) == ("confirmed", "paid", TOTAL)
    assert order.papers_wanted_at is not None
    assert at_provider(sandbox, payment) == ("captured", 11478)
    assert set(violations(instant_only=True).values()) == {0}


def test_takes_a_part_and_lets_the_rest_go(
    payment: Payment, order: Order, sandbox: Sandbox
) -> None:
    taken = capture_payment(payment_id=payment.pk, amount=PART)

    assert (taken.status, taken.amount_captured) == ("captured", PART)
    order.refresh_from_db()
    assert (order.payment_status, order.amount_paid) == ("paid", PART)
    assert at_provider(sandbox, payment) == ("captured", 6000)
    assert set(violations(instant_only=True).values()) == {0}


@pytest.mark.parametrize("amount", ["0", "-1", "114.79", "1.001", "NaN", "Infinity"])
def test_refuses_an_amount_nobody_promised(payment: Payment, sandbox: Sandbox, amount: str) -> None:
    before = books()

    with pytest.raises(InvalidCapture) as refused:
        capture_payment(payment_id=payment.pk, amount=Decimal(amount))

    assert (refused.value.code, refused.value.status) == ("invalid_capture", 400)
    assert books() == before
    assert at_provider(sandbox, payment) == ("authorized", 0)


def test_refuses_what_has_no_authorized_money(order: Order, till: Till) -> None:
    pending = till.start(order)

    with pytest.raises(NotAuthorized):
        capture_payment(payment_id=pending.pk)
    with pytest.raises(NotAuthorized):
        release_payment(payment_id=pending.pk)
    with pytest.raises(PaymentNotFound):
        capture_payment(payment_id=new_id())


def test_goes_on_with_what_was_asked_when_the_answer_is_lost(
    payment: Payment, sandbox: Sandbox
) -> None:
    sandbox.faults(fail_after=1)
    with pytest.raises(GatewayUnavailable):
        capture_payment(payment_id=payment.pk, amount=PART)
    with pytest.raises(CaptureUnderWay):
        capture_payment(payment_id=payment.pk, amount=TOTAL)

    capture_due()

    payment.refresh_from_db()
    assert (payment.status, payment.amount_captured) == ("captured", PART)
    assert at_provider(sandbox, payment) == ("captured", 6000)


def test_a_provider_that_is_away_took_nothing_yet(payment: Payment, sandbox: Sandbox) -> None:
    sandbox.faults(fail_before=1)

    with pytest.raises(GatewayUnavailable):
        capture_payment(payment_id=payment.pk)

    payment.refresh_from_db()
    assert (payment.status, payment.capture_asked) == ("authorized", TOTAL)
    assert capture_payment(payment_id=payment.pk).amount_captured == TOTAL


def test_believes_the_providers_report_of_a_part(payment: Payment, till: Till) -> None:
    path = f"/v1/payments/{payment.provider_payment_id}/capture"
    till.sandbox.call("POST", path, {"amount": 6000}, key="dashboard")

    outcome = till.tell(payment)

    payment.refresh_from_db()
    assert (outcome, payment.amount_captured) == ("done", PART)


def test_money_is_taken_when_the_goods_have_left(
    payment: Payment, order: Order, settings: Settings
) -> None:
    settings.PAYMENT_CAPTURE = "when_shipped"
    capture_due()
    payment.refresh_from_db()
    assert payment.status == "authorized"
    orders.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z1")

    capture_due()
    capture_due()

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.status, payment.amount_captured) == ("captured", TOTAL)
    assert (order.status, order.payment_status) == ("shipped", "paid")
    assert set(violations(instant_only=True).values()) == {0}


def cancelled(payment: Payment) -> None:
    orders.cancel(order_id=payment.order_id, reason="changed my mind")
    settle_cancelled(order_id=payment.order_id)


def released(payment: Payment) -> None:
    release_payment(payment_id=payment.pk)


@pytest.mark.parametrize("act", [cancelled, released])
def test_lets_go_of_the_money_of_a_cancelled_order(
    payment: Payment,
    order: Order,
    sandbox: Sandbox,
    variant: ProductVariant,
    act: Callable[[Payment], None],
) -> None:
    act(payment)

    payment.refresh_from_db()
    order.refresh_from_db()
    assert (payment.status, payment.amount_captured) == ("voided", 0)
    assert (order.status, order.payment_status, order.amount_paid) == ("cancelled", "unpaid", 0)
    assert at_provider(sandbox, payment) == ("voided", 0)
    assert factories.figures(variant) == (10, 0)
    assert set(violations(instant_only=True).values()) == {0}


def test_an_order_whose_promise_ends_is_cancelled(
    payment: Payment, order: Order, till: Till
) -> None:
    path = f"/v1/payments/{payment.provider_payment_id}/void"
    till.sandbox.call("POST", path, {}, key="after-seven-days")

    till.tell(payment, "payment.voided")

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("cancelled", "unpaid")
    assert order.cancel_reason == "The bank let go of the promised money"


def test_staff_take_a_part_in_the_admin(payment: Payment, sandbox: Sandbox) -> None:
    client = staff.signed_in(
        staff.employee("payments.view_payment", "payments.capture_payment", "orders.view_order")
    )
    address = f"/admin/payments/payment/{payment.pk}/"

    page = client.get(f"{address}change/").content.decode()
    refused = client.post(f"{address}capture/", {"amount": "114.79"})
    answer = client.post(f"{address}capture/", {"amount": "60.00"})

    assert "Take the money" in page
    assert (refused.status_code, answer.status_code) == (400, 302)
    assert at_provider(sandbox, payment) == ("captured", 6000)


def test_staff_without_the_right_take_nothing(payment: Payment, sandbox: Sandbox) -> None:
    client = staff.signed_in(staff.employee("payments.view_payment"))

    for act in ("capture", "release"):
        answer = client.post(f"/admin/payments/payment/{payment.pk}/{act}/", {"amount": "60.00"})
        assert answer.status_code == 403

    assert at_provider(sandbox, payment) == ("authorized", 0)

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.models import Order
from payments.commands import refund, settle_refund
from payments.models import Payment, Refund
from payments.queries import waiting_refunds
from payments.tasks import settle_refunds
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from tests.books import books
from tests.payments.sandbox_process import Sandbox
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    return till.paid(order)


@pytest.fixture
def waiting(payment: Payment) -> Refund:
    """$60.00 of $114.78 on its way back."""
    return refund(payment_id=payment.pk, amount=Decimal("60.00"), reason="torn seam")


def refunded_there(sandbox: Sandbox, payment: Payment) -> int:
    """Cents the provider has sent back."""
    amount: int = sandbox.fetch(payment.provider_payment_id)["refunded"]
    return amount


def test_sends_the_money_back(waiting: Refund, payment: Payment, sandbox: Sandbox) -> None:
    settle_refund(refund_id=waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.last_error) == ("succeeded", "")
    assert waiting.provider_refund_id.startswith("re_")
    assert waiting.succeeded_at is not None
    assert refunded_there(sandbox, payment) == 6000


def test_is_safe_to_repeat(waiting: Refund, payment: Payment, sandbox: Sandbox) -> None:
    settle_refund(refund_id=waiting.pk)
    before = books()

    settle_refund(refund_id=waiting.pk)

    assert books() == before
    assert refunded_there(sandbox, payment) == 6000


def test_sends_it_once_though_the_answer_was_lost(
    waiting: Refund, payment: Payment, sandbox: Sandbox
) -> None:
    sandbox.faults(fail_after=1)
    settle_refund(refund_id=waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == ("pending", 1)

    settle_refund(refund_id=waiting.pk)

    waiting.refresh_from_db()
    assert waiting.status == "succeeded"
    assert refunded_there(sandbox, payment) == 6000


def test_waits_while_the_provider_is_down(
    waiting: Refund, payment: Payment, sandbox: Sandbox
) -> None:
    sandbox.kill()

    settle_refund(refund_id=waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == ("pending", 1)
    assert waiting.last_error != ""
    assert timezone.now() < waiting.next_try_at < timezone.now() + timedelta(seconds=11)
    assert waiting_refunds(10) == []

    sandbox.start()
    Refund.objects.update(next_try_at=timezone.now())
    settle_refunds()

    waiting.refresh_from_db()
    assert waiting.status == "succeeded"
    assert refunded_there(sandbox, payment) == 6000


@pytest.mark.parametrize("attempts", [10, 50, 1000])
def test_never_waits_longer_than_an_hour(waiting: Refund, sandbox: Sandbox, attempts: int) -> None:
    Refund.objects.update(attempts=attempts)
    sandbox.faults(fail_before=1)

    settle_refund(refund_id=waiting.pk)

    waiting.refresh_from_db()
    assert waiting.attempts == attempts + 1
    assert waiting.next_try_at <= timezone.now() + timedelta(hours=1)


def test_waits_while_the_provider_is_working_on_it(
    waiting: Refund, payment: Payment, sandbox: Sandbox
) -> None:
    sandbox.faults(refunds_pend=1)

    settle_refund(refund_id=waiting.pk)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.attempts) == ("pending", 1)
    assert waiting.last_error == "The provider is still working on it."


@pytest.mark.parametrize(("succeeds", "status"), [(True, "succeeded"), (False, "failed")])
def test_learns_how_it_ended_there(
    waiting: Refund, payment: Payment, sandbox: Sandbox, succeeds: bool, status: str
) -> None:
    sandbox.faults(refunds_pend=1)
    settle_refund(refund_id=waiting.pk)
    waiting.refresh_from_db()
    sandbox.call("POST", f"/_refunds/{waiting.provider_refund_id}", {"succeeds": succeeds})

    settle_refund(refund_id=waiting.pk)

    waiting.refresh_from_db()
    payment.refresh_from_db()
    assert waiting.status == status
    assert payment.amount_refunded == (60 if succeeds else 0)
    assert refunded_there(sandbox, payment) == (6000 if succeeds else 0)


def test_gives_it_back_to_the_balance_when_the_provider_says_no(
    waiting: Refund, payment: Payment, order: Order, sandbox: Sandbox
) -> None:
    sandbox.faults(refunds_fail=1)

    settle_refund(refund_id=waiting.pk)

    waiting.refresh_from_db()
    payment.refresh_from_db()
    order.refresh_from_db()
    assert (waiting.status, waiting.succeeded_at) == ("failed", None)
    assert (payment.status, payment.amount_refunded) == ("captured", 0)
    assert (order.payment_status, order.amount_refunded) == ("paid", 0)
    assert set(violations(instant_only=True).values()) == {0}


def test_gives_back_only_what_was_refused(
    waiting: Refund, payment: Payment, sandbox: Sandbox
) -> None:
    settle_refund(refund_id=waiting.pk)
    second = refund(payment_id=payment.pk, amount=Decimal("54.78"), reason="the rest")
    # Somebody sent it back by hand at the provider: ours is too much there.
    sandbox.refund(payment.provider_payment_id, 5478)

    settle_refund(refund_id=second.pk)

    second.refresh_from_db()
    payment.refresh_from_db()
    assert second.status == "failed"
    assert (payment.status, payment.amount_refunded) == ("partially_refunded", Decimal("60.00"))


def test_ignores_an_unknown_refund() -> None:
    before = books()

    settle_refund(refund_id=new_id())

    assert books() == before

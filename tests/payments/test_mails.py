"""What a payment provider reports is told to the shopper, once however often it is reported."""

from decimal import Decimal

import pytest
from django.core import mail as post

from orders.models import Order
from payments.commands import refund, settle_refund
from shopflow.lib.mail import send_due
from shopflow.lib.models import OutboxMessage
from tests.payments.sandbox_process import CARD_DECLINES, CARD_PAYS
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    topics = OutboxMessage.objects.order_by("id").values_list("topic", flat=True)
    return [topic.removeprefix("mail:orders/") for topic in topics]


def test_a_payment_reported_twice_is_told_once(order: Order, till: Till) -> None:
    payment = till.paid(order)

    till.tell(payment)

    assert kinds() == ["placed", "paid"]


def test_a_declined_card_is_told_once_and_leads_back(order: Order, till: Till) -> None:
    payment = till.pay(order, CARD_DECLINES)
    till.tell(payment, "payment.failed")
    till.sandbox.pay(payment.provider_payment_id, CARD_DECLINES)
    till.tell(payment, "payment.failed")

    assert kinds() == ["placed", "payment_failed"]
    send_due()
    body = str(post.outbox[-1].body)
    assert f"/pay/{order.order_number}/?token=" in body


def test_a_card_that_works_after_all_is_told(order: Order, till: Till) -> None:
    payment = till.pay(order, CARD_DECLINES)
    till.tell(payment, "payment.failed")
    till.sandbox.pay(payment.provider_payment_id, CARD_PAYS)
    till.tell(payment)

    assert kinds() == ["placed", "payment_failed", "paid"]


def test_each_refund_is_told_once_it_is_sent(order: Order, till: Till) -> None:
    payment = till.paid(order)
    first = refund(payment_id=payment.pk, amount=order.total - 100, reason="Broken")
    assert kinds() == ["placed", "paid"]

    settle_refund(refund_id=first.pk)
    settle_refund(refund_id=first.pk)
    second = refund(payment_id=payment.pk, amount=Decimal(100), reason="All")
    settle_refund(refund_id=second.pk)

    assert kinds() == ["placed", "paid", "refunded", "refunded"]
    send_due()
    subjects = sorted(mail.subject for mail in post.outbox[-2:])
    assert subjects == [
        "$100.00 is on its way back to you",
        "$14.78 is on its way back to you",
    ]

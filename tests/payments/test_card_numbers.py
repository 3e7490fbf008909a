"""No card number is anywhere in the shop, whatever happens at the provider (PCI DSS, SAQ A)."""

import re

import pytest
from django.apps import apps

from orders.models import Order
from payments import commands
from payments.models import Payment, PaymentEvent
from tests.payments.sandbox_process import CARD_DECLINES, CARD_PAYS
from tests.payments.webhooks import Till
from tests.privacy.dumps import dumped

# ISO/IEC 7812-1: 13 to 19 digits, perhaps in groups. Not part of an id or a time, and not the
# milliseconds of a moment of these years either.
CARD = re.compile(r"(?<![\w.:-])(?!1[6-9]\d{11}(?!\d))\d(?:[ -]?\d){12,18}(?![\w.:-])")
NAMES = re.compile(r"card_?number|(^|_)pan($|_)|cvv|cvc|security_code|track_?data|pin_block")


def cards_in(text: str) -> list[str]:
    """What has as many digits as a card, and the last of them fits the others."""
    return [found[0] for found in CARD.finditer(text) if fits(found[0])]


def fits(number: str) -> bool:
    """Luhn: from the right, every second digit is doubled."""
    digits = [int(digit) for digit in reversed(number) if digit.isdigit()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


@pytest.mark.django_db(transaction=True)
def test_stands_in_the_database(order: Order, till: Till) -> None:
    declined = till.pay(order, CARD_DECLINES)
    till.sandbox.pay(declined.provider_payment_id, CARD_PAYS)
    event = till.receive(till.event(declined))
    commands.process_event(event_id=event)
    payment = Payment.objects.get(pk=declined.pk)
    commands.refund(payment_id=payment.pk, amount=payment.amount, reason="test")
    till.receive(till.event(payment, card={"number": CARD_PAYS, "cvc": "123"}))

    everything = dumped()

    assert PaymentEvent.objects.count() == 2
    assert order.order_number in everything
    assert CARD_PAYS not in everything
    assert CARD_DECLINES not in everything
    assert cards_in(everything) == []


def test_has_no_column_to_stand_in() -> None:
    columns = {
        f"{model._meta.db_table}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if NAMES.search(field.name)
    }

    assert columns == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"x {CARD_PAYS} y", [CARD_PAYS]),
        ("4242 4242 4242 4242\t", ["4242 4242 4242 4242"]),
        ("4242424242424241", []),
        ("1795289122099", []),
        ("0197f0c2-d3e4-4f5a-8444-4242424242424242", []),
    ],
)
def test_would_be_seen(text: str, found: list[str]) -> None:
    assert cards_in(text) == found

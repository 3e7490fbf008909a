from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders import commands as orders
from orders.errors import GiftCardsSent
from payments import tasks
from payments.commands import issue_bought, send_card
from payments.models import GiftCard
from payments.models.gift_codes import digest
from payments.queries import card_of, cards_to_send, unissued_orders
from shipping.models import ShippingMethod
from shopflow.invariants import violations
from shopflow.lib.models import OutboxMessage
from shopflow.privacy.commands import erase_user
from tests import factories
from tests.gift_cards import bought, ordered
from tests.mailing import facts_of

pytestmark = pytest.mark.django_db
EVE = {"recipient_email": "eve@example.com", "recipient_name": "Eve", "message": "Dear\nEve"}


def test_makes_one_card_for_each_unit(us_shipping: ShippingMethod) -> None:
    order = bought(quantity=3, said=EVE)
    assert order.total == Decimal("75.00")  # no shipping, no tax

    issue_bought(order_id=order.pk)
    issue_bought(order_id=order.pk)

    cards = GiftCard.objects.exclude(unit=None).order_by("unit")
    assert [card.unit for card in cards] == [1, 2, 3]
    assert {card.balance for card in cards} == {Decimal("25.00")}
    assert {card.recipient_email for card in cards} == {"eve@example.com"}
    assert len({card.code_hash for card in cards}) == 3
    assert unissued_orders(10) == []
    assert [name for name, count in violations(instant_only=True).items() if count] == []


def test_an_unpaid_order_gets_none(us_shipping: ShippingMethod) -> None:
    order = ordered(said=EVE)

    assert issue_bought(order_id=order.pk) == []

    assert GiftCard.objects.count() == 0
    assert unissued_orders(10) == []


def test_a_promise_of_money_is_not_enough(us_shipping: ShippingMethod) -> None:
    order = ordered(said=EVE)
    orders.promise(order_id=order.pk, paid=Decimal(0))

    assert issue_bought(order_id=order.pk) == []
    assert unissued_orders(10) == []

    orders.cancel(order_id=order.pk, reason="by the customer")
    order.refresh_from_db()
    assert order.status == "cancelled"


def test_the_mail_brings_a_code_that_works(us_shipping: ShippingMethod) -> None:
    order = bought(said=EVE)
    [card_id] = issue_bought(order_id=order.pk)
    before = GiftCard.objects.get(pk=card_id).code_hash

    send_card(card_id=card_id)
    send_card(card_id=card_id)

    [(to, facts)] = facts_of("payments/gift_card")
    assert to == "eve@example.com"
    card = card_of(facts["code"])
    assert (card.pk, card.code_hash != before) == (card_id, True)
    assert card.code_hash == digest(facts["code"])
    assert facts["code"] not in str(list(GiftCard.objects.values()))


def test_without_an_address_it_comes_to_who_ordered(us_shipping: ShippingMethod) -> None:
    order = bought()

    tasks.issue_gift_cards_of(str(order.pk))

    assert [to for to, _ in facts_of("payments/gift_card")] == ["ada@example.com"]


def test_comes_to_who_ordered_once_its_recipient_is_erased(us_shipping: ShippingMethod) -> None:
    eve = factories.UserFactory.create(email="eve@example.com", email_verified=True)
    order = bought(said=EVE)
    [card_id] = issue_bought(order_id=order.pk)
    erase_user(user_id=eve.pk)

    send_card(card_id=card_id)

    [(to, facts)] = facts_of("payments/gift_card")
    assert to == order.customer_email
    assert card_of(facts["code"]).pk == card_id


def test_an_unmade_card_comes_to_who_ordered_once_its_recipient_is_erased(
    us_shipping: ShippingMethod,
) -> None:
    eve = factories.UserFactory.create(email="eve@example.com", email_verified=True)
    order = bought(said=EVE)
    erase_user(user_id=eve.pk)

    issue_bought(order_id=order.pk)

    card = GiftCard.objects.get(order_item__order=order)
    assert (card.recipient_email, card.recipient_name) == (order.customer_email, "")


def test_waits_for_its_day(us_shipping: ShippingMethod) -> None:
    day = timezone.now().date() + timedelta(days=3)
    order = bought(said={**EVE, "send_on": day.isoformat()})

    tasks.issue_gift_cards_of(str(order.pk))

    assert facts_of("payments/gift_card") == []
    assert cards_to_send(10) == []
    GiftCard.objects.exclude(unit=None).update(send_at=timezone.now())
    tasks.send_gift_cards()
    tasks.send_gift_cards()
    assert len(facts_of("payments/gift_card")) == 1


def test_the_sweep_finds_what_the_doorbell_lost(us_shipping: ShippingMethod) -> None:
    order = bought(quantity=2)
    assert unissued_orders(10) == [order.pk]

    tasks.issue_gift_cards()

    assert GiftCard.objects.exclude(unit=None).count() == 2
    assert OutboxMessage.objects.filter(topic="mail:payments/gift_card").count() == 2


def test_a_paid_order_with_cards_is_not_cancelled(us_shipping: ShippingMethod) -> None:
    order = bought()

    with pytest.raises(GiftCardsSent):
        orders.cancel(order_id=order.pk, reason="by the customer")

    order.refresh_from_db()
    assert order.status == "confirmed"


def test_an_unpaid_order_of_cards_alone_expires(us_shipping: ShippingMethod) -> None:
    order = ordered()
    assert list(type(order).objects.overdue()) == []

    type(order).objects.update(placed_at=timezone.now() - timedelta(hours=2))

    assert list(type(order).objects.overdue()) == [order]

"""What has become of an order is told by mail: by the command that makes it true, and once."""

from decimal import Decimal

import pytest
from django.core import mail as post
from django.utils import translation
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.models import ProductVariant
from orders import commands
from orders.errors import NothingToTell, OrderNotCancellable, OrderNotFound
from orders.models import Order
from orders.queries import Fact, guest_token
from shipping.models import ShippingMethod
from shopflow.lib.ids import new_id
from shopflow.lib.mail import send_due
from shopflow.lib.mail.letters import opened
from shopflow.lib.models import AuditLog, OutboxMessage
from shopflow.mails.samples import SAMPLES
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return factories.UserFactory.create()


def kinds() -> list[str]:
    """The kinds of the mails that wait, in the order they were written."""
    topics = OutboxMessage.objects.order_by("id").values_list("topic", flat=True)
    return [topic.removeprefix("mail:orders/") for topic in topics]


def shipped(order: Order) -> Order:
    commands.confirm(order_id=order.pk, amount=order.total)
    return commands.ship(order_id=order.pk, carrier="UPS", tracking_number="1Z999")


def sent() -> list[post.EmailMessage]:
    post.outbox.clear()
    send_due()
    return post.outbox


def test_each_step_is_told_once(order: Order) -> None:
    shipped(order)
    commands.confirm(order_id=order.pk, amount=order.total)
    commands.deliver(order_id=order.pk)

    assert kinds() == ["placed", "paid", "shipped", "delivered"]


def test_a_cancelled_order_is_told_once(order: Order) -> None:
    commands.cancel(order_id=order.pk, reason="by the customer")
    commands.cancel(order_id=order.pk, reason="by the customer")

    assert kinds() == ["placed", "cancelled"]


def test_an_expired_order_is_told_once_and_a_late_payment_too(order: Order) -> None:
    commands.expire(order_id=order.pk)
    commands.expire(order_id=order.pk)
    commands.reopen(order_id=order.pk, amount=order.total)

    assert kinds() == ["placed", "expired", "paid"]


def test_an_order_that_costs_nothing_is_placed_and_paid(variant: ProductVariant) -> None:
    factories.coupon("ALL", percent=100)
    ShippingMethod.objects.update(price=0)

    order = factories.placed_order((variant, 1), code="ALL")

    assert order.total == 0
    assert kinds() == ["placed", "paid"]


def test_each_refund_and_each_failed_attempt_is_told_once(order: Order) -> None:
    attempt, refund, another = new_id(), new_id(), new_id()

    for _ in range(2):
        commands.tell_failed_payment(order_id=order.pk, payment_id=attempt)
        commands.tell_refund(order_id=order.pk, refund_id=refund, amount=Decimal("5.00"))
        commands.tell_refund(order_id=order.pk, refund_id=another, amount=Decimal("6.00"))

    assert kinds() == ["placed", "payment_failed", "refunded", "refunded"]


def test_a_failed_attempt_beside_a_paid_one_is_told_to_nobody(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)

    commands.tell_failed_payment(order_id=order.pk, payment_id=new_id())

    assert kinds() == ["placed", "paid"]


def test_what_does_not_happen_is_not_told(order: Order) -> None:
    shipped(order)

    with pytest.raises(OrderNotCancellable):
        commands.cancel(order_id=order.pk, reason="by the customer")

    assert kinds() == ["placed", "paid", "shipped"]


def test_every_mail_tells_just_what_its_templates_need(order: Order) -> None:
    commands.tell_failed_payment(order_id=order.pk, payment_id=new_id())
    shipped(order)
    commands.deliver(order_id=order.pk)
    commands.tell_refund(order_id=order.pk, refund_id=new_id(), amount=order.total)
    other = factories.placed_order((order.items.get().variant, 1))
    commands.expire(order_id=other.pk)
    third = factories.placed_order((order.items.get().variant, 1))
    commands.cancel(order_id=third.pk, reason="by staff")
    commands.add_note(order_id=third.pk, text="Sorry", is_shown_to_shopper=True)
    clerk = factories.UserFactory.create(role="employee")
    fourth = factories.check_out(factories.cart_with((order.items.get().variant, 2)), by=clerk.pk)
    commands.confirm(order_id=fourth.pk, amount=fourth.total)
    change = commands.propose_change(order_id=fourth.pk, units={fourth.items.get().pk: 1})
    commands.apply_change(change_id=change.pk, expected_difference=change.difference)

    letters = [opened(message) for message in OutboxMessage.objects.all()]

    assert {letter.kind for letter in letters} == {f"orders/{fact}" for fact in Fact}
    for letter in letters:
        assert set(letter.facts) == set(SAMPLES[letter.kind].facts), letter.kind


def test_shows_lines_amounts_and_the_guests_link(order: Order, settings: Settings) -> None:
    [mail] = sent()

    assert mail.to == ["ada@example.com"]
    assert mail.subject == f"We have your order {order.order_number}"
    body = str(mail.body)
    assert f"2 × {order.items.get().product_name}: $100.00" in body
    assert "Shipping: $5.90" in body
    assert "Sales tax: $8.88" in body
    assert "Total: $114.78" in body
    assert "1 Main Street\nNew York, NY 10001\nUnited States" in body
    token = guest_token(order)
    assert f"{settings.SITE_URL}/orders/{order.order_number}/?token={token}\n" in body


def test_an_accounts_mail_opens_nothing(variant: ProductVariant, user: User) -> None:
    order = factories.placed_order((variant, 1), user=user)

    [mail] = sent()

    assert "token=" not in str(mail.body)
    assert f"/orders/{order.order_number}/\n" in str(mail.body)


def test_shows_the_parcel(order: Order) -> None:
    shipped(order)

    *_, mail = sent()

    assert mail.subject == f"Order {order.order_number} is on its way"
    assert "Carrier: UPS\nTracking number: 1Z999" in str(mail.body)


def test_reads_in_the_language_it_was_ordered_in_whoever_makes_it_true(
    variant: ProductVariant,
) -> None:
    with translation.override("de"):
        order = factories.placed_order((variant, 2))
    commands.confirm(order_id=order.pk, amount=order.total)
    commands.tell_refund(order_id=order.pk, refund_id=new_id(), amount=Decimal("1234.50"))

    placed, paid, refunded = sent()

    assert order.language == "de"
    for mail in (placed, paid, refunded):
        assert "/de/orders/" in str(mail.body)
    assert "114,78\xa0$" in str(paid.body)
    assert "1.234,50\xa0$" in refunded.subject


def test_says_what_is_so_when_it_is_sent(order: Order) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)

    placed, _ = sent()

    assert "As soon as your payment is through" not in str(placed.body)


def test_an_order_without_an_address_goes_on(order: Order) -> None:
    Order.objects.update(customer_email="erased-1@invalid")

    commands.confirm(order_id=order.pk, amount=order.total)

    order.refresh_from_db()
    assert order.status == "confirmed"
    assert kinds() == ["placed"]


def test_is_sent_again_in_full_and_noted(order: Order) -> None:
    staff = factories.UserFactory.create()
    shipped(order)

    for fact in (Fact.SHIPPED, Fact.PAID):
        commands.resend_mail(order_id=order.pk, fact=fact, by=staff.pk)

    assert kinds() == ["placed", "paid", "shipped", "shipped", "paid"]
    *_, parcel, _ = sent()
    assert "Tracking number: 1Z999" in str(parcel.body)
    noted = AuditLog.objects.filter(entity_id=str(order.pk), user_id=staff.pk).order_by("id")
    assert [log.new_values for log in noted] == [{"mail": "shipped"}, {"mail": "paid"}]


@pytest.mark.parametrize("fact", [Fact.PAID, Fact.SHIPPED, Fact.CANCELLED, Fact.REFUNDED])
def test_sends_nothing_again_that_is_not_so(order: Order, fact: Fact) -> None:
    with pytest.raises(NothingToTell):
        commands.resend_mail(order_id=order.pk, fact=fact)

    assert kinds() == ["placed"]


def test_knows_no_other_order(db: None) -> None:
    with pytest.raises(OrderNotFound):
        commands.resend_mail(order_id=new_id(), fact=Fact.PLACED)


def test_reading_an_order_for_a_mail_costs_so_many_statements(
    order: Order, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # The mail is claimed, its order read and what was sent noted: each between savepoints, for
    # whom it works, and nobody afterwards. Order, lines, taxes, addresses. Then none is left.
    with django_assert_num_queries(20):
        send_due()

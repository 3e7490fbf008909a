from decimal import Decimal

import pytest
import redis

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Order
from payments import commands
from payments.models import GiftCard, Refund
from payments.tasks import settle_returns
from shopflow.invariants import violations
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books
from tests.orders.coming_back import accepted, arrived, came, line, two_sizes
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db


def sent_back() -> list[Decimal]:
    return list(Refund.objects.order_by("id").values_list("amount", flat=True))


def nothing_is_wrong() -> bool:
    for row in Refund.objects.filter(status="pending"):
        commands.settle_refund(refund_id=row.pk)
    send_due()
    wrong = [name for name, rows in violations().items() if rows]
    return [name for name in wrong if name != "stock_figures_equal_inventory"] == []


def test_gives_back_what_the_units_cost(order: Order, till: Till) -> None:
    row = came(accepted(arrived(order, till=till)))

    commands.settle_return(return_id=row.pk)

    # 50.00 and half of the tax of 8.88.
    [refund] = Refund.objects.all()
    assert (refund.amount, refund.order_return, refund.restock) == (Decimal("54.44"), row, False)
    assert [(one.quantity, one.amount) for one in refund.items.all()] == [(1, Decimal("54.44"))]
    row.refresh_from_db()
    assert (row.status, row.items.get().quantity_settled) == ("closed", 1)
    assert nothing_is_wrong()


def test_gives_it_back_once(order: Order, till: Till) -> None:
    row = came(accepted(arrived(order, till=till)))
    commands.settle_return(return_id=row.pk)
    before = books()

    commands.settle_return(return_id=row.pk)

    assert books() == before


def test_gives_parts_back_as_they_come(order: Order, till: Till) -> None:
    row = accepted(arrived(order, till=till), units=2)

    for _ in range(2):
        came(row)
        commands.settle_return(return_id=row.pk)

    assert sent_back() == [Decimal("54.44"), Decimal("54.44")]
    row.refresh_from_db()
    assert row.status == "closed"
    assert nothing_is_wrong()


def test_gives_the_delivery_back_with_a_whole_withdrawal(order: Order, till: Till) -> None:
    arrived(order, till=till)
    row = orders.withdraw(order_id=order.pk, name="Ada Byron").order_return
    assert row
    came(row, units=2)

    commands.settle_return(return_id=row.pk)

    order.refresh_from_db()
    assert sent_back() == [order.total]
    assert nothing_is_wrong()
    order.refresh_from_db()
    assert (order.status, order.fulfilment_status) == ("refunded", "returned")


def test_keeps_the_delivery_of_a_withdrawal_in_part(order: Order, till: Till) -> None:
    arrived(order, till=till)
    units = {order.items.get().pk: 1}
    row = orders.withdraw(order_id=order.pk, name="Ada Byron", units=units).order_return
    assert row
    came(row)

    commands.settle_return(return_id=row.pk)

    assert sent_back() == [Decimal("54.44")]


def test_gives_a_gift_card_where_one_is_wanted(order: Order, till: Till) -> None:
    row = came(accepted(arrived(order, till=till), resolution="gift_card"))

    commands.settle_return(return_id=row.pk)

    card = GiftCard.objects.get()
    assert (card.balance, card.recipient_email) == (Decimal("54.44"), order.customer_email)
    assert sent_back() == []
    order.refresh_from_db()
    assert order.amount_refunded == Decimal("54.44")
    assert nothing_is_wrong()


def test_gives_the_difference_of_an_exchange_back(us_shipping: object, till: Till) -> None:
    small, medium = two_sizes(other="40.00")
    order = arrived(factories.placed_order((small, 1)), till=till)
    wanted = line(order, reason="too_small", wanted_variant_id=medium.pk)
    row = came(accepted(order, kind="exchange", resolution="exchange", lines=[wanted]))
    orders.send_replacement(return_id=row.pk)

    commands.settle_return(return_id=row.pk)

    # A fifth of 54.44.
    assert sent_back() == [Decimal("10.89")]
    assert nothing_is_wrong()


def test_gives_nothing_back_for_the_same_price(us_shipping: object, till: Till) -> None:
    small, medium = two_sizes()
    order = arrived(factories.placed_order((small, 1)), till=till)
    wanted = line(order, reason="too_small", wanted_variant_id=medium.pk)
    row = came(accepted(order, kind="exchange", resolution="exchange", lines=[wanted]))
    orders.send_replacement(return_id=row.pk)

    commands.settle_return(return_id=row.pk)

    assert sent_back() == []
    assert row.items.get().quantity_settled == 1


def test_gives_never_more_back_than_is_left(order: Order, till: Till) -> None:
    arrived(order, till=till)
    payment = order.payments.get()
    commands.refund(payment_id=payment.pk, amount=Decimal("100.00"), reason="goodwill")
    row = came(accepted(order))

    commands.settle_return(return_id=row.pk)

    assert sent_back() == [Decimal("100.00"), Decimal("14.78")]
    assert nothing_is_wrong()


def test_leaves_units_alone_that_staff_gave_back(order: Order, till: Till) -> None:
    arrived(order, till=till)
    item = order.items.get()
    commands.refund_lines(
        payment_id=order.payments.get().pk,
        lines=[commands.RefundLine(order_item_id=item.pk, quantity=2)],
        reason="by phone",
    )
    row = came(accepted(order))

    commands.settle_return(return_id=row.pk)

    assert sent_back() == [Decimal("108.88")]
    row.refresh_from_db()
    assert row.status == "closed"


def test_finds_what_the_doorbell_missed(
    order: Order, till: Till, queue: "redis.Redis", variant: ProductVariant
) -> None:
    row = came(accepted(arrived(order, till=till)))

    settle_returns()
    settle_returns()

    assert sent_back() == [Decimal("54.44")]
    row.refresh_from_db()
    assert row.status == "closed"

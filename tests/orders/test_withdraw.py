from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from catalog.models import ProductVariant
from orders import commands
from orders.errors import (
    InvalidReturn,
    NothingToReturn,
    OrderNotFound,
    UnitsNotReturnable,
    WithdrawalTooLate,
)
from orders.models import Order, OrderReturn
from orders.queries import last_day
from shopflow.lib.ids import new_id
from shopflow.lib.mail import send_due
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.books import books
from tests.orders.coming_back import accepted, arrived, delivered_ago, sent

pytestmark = pytest.mark.django_db
NAME = "Ada Byron"


def receipts() -> int:
    return OutboxMessage.objects.filter(topic="mail:orders/withdrawal").count()


def test_cancels_what_hasnt_left(order: Order, variant: ProductVariant) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)

    done = commands.withdraw(order_id=order.pk, name=NAME)

    order.refresh_from_db()
    assert (done.order_return, done.order.status) == (None, "cancelled")
    assert (order.status, order.cancel_reason) == ("cancelled", "withdrawn from the contract")
    assert factories.figures(variant) == (10, 0)
    assert receipts() == 1


def test_lets_what_has_arrived_come_back_without_anybodys_leave(order: Order) -> None:
    arrived(order)

    done = commands.withdraw(order_id=order.pk, name=NAME)

    row = order.returns.get()
    assert done.order_return == row
    assert (row.kind, row.status, row.resolution) == ("withdrawal", "approved", "refund")
    [item] = row.items.all()
    assert (item.quantity, item.reason) == (2, "withdrawal")
    assert (receipts(), row.is_awaited) == (1, True)


def test_takes_a_part_of_it(order: Order) -> None:
    arrived(order)
    item = order.items.get()

    commands.withdraw(order_id=order.pk, name=NAME, units={item.pk: 1})

    assert order.returns.get().items.get().quantity == 1


def test_is_possible_while_the_parcel_is_on_its_way(order: Order) -> None:
    sent(order)
    Order.objects.filter(pk=order.pk).update(placed_at=datetime(2020, 1, 1, tzinfo=UTC))

    assert commands.withdraw(order_id=order.pk, name=NAME).order_return


def test_leaves_out_what_is_on_its_way_back_already(order: Order) -> None:
    accepted(arrived(order))

    commands.withdraw(order_id=order.pk, name=NAME)

    assert order.returns.get(kind="withdrawal").items.get().quantity == 1


def test_mails_the_receipt_with_content_and_time(
    order: Order, mailoutbox: list[object], settings: Settings
) -> None:
    settings.SHOP_ADDRESS = ["Lange Straße 1", "10243 Berlin"]
    arrived(order)

    done = commands.withdraw(order_id=order.pk, name=NAME)
    send_due()

    [mail] = [one for one in mailoutbox if "withdrawal" in one.subject]  # type: ignore[attr-defined]  # an EmailMessage
    text = mail.body  # type: ignore[attr-defined]  # an EmailMessage
    assert mail.to == ["ada@example.com"]  # type: ignore[attr-defined]  # an EmailMessage
    assert f"On {done.at:%Y-%m-%d %H:%M:%S} UTC we received this statement:" in text
    assert f"“I, {NAME}, withdraw from the contract for order {order.order_number}.”" in text
    assert "2 × " in text
    assert "Lange Straße 1\n10243 Berlin\n" in text
    assert order.returns.get().return_number in text


def test_refuses_a_second_time(order: Order) -> None:
    arrived(order)
    commands.withdraw(order_id=order.pk, name=NAME)
    before = books()

    with pytest.raises(NothingToReturn):
        commands.withdraw(order_id=order.pk, name=NAME)

    assert books() == before


def test_refuses_a_cancelled_order(order: Order) -> None:
    factories.cancel(order)
    before = books()

    with pytest.raises(NothingToReturn):
        commands.withdraw(order_id=order.pk, name=NAME)

    assert books() == before


def test_refuses_it_after_the_last_day(order: Order) -> None:
    arrived(order)
    delivered_ago(order, days=17)
    before = books()

    with pytest.raises(WithdrawalTooLate):
        commands.withdraw(order_id=order.pk, name=NAME)

    assert books() == before


@pytest.mark.parametrize("days", [0, 14])
def test_takes_it_until_the_last_day(order: Order, days: int) -> None:
    arrived(order)
    delivered_ago(order, days=days)

    assert commands.withdraw(order_id=order.pk, name=NAME).order_return


@pytest.mark.parametrize(
    ("delivered", "last"),
    [
        (datetime(2026, 11, 2, 9, tzinfo=UTC), date(2026, 11, 16)),  # a Monday
        (datetime(2026, 10, 31, 9, tzinfo=UTC), date(2026, 11, 16)),  # 14 November: a Saturday
        (datetime(2026, 11, 1, 9, tzinfo=UTC), date(2026, 11, 16)),  # 15 November: a Sunday
        (None, None),
    ],
)
def test_ends_on_a_working_day(delivered: datetime | None, last: date | None) -> None:
    order = Order(delivered_at=delivered)

    assert last_day(order=order, kind="withdrawal") == last
    assert last_day(order=order, kind="return") == (
        delivered.date() + timedelta(days=30) if delivered else None
    )


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "Ada\0"])
def test_wants_a_name(order: Order, name: str) -> None:
    arrived(order)

    with pytest.raises(InvalidReturn):
        commands.withdraw(order_id=order.pk, name=name)

    assert not OrderReturn.objects.exists()


def test_refuses_more_than_came(order: Order) -> None:
    arrived(order)

    with pytest.raises(UnitsNotReturnable):
        commands.withdraw(order_id=order.pk, name=NAME, units={order.items.get().pk: 3})

    assert not OrderReturn.objects.exists()


def test_refuses_an_unknown_order(db: None) -> None:
    with pytest.raises(OrderNotFound):
        commands.withdraw(order_id=new_id(), name=NAME)


def test_keeps_what_hasnt_left_of_an_order_sent_in_parts(
    order: Order, variant: ProductVariant
) -> None:
    commands.confirm(order_id=order.pk, amount=order.total)
    item = order.items.get()
    commands.ship(order_id=order.pk, carrier="UPS", tracking_number="PART-1", units={item.pk: 1})

    commands.withdraw(order_id=order.pk, name=NAME)

    order.refresh_from_db()
    assert order.status == "shipped"
    assert order.changes.get().new_values == {"quantities": {str(item.pk): 1}}
    assert order.returns.get().items.get().quantity == 1
    assert factories.figures(variant) == (9, 0)

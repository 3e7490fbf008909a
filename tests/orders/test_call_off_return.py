import pytest

from orders import commands
from orders.errors import InvalidReturn
from orders.models import Order
from shopflow.lib.errors import InvalidTransition
from tests.books import books
from tests.orders.coming_back import accepted, arrived, asked, came

pytestmark = pytest.mark.django_db


def test_lets_the_shopper_keep_the_goods(order: Order) -> None:
    arrived(order)
    waiting, allowed = asked(order), accepted(order)

    for row in (waiting, allowed):
        commands.call_off_return(return_id=row.pk)

    assert set(order.returns.values_list("status", flat=True)) == {"cancelled"}


def test_is_safe_to_repeat(order: Order) -> None:
    row = asked(arrived(order))
    commands.call_off_return(return_id=row.pk)
    before = books()

    commands.call_off_return(return_id=row.pk)

    assert books() == before


def test_comes_too_late_when_goods_are_here(order: Order) -> None:
    row = came(accepted(arrived(order), units=2))

    with pytest.raises(InvalidTransition):
        commands.call_off_return(return_id=row.pk)

    row.refresh_from_db()
    assert row.status == "partially_received"


def test_leaves_a_withdrawal(order: Order) -> None:
    done = commands.withdraw(order_id=arrived(order).pk, name="Ada Byron")
    assert done.order_return

    with pytest.raises(InvalidReturn):
        commands.call_off_return(return_id=done.order_return.pk)

    done.order_return.refresh_from_db()
    assert done.order_return.status == "approved"

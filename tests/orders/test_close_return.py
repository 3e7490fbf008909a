import pytest

from orders import commands
from orders.errors import InvalidReturn
from orders.models import Order
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.models import OutboxMessage
from tests.orders.coming_back import accepted, arrived, asked, came

pytestmark = pytest.mark.django_db


def test_waits_no_longer_for_what_never_came(order: Order) -> None:
    row = accepted(arrived(order))

    commands.close_return(return_id=row.pk, note="Nothing came for a month.")

    row.refresh_from_db()
    assert (row.status, row.decision) == ("cancelled", "Nothing came for a month.")
    assert OutboxMessage.objects.filter(topic="mail:orders/return_closed").count() == 1


def test_waits_no_longer_for_the_rest(order: Order) -> None:
    row = came(accepted(arrived(order), units=2))

    commands.close_return(return_id=row.pk, note="The other one never came.")

    row.refresh_from_db()
    assert (row.status, row.resolution) == ("closed", "refund")
    due = commands.take_due(return_id=row.pk)
    assert due
    assert [line.quantity for line in due.lines] == [1]


def test_sends_goods_back_without_money(order: Order) -> None:
    row = came(accepted(arrived(order)), restock=False, note="Worn")

    commands.close_return(return_id=row.pk, note="It was worn.", is_sent_back=True)

    row.refresh_from_db()
    assert (row.status, row.resolution) == ("closed", "sent_back")
    assert commands.take_due(return_id=row.pk) is None


def test_sends_nothing_back_whose_money_is_on_its_way(order: Order) -> None:
    row = came(accepted(arrived(order), units=2))
    commands.take_due(return_id=row.pk)

    with pytest.raises(InvalidReturn):
        commands.close_return(return_id=row.pk, note="It was worn.", is_sent_back=True)

    row.refresh_from_db()
    assert (row.status, row.resolution) == ("partially_received", "refund")


@pytest.mark.parametrize("note", ["", " ", "x" * 256])
def test_wants_a_word_for_the_shopper(order: Order, note: str) -> None:
    row = accepted(arrived(order))

    with pytest.raises(InvalidReturn):
        commands.close_return(return_id=row.pk, note=note)

    row.refresh_from_db()
    assert row.status == "approved"


def test_refuses_what_nobody_has_decided(order: Order) -> None:
    row = asked(arrived(order))

    with pytest.raises(InvalidTransition):
        commands.close_return(return_id=row.pk, note="Enough.")

    row.refresh_from_db()
    assert row.status == "requested"

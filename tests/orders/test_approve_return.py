import pytest

from orders import commands
from orders.errors import InvalidReturn, ReturnNotFound
from orders.models import Order
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.ids import new_id
from shopflow.lib.models import OutboxMessage
from tests import factories
from tests.books import books
from tests.orders.coming_back import accepted, arrived, asked

pytestmark = pytest.mark.django_db


def test_lets_the_goods_come_and_tells_where_to(order: Order) -> None:
    row = asked(arrived(order))

    commands.approve_return(return_id=row.pk, note="Please  leave the tag on.")

    row.refresh_from_db()
    assert (row.status, row.decision) == ("approved", "Please leave the tag on.")
    assert row.approved_at is not None
    assert row.is_awaited
    assert OutboxMessage.objects.filter(topic="mail:orders/return_approved").count() == 1


def test_refuses_it_twice(order: Order) -> None:
    row = accepted(arrived(order))
    before = books()

    with pytest.raises(InvalidTransition):
        commands.approve_return(return_id=row.pk)

    assert books() == before


@pytest.mark.parametrize("note", ["x" * 256, "\0"])
def test_refuses_a_note_nobody_can_keep(order: Order, note: str) -> None:
    row = asked(arrived(order))

    with pytest.raises(InvalidReturn):
        commands.approve_return(return_id=row.pk, note=note)

    row.refresh_from_db()
    assert row.status == "requested"


def test_refuses_an_unknown_return(db: None) -> None:
    with pytest.raises(ReturnNotFound):
        commands.approve_return(return_id=new_id(), by=factories.UserFactory.create().pk)

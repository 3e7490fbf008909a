import pytest

from orders import commands
from orders.models import Order
from orders.queries import unsettled_returns
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.models import OutboxMessage
from tests.books import books
from tests.orders.coming_back import accepted, arrived, asked, line

pytestmark = pytest.mark.django_db


def test_gives_the_money_without_the_goods(order: Order) -> None:
    row = asked(arrived(order), kind="claim", lines=[line(order, units=2, reason="missing")])

    commands.accept_claim(return_id=row.pk)

    row.refresh_from_db()
    assert (row.status, row.resolution) == ("closed", "refund")
    assert unsettled_returns(10) == [row.pk]
    due = commands.take_due(return_id=row.pk)
    assert due
    assert [(one.quantity, one.part) for one in due.lines] == [(2, 1)]
    assert OutboxMessage.objects.filter(topic="mail:orders/return_closed").count() == 1


def test_is_for_claims_of_money_only(order: Order) -> None:
    arrived(order)
    plain = accepted(order)
    again = accepted(order, kind="claim", resolution="replacement")
    before = books()

    for row in (plain, again):
        with pytest.raises(InvalidTransition):
            commands.accept_claim(return_id=row.pk)

    assert books() == before

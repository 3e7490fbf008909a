import pytest

from orders import commands
from orders.errors import InvalidReturn
from orders.models import Order
from shopflow.lib.errors import InvalidTransition
from shopflow.lib.models import OutboxMessage
from tests.orders.coming_back import accepted, arrived, asked

pytestmark = pytest.mark.django_db


def test_says_no_and_why(order: Order) -> None:
    row = asked(arrived(order))

    commands.refuse_return(return_id=row.pk, reason="It was worn.")

    row.refresh_from_db()
    assert (row.status, row.decision) == ("declined", "It was worn.")
    assert row.closed_at is not None
    assert OutboxMessage.objects.filter(topic="mail:orders/return_declined").count() == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 256])
def test_wants_a_reason(order: Order, reason: str) -> None:
    row = asked(arrived(order))

    with pytest.raises(InvalidReturn):
        commands.refuse_return(return_id=row.pk, reason=reason)

    row.refresh_from_db()
    assert row.status == "requested"


def test_takes_no_word_back(order: Order) -> None:
    row = accepted(arrived(order))

    with pytest.raises(InvalidTransition):
        commands.refuse_return(return_id=row.pk, reason="It was worn.")

    row.refresh_from_db()
    assert row.status == "approved"

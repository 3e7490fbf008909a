import pytest

from orders import commands
from orders.models import Order
from orders.queries import ReturnFact
from shopflow.lib.mail.letters import opened
from shopflow.lib.models import OutboxMessage
from shopflow.mails.samples import SAMPLES
from tests import factories
from tests.orders.coming_back import accepted, arrived, asked, came

pytestmark = pytest.mark.django_db


def test_each_step_is_told_once_with_just_what_its_templates_need(order: Order) -> None:
    arrived(order)
    commands.refuse_return(return_id=asked(order).pk, reason="It was worn.")
    row = came(accepted(order))
    commands.close_return(return_id=row.pk, note="It was worn.", is_sent_back=True)
    again = accepted(order, kind="claim", resolution="replacement")
    commands.send_replacement(return_id=again.pk)
    other = arrived(factories.placed_order((order.items.get().variant, 1)))
    commands.withdraw(order_id=other.pk, name="Ada Byron")

    messages = OutboxMessage.objects.filter(topic__regex="return|withdrawal").order_by("id")
    letters = [opened(message) for message in messages]

    kinds = [letter.kind.removeprefix("orders/") for letter in letters]
    assert kinds == [
        ReturnFact.REQUESTED,
        ReturnFact.DECLINED,
        ReturnFact.REQUESTED,
        ReturnFact.APPROVED,
        ReturnFact.RECEIVED,
        ReturnFact.CLOSED,
        ReturnFact.REQUESTED,
        ReturnFact.APPROVED,
        ReturnFact.REPLACED,
        ReturnFact.WITHDRAWN,
    ]
    assert set(kinds) == set(ReturnFact)
    for letter in letters:
        assert set(letter.facts) == set(SAMPLES[letter.kind].facts), letter.kind

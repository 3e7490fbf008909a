import pytest

from orders.models import Order
from shopflow.invariants import INVARIANTS
from shopflow.lib.errors import InvalidTransition
from tests.books import books

pytestmark = pytest.mark.django_db


def test_moves_along_the_transitions_with_its_facts(order: Order) -> None:
    before = order.updated_at

    order.move_to("confirmed", payment_status="paid", confirmed_at=order.placed_at)

    order.refresh_from_db()
    assert (order.status, order.payment_status) == ("confirmed", "paid")
    assert order.updated_at > before


def test_refuses_every_other_move(order: Order) -> None:
    before = books()

    with pytest.raises(InvalidTransition) as refused:
        order.move_to("delivered")

    assert (refused.value.code, refused.value.status) == ("invalid_transition", 409)
    assert books() == before


def test_the_invariant_knows_the_same_moves() -> None:
    [rule] = [i for i in INVARIANTS if i.name == "history_steps_are_legal"]
    moves = {("", "pending")} | {
        (str(start), str(end)) for start, ends in Order.TRANSITIONS.items() for end in ends
    }

    for start in ("", *Order.Status.values):
        for end in Order.Status.values:
            assert (f"('{start}', '{end}')" in rule.query) is ((start, end) in moves)

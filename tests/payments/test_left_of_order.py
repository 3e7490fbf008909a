from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from orders.models import OrderItem
from payments.queries import LineLeft

PRICES = st.decimals("0.00", "99999.99", places=2)
QUANTITIES = st.integers(1, 200)


def line(price: Decimal, quantity: int, *, refunded: int = 0, ahead: int = 0) -> LineLeft:
    return LineLeft(OrderItem(quantity=quantity), price, refunded, ahead)


@given(price=PRICES, quantity=QUANTITIES, data=st.data())
def test_however_a_line_is_given_back_it_makes_its_price(
    price: Decimal, quantity: int, data: st.DataObject
) -> None:
    cuts = data.draw(st.sets(st.integers(0, quantity)))
    steps = list(pairwise(sorted(cuts | {0, quantity})))

    amounts = [line(price, quantity, refunded=low).amount_of(high - low) for low, high in steps]

    assert sum(amounts) == price
    assert all(amount >= 0 for amount in amounts)


@given(price=PRICES, quantity=QUANTITIES)
def test_no_unit_costs_a_cent_more_or_less_than_its_share(price: Decimal, quantity: int) -> None:
    share = price / quantity

    for number in range(quantity):
        amount = line(price, quantity, refunded=number).amount_of(1)
        assert abs(amount - share) <= Decimal("0.01")


@given(history=st.lists(st.tuples(st.integers(1, 5), st.booleans())))
def test_units_that_came_back_go_on_sale_once(history: list[tuple[int, bool]]) -> None:
    """Refunds with their goods, some of whose money fails and is given back again."""
    came_back = on_sale = ahead = 0
    for units, fails in history:
        again = line(Decimal(1), 1000, ahead=ahead).to_restock(units)
        on_sale += again
        ahead += again if fails else again - units
        came_back += 0 if fails else units

        assert on_sale == came_back + ahead
        assert ahead >= 0

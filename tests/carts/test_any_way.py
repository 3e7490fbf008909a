"""A cart, whatever is done to it and in whichever order (Hypothesis plays the shopper).

300 shoppers in the suite, 10,000 by night (profile `nightly`).
"""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from carts import commands as carts
from carts.errors import CartNotFound, QuantityOutOfRange
from carts.models import Cart, CartItem
from carts.queries import Quote, price_cart, total_of_trace
from catalog.models import ProductVariant
from inventory.models import Inventory
from shipping.models import ShippingMethod
from shopflow.lib.transactions import command
from tests import factories

PRICES = (Decimal("50.00"), Decimal("0.01"), Decimal("19.99"))
STOCK = 100_000
BY_DAY, NOW = 300, settings()
IS_NIGHT = NOW.max_examples > BY_DAY
STEPS = settings(
    max_examples=NOW.max_examples if IS_NIGHT else BY_DAY,
    stateful_step_count=NOW.stateful_step_count if IS_NIGHT else 4,
)
MOST_ORDERS = 10 if IS_NIGHT else 1
WHICH = st.integers(0, len(PRICES) - 1)
UNITS = st.integers(1, 999)


class Shopper(RuleBasedStateMachine):
    """Fills a cart, and knows what has to be in it."""

    variants: ClassVar[list[ProductVariant]] = []
    cart: Cart
    wanted: dict[int, int]
    lines: dict[int, UUID]
    has_code = False
    is_new = True
    units_sold = 0
    purse = 0

    @initialize(purse=st.integers(0, MOST_ORDERS), which=WHICH, units=UNITS)
    def come_in(self, purse: int, which: int, units: int) -> None:
        """`purse`: how many orders they can pay."""
        self.purse = purse
        # What one shopper does is undone before the next one comes.
        self.savepoint = transaction.savepoint()
        self.open()
        self.add(which=which, units=units)

    def open(self) -> None:
        self.cart, self.wanted, self.lines = carts.open_cart().cart, {}, {}
        self.has_code, self.is_new = False, True

    @rule(which=WHICH, units=UNITS)
    def add(self, which: int, units: int) -> None:
        before = self.wanted.get(which, 0)
        facts: dict[str, Any] = {"variant_id": self.variants[which].pk, "quantity": units}
        if before + units > carts.MOST_UNITS:
            with pytest.raises(QuantityOutOfRange):
                carts.add_line(cart_id=self.cart.pk, **facts)
            return
        self.lines[which] = carts.add_line(cart_id=self.cart.pk, **facts).pk
        self.wanted[which] = before + units
        self.is_new = False

    @precondition(lambda self: self.wanted)
    @rule(pick=WHICH, units=UNITS)
    def change(self, pick: int, units: int) -> None:
        which = self.one_of_mine(pick)
        carts.set_quantity(cart_id=self.cart.pk, item_id=self.lines[which], quantity=units)
        self.wanted[which] = units

    @precondition(lambda self: self.wanted)
    @rule(pick=WHICH)
    def remove(self, pick: int) -> None:
        which = self.one_of_mine(pick)
        carts.remove_line(cart_id=self.cart.pk, item_id=self.lines.pop(which))
        del self.wanted[which]

    @precondition(lambda self: self.wanted and not self.has_code)
    @rule()
    def use_a_code(self) -> None:
        carts.enter_coupon(cart_id=self.cart.pk, code="tenoff")
        self.has_code = True

    # At any time, so that there is always something to do: Hypothesis discards who has nothing.
    @rule()
    def leave_the_code(self) -> None:
        carts.remove_coupon(cart_id=self.cart.pk, code="TENOFF")
        self.has_code = False

    @precondition(lambda self: self.wanted and self.purse)
    @rule()
    def order(self) -> None:
        quote = factories.quote(self.cart)
        self.check(quote)
        order = factories.check_out(self.cart, expected_total=quote.total)
        assert sorted(item.quantity for item in order.items.all()) == sorted(self.wanted.values())
        with pytest.raises(CartNotFound):
            carts.add_line(cart_id=self.cart.pk, variant_id=self.variants[0].pk, quantity=1)
        self.purse -= 1
        self.units_sold += sum(self.wanted.values())
        assert Inventory.objects.aggregate(all=Sum("quantity_reserved")) == {"all": self.units_sold}
        self.open()

    def one_of_mine(self, pick: int) -> int:
        return sorted(self.wanted)[pick % len(self.wanted)]

    def check(self, quote: Quote) -> None:
        """The cart holds what was wanted, and costs its parts."""
        there = dict(CartItem.objects.filter(cart=self.cart).values_list("variant", "quantity"))
        assert there == {self.variants[which].pk: n for which, n in self.wanted.items()}
        assert {line.variant_id: line.quantity for line in quote.lines} == there
        goods = sum((PRICES[which] * n for which, n in self.wanted.items()), Decimal(0))
        assert quote.subtotal == goods
        assert quote.discount == sum((line.discount for line in quote.lines), Decimal(0))
        assert all(0 <= line.discount <= line.line_total for line in quote.lines)
        assert 0 <= quote.total == total_of_trace(quote.trace)

    def teardown(self) -> None:
        if not hasattr(self, "cart"):
            return
        if not self.is_new:
            self.check(price_cart(cart_id=self.cart.pk))
        transaction.savepoint_rollback(self.savepoint)
        connection.run_on_commit.clear()


@command
def come_and_go() -> None:
    """All shoppers in one command: theirs join it, which spares each the opening of its own."""
    run_state_machine_as_test(Shopper, settings=STEPS)


@pytest.mark.django_db
def test_holds_what_was_wanted_and_costs_its_parts(
    us_shipping: ShippingMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = [factories.variant_on_sale(price=f"{price}", stock=STOCK) for price in PRICES]
    factories.coupon("TENOFF")
    monkeypatch.setattr(Shopper, "variants", goods)

    come_and_go()

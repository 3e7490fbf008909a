"""A cart, whatever is done to it and in whichever order (Hypothesis plays the shopper).

300 shoppers in the suite, 10,000 by night (profile `nightly`).
"""

from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import connection, transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from carts import commands as carts
from carts.errors import CartNotFound, QuantityOutOfRange
from carts.models import Cart, CartItem
from carts.queries import Quote, price_cart, total_of_trace
from catalog.models import ProductVariant
from orders.models import Order
from shipping.models import ShippingMethod
from tests import factories

PRICES = (Decimal("50.00"), Decimal("0.01"), Decimal("19.99"))
STOCK = 2000
BY_DAY, NOW = 300, settings()
IS_NIGHT = NOW.max_examples > BY_DAY
STEPS = settings(
    max_examples=NOW.max_examples if IS_NIGHT else BY_DAY,
    stateful_step_count=NOW.stateful_step_count if IS_NIGHT else 12,
)
WHICH = st.integers(0, len(PRICES) - 1)
UNITS = st.integers(1, 999)


class Shopper(RuleBasedStateMachine):
    """Fills a cart, and knows what has to be in it."""

    variants: ClassVar[list[ProductVariant]] = []
    cart: Cart
    wanted: dict[int, int]
    has_code = False

    @initialize()
    def come_in(self) -> None:
        # What one shopper does is undone before the next one comes.
        self.savepoint = transaction.savepoint()
        self.open()

    def open(self) -> None:
        self.cart, self.wanted, self.has_code = carts.open_cart().cart, {}, False

    @rule(which=WHICH, units=UNITS)
    def add(self, which: int, units: int) -> None:
        before = self.wanted.get(which, 0)
        facts: dict[str, Any] = {"variant_id": self.variants[which].pk, "quantity": units}
        if before + units > carts.MOST_UNITS:
            with pytest.raises(QuantityOutOfRange):
                carts.add_line(cart_id=self.cart.pk, **facts)
            return
        carts.add_line(cart_id=self.cart.pk, **facts)
        self.wanted[which] = before + units

    @precondition(lambda self: self.wanted)
    @rule(data=st.data(), units=UNITS)
    def change(self, data: st.DataObject, units: int) -> None:
        which = data.draw(st.sampled_from(sorted(self.wanted)))
        carts.set_quantity(cart_id=self.cart.pk, item_id=self.item(which).pk, quantity=units)
        self.wanted[which] = units

    @precondition(lambda self: self.wanted)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        which = data.draw(st.sampled_from(sorted(self.wanted)))
        carts.remove_line(cart_id=self.cart.pk, item_id=self.item(which).pk)
        del self.wanted[which]

    @precondition(lambda self: self.wanted and not self.has_code)
    @rule()
    def use_a_code(self) -> None:
        carts.enter_coupon(cart_id=self.cart.pk, code="tenoff")
        self.has_code = True

    @rule()
    def leave_the_code(self) -> None:
        carts.remove_coupon(cart_id=self.cart.pk, code="TENOFF")
        self.has_code = False

    @precondition(lambda self: self.wanted)
    @rule()
    def order(self) -> None:
        before = Order.objects.count()
        order = factories.check_out(self.cart, expected_total=self.quote(to_new_york=True).total)
        assert Order.objects.count() == before + 1
        assert sorted(item.quantity for item in order.items.all()) == sorted(self.wanted.values())
        with pytest.raises(CartNotFound):
            carts.add_line(cart_id=self.cart.pk, variant_id=self.variants[0].pk, quantity=1)
        factories.cancel(order)
        self.open()

    @invariant()
    def holds_what_was_wanted(self) -> None:
        if not hasattr(self, "cart"):
            return
        there = dict(CartItem.objects.filter(cart=self.cart).values_list("variant", "quantity"))
        assert there == {self.variants[which].pk: n for which, n in self.wanted.items()}

    def item(self, which: int) -> CartItem:
        return CartItem.objects.get(cart=self.cart, variant=self.variants[which])

    def quote(self, *, to_new_york: bool = False) -> Quote:
        return factories.quote(self.cart) if to_new_york else price_cart(cart_id=self.cart.pk)

    def teardown(self) -> None:
        if not hasattr(self, "cart"):
            return
        quote = self.quote()
        goods = sum((PRICES[which] * n for which, n in self.wanted.items()), Decimal(0))
        assert quote.subtotal == goods
        assert quote.discount == sum((line.discount for line in quote.lines), Decimal(0))
        assert all(0 <= line.discount <= line.line_total for line in quote.lines)
        assert 0 <= quote.total == total_of_trace(quote.trace)
        transaction.savepoint_rollback(self.savepoint)
        connection.run_on_commit.clear()


@pytest.mark.django_db
def test_holds_what_was_wanted_and_costs_its_parts(
    us_shipping: ShippingMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    goods = [factories.variant_on_sale(price=f"{price}", stock=STOCK) for price in PRICES]
    factories.coupon("TENOFF")
    monkeypatch.setattr(Shopper, "variants", goods)

    run_state_machine_as_test(Shopper, settings=STEPS)

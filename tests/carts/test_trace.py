"""The trace alone makes the total, whatever the cart and its rules are."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from carts.queries import Quote, QuoteLine, total_of_trace
from carts.queries.destination import add_shipping
from carts.queries.discounts import take_off_goods
from carts.queries.pricing import add_up
from carts.queries.taxes import add_tax, question_of
from promotions.models import Coupon
from promotions.queries import Candidate
from shipping.models import TaxRate
from shipping.queries import Destination, ShippingOption, taxes_by_table
from shopflow.lib.ids import new_id
from shopflow.lib.money import ZERO, round_money
from tests.promotions.test_discounts_always import PRICES, PRODUCTS, rules

TAX_CLASSES = ("standard", "reduced", "shipping")
KEYS = {"rule", "name", "condition", "value", "result", "reason", "adds"}
TODAY = date(2026, 1, 5)


@st.composite
def lines(draw: st.DrawFn) -> QuoteLine:
    price, quantity = draw(PRICES), draw(st.integers(1, 20))
    return QuoteLine(
        item_id=new_id(),
        variant_id=draw(st.uuids()),
        product_id=draw(st.sampled_from(PRODUCTS)),
        product_name="Shirt",
        variant_name="",
        sku="SHIRT",
        slug="shirt",
        image_url="",
        quantity=quantity,
        unit_price=price,
        line_total=price * quantity,
        unit_cost=None,
        tax_class=draw(st.sampled_from(TAX_CLASSES[:2])),
        weight_grams=0,
        available=100,
        is_buyable=True,
        notice=None,
    )


@st.composite
def taxes(draw: st.DrawFn) -> dict[str, TaxRate]:
    is_included = draw(st.booleans())
    return {
        name: TaxRate(
            name=name,
            tax_class=name,
            rate=Decimal(draw(st.integers(0, 300_000))) / 1_000_000,
            included_in_price=is_included,
        )
        for name in TAX_CLASSES
    }


def priced(
    cart: list[QuoteLine], candidates: list[Candidate], price: Decimal, rates: dict[str, TaxRate]
) -> Quote:
    """A quote made by the shop's own steps, without a database."""
    for line in cart:
        line.discount = line.tax = ZERO
    quote = Quote(currency="USD", lines=cart)
    quote.subtotal = sum((line.line_total for line in cart), ZERO)
    found = take_off_goods(quote, candidates)
    way = ShippingOption(
        id=new_id(),
        name="Standard",
        carrier="",
        price=price,
        free_above=None,
        delivery_from=TODAY,
        delivery_to=TODAY,
    )
    add_shipping(quote, [way], None, found)
    question = question_of(quote, Destination("US"))
    add_tax(quote, taxes_by_table(question=question, rates=rates))
    add_up(quote, found)
    return quote


@given(st.lists(lines(), max_size=6), rules(), PRICES, taxes())
def test_alone_makes_the_total(
    cart: list[QuoteLine], candidates: list[Candidate], price: Decimal, rates: dict[str, TaxRate]
) -> None:
    quote = priced(cart, candidates, price, rates)

    assert total_of_trace(quote.trace) == quote.total
    assert Decimal(quote.trace[-1]["adds"]) == quote.total
    assert all(set(step) == KEYS for step in quote.trace)
    assert all(isinstance(value, str) for step in quote.trace for value in step.values())


@given(st.lists(lines(), max_size=6), rules(), PRICES, taxes())
def test_is_of_parts_that_add_up(
    cart: list[QuoteLine], candidates: list[Candidate], price: Decimal, rates: dict[str, TaxRate]
) -> None:
    quote = priced(cart, candidates, price, rates)

    off_lines = sum((line.discount for line in quote.lines), ZERO)
    assert quote.discount == off_lines + quote.shipping_discount
    assert quote.discount == sum((one.amount for one in quote.discounts), ZERO)
    assert quote.tax == sum((line.amount for line in quote.tax_lines), ZERO)
    assert 0 <= quote.shipping_discount <= quote.shipping
    assert all(0 <= line.discount <= line.line_total for line in quote.lines)
    assert all(0 <= line.tax == round_money(line.tax) for line in quote.lines)
    assert quote.total >= 0


@given(st.lists(lines(), max_size=6, unique_by=lambda line: line.variant_id), rules(), taxes())
def test_says_the_same_for_lines_in_another_order(
    cart: list[QuoteLine], candidates: list[Candidate], rates: dict[str, TaxRate]
) -> None:
    quote = priced(cart, candidates, Decimal("5.90"), rates)
    before = {line.variant_id: (line.discount, line.tax) for line in quote.lines}

    turned = priced(cart[::-1], candidates, Decimal("5.90"), rates)

    assert (turned.total, turned.discount, turned.tax) == (quote.total, quote.discount, quote.tax)
    assert {line.variant_id: (line.discount, line.tax) for line in turned.lines} == before


def test_says_of_each_step_what_why_and_how_much() -> None:
    code = Coupon(code="TENOFF", discount_value=Decimal(10), min_order_amount=Decimal(20))
    more = Coupon(code="MORE", discount_value=Decimal(5), min_order_amount=Decimal(99), priority=1)
    line = QuoteLine(
        item_id=new_id(),
        variant_id=new_id(),
        product_id=new_id(),
        product_name="Shirt",
        variant_name="",
        sku="SHIRT",
        slug="shirt",
        image_url="",
        quantity=2,
        unit_price=Decimal("25.00"),
        line_total=Decimal("50.00"),
        unit_cost=None,
        tax_class="standard",
        weight_grams=0,
        available=100,
        is_buyable=True,
        notice=None,
    )
    rate = TaxRate(name="Sales tax", rate=Decimal("0.08"), included_in_price=False)

    quote = priced(
        [line],
        [Candidate(rule=more), Candidate(rule=code)],
        Decimal("5.90"),
        {"standard": rate},
    )

    empty = {"name": "", "condition": "", "value": "", "reason": ""}
    alone = "not together with others"
    assert quote.trace == [
        empty
        | {
            "rule": "line",
            "name": "Shirt (SHIRT)",
            "value": "2 × 25.00",
            "result": "50.00",
            "adds": "50.00",
        },
        empty
        | {
            "rule": "coupon",
            "name": "TENOFF",
            "condition": f"from $20.00, {alone}",
            "value": "10 % off ($50.00)",
            "result": "applied",
            "adds": "-5.00",
        },
        empty
        | {
            "rule": "coupon",
            "name": "MORE",
            "condition": f"from $99.00, {alone}",
            "value": "5 % off",
            "result": "This code needs an order of at least $99.00.",
            "reason": "below_minimum",
            "adds": "0.00",
        },
        empty
        | {
            "rule": "shipping",
            "name": "Standard",
            "value": "5.90",
            "result": "5.90",
            "adds": "5.90",
        },
        empty
        | {
            "rule": "tax",
            "name": "Sales tax",
            "condition": "standard",
            "value": "0.08 of 45.00",
            "result": "3.60 added",
            "adds": "3.60",
        },
        empty | {"rule": "total", "result": "54.50", "adds": "54.50"},
    ]

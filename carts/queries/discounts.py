"""Coupons and promotions on a cart."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from carts.models import Cart
from carts.queries.quotes import Quote, QuoteDiscount
from promotions import queries as rules
from promotions.models import Coupon
from promotions.queries import Candidate, Customer, Discount, Goods
from shipping.queries import free_above_everywhere
from shopflow.lib.money import ZERO, Money

BELOW_MINIMUM = "below_minimum"


def candidates_of(cart: Cart, quote: Quote, *, email: str) -> list[Candidate]:
    """Return the coupons entered and the promotions of this moment.

    Two statements, however many lines and rules there are.
    """
    products = {line.product_id for line in quote.lines}
    customer = _customer(cart, email)
    entered = Coupon.objects.filter(carts=cart)
    return [
        *rules.coupons(rows=entered, products=products, customer=customer),
        *rules.promotions(products=products, customer=customer),
    ]


def take_off_goods(quote: Quote, candidates: Sequence[Candidate]) -> list[Discount]:
    """Take what applies off the lines of a quote; return what became of each candidate.

    Gift cards are money, so nothing is ever taken off them.
    """
    lines = [line for line in quote.lines if not line.is_gift_card]
    goods = [
        Goods(
            key=line.variant_id.hex,
            product_id=line.product_id,
            unit_price=line.unit_price,
            quantity=line.quantity,
        )
        for line in lines
    ]
    found = rules.discounts(candidates=candidates, goods=goods, currency=quote.currency)
    for discount in found:
        quote.discount += discount.amount
        for line, part in zip(lines, discount.parts, strict=True):
            line.discount += part
    return found


def quoted(discount: Discount, *, currency: str) -> QuoteDiscount:
    """Return a discount as a quote shows and explains it."""
    rule, reason = discount.candidate.rule, discount.reason
    what = rules.what(rule=rule, currency=currency)
    return QuoteDiscount(
        id=rule.pk,
        is_automatic=discount.candidate.is_automatic,
        name=discount.candidate.name,
        description=rule.description or what,
        condition=rules.conditions(rule=rule, currency=currency),
        value=f"{what} ({Money(discount.basis, currency)})" if discount.basis else what,
        amount=discount.amount,
        is_of_shipping=discount.is_of_shipping,
        is_stackable=rule.stackable,
        reason=reason.code if reason else "",
        problem=reason.sentence if reason else "",
        nudge=discount.nudge,
    )


def missing_for_free_shipping(quote: Quote, found: Sequence[Discount]) -> Decimal | None:
    """Return how much more has to be in the cart for free shipping; None: nobody offers any.

    0 when it ships for nothing already. One statement, unless a destination is known.
    """
    goods = quote.subtotal - quote.discount + quote.shipping_discount
    ways = [option for option in quote.shipping_options if option.pickup is None]
    if ways:
        is_free = quote.shipping == quote.shipping_discount
        above = [ZERO if is_free else option.free_above for option in ways]
    else:
        above = [free_above_everywhere()]
    missing = [max(amount - goods, ZERO) for amount in above if amount is not None]
    return min([*missing, *_missing_for_offers(found, quote.subtotal)], default=None)


def _missing_for_offers(found: Sequence[Discount], subtotal: Decimal) -> Iterator[Decimal]:
    for discount in found:
        rule = discount.candidate.rule
        is_partly = rule.max_discount_amount is not None
        if rule.discount_type != rule.DiscountType.FREE_SHIPPING or is_partly:
            continue
        if discount.reason is None:
            yield ZERO
        elif discount.reason.code == BELOW_MINIMUM:
            yield rule.min_order_amount - subtotal


def _customer(cart: Cart, email: str) -> Customer:
    known = cart.user.email if cart.user else cart.email
    return Customer(user_id=cart.user_id, email=email or known)

"""What coupons and promotions take off a cart, one after the other, or why they don't."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from promotions.models.rules import DiscountType
from promotions.queries.amounts import Goods, Part, capped, taken_off
from promotions.queries.candidates import Candidate
from promotions.queries.reasons import BELOW_TIER, Case, Reason, nudge, why_not
from shopflow.lib.money import ZERO


@dataclass(kw_only=True)
class Discount:
    """What one rule takes off: of each line (as the goods were given) and of shipping.

    `basis` is what the rule was reckoned on; `reason` says why it takes nothing off, `nudge` what
    is missing to its next step.
    """

    candidate: Candidate
    parts: list[Decimal]
    basis: Decimal = ZERO
    shipping: Decimal = ZERO
    reason: Reason | None = None
    nudge: str = ""

    @property
    def amount(self) -> Decimal:
        return sum(self.parts, ZERO) + self.shipping

    @property
    def is_of_shipping(self) -> bool:
        """Whether it takes off what shipping costs, as soon as that is known."""
        is_free = self.candidate.rule.discount_type == DiscountType.FREE_SHIPPING
        return is_free and self.reason is None


@dataclass
class _Till:
    """The lines in an order of their own, so that the order in the cart decides nothing."""

    goods: Sequence[Goods]
    order: list[int] = field(init=False)
    left: list[Decimal] = field(init=False)

    def __post_init__(self) -> None:
        self.order = sorted(range(len(self.goods)), key=lambda i: self.goods[i].key)
        self.left = [line.total for line in self.goods]

    def lines_for(self, candidate: Candidate) -> list[int]:
        wanted = candidate.products
        return [i for i in self.order if wanted is None or self.goods[i].product_id in wanted]


def discounts(
    *, candidates: Iterable[Candidate], goods: Sequence[Goods], currency: str
) -> list[Discount]:
    """Return what each candidate takes off, in the order in which they are applied.

    The lowest priority number goes first and each takes its part of what those before have left.
    A rule that isn't stackable applies alone or not at all. No line goes below zero. The answer is
    the same however candidates and lines are sorted.
    """
    till = _Till(goods)
    applied: list[Candidate] = []
    found = []
    for candidate in sorted(candidates, key=lambda candidate: candidate.place):
        discount = _discount(candidate, till, applied, currency)
        found.append(discount)
        if discount.reason is None:
            applied.append(candidate)
    return found


def take_off_shipping(*, found: Iterable[Discount], price: Decimal) -> Decimal:
    """Let the discounts of shipping take off its price, and nothing else; return how much."""
    left = price
    for discount in found:
        if discount.is_of_shipping:
            discount.basis = left
            discount.shipping = capped(discount.candidate.rule, left)
            left -= discount.shipping
    return price - left


def _discount(
    candidate: Candidate, till: _Till, applied: Sequence[Candidate], currency: str
) -> Discount:
    lines = till.lines_for(candidate)
    parts = [Part(till.goods[i], till.left[i]) for i in lines]
    case = Case(
        candidate=candidate,
        parts=parts,
        subtotal=sum((line.total for line in till.goods), ZERO),
        currency=currency,
        now=timezone.now(),
        others=applied,
    )
    reason = why_not(case)
    discount = Discount(candidate=candidate, parts=[ZERO] * len(till.goods), reason=reason)
    if reason is None or reason.code == BELOW_TIER:
        discount.nudge = nudge(case)
    if reason is None and not discount.is_of_shipping:
        discount.basis = sum((part.left for part in parts), ZERO)
        for index, off in zip(lines, taken_off(candidate.rule, parts), strict=True):
            discount.parts[index] = off
            till.left[index] -= off
    return discount

"""What `price_cart` answers: a quote, its lines and its steps."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from shipping.queries import PickupPlace, ShippingOption, TaxAnswer
from shopflow.lib.money import ZERO


class Exemption(StrEnum):
    """Why a sale bears no tax: its holder pays it elsewhere, or the shop's staff said so."""

    NONE = ""
    REVERSE_CHARGE = "reverse_charge"
    CUSTOMER = "customer"


@dataclass(kw_only=True)
class QuoteLine:
    """One line of a quote. `notice` says what changed since the shopper added it."""

    item_id: UUID
    variant_id: UUID
    product_id: UUID
    product_name: str
    variant_name: str
    sku: str
    slug: str
    image_url: str
    quantity: int
    unit_price: Decimal
    line_total: Decimal
    unit_cost: Decimal | None
    tax_class: str
    weight_grams: int
    available: int
    is_buyable: bool
    notice: str | None
    gift_cards: list[dict[str, str]] | None = None
    discount: Decimal = ZERO
    tax: Decimal = ZERO

    @property
    def is_gift_card(self) -> bool:
        """Whether it is money on cards: never discounted, never shipped."""
        return self.gift_cards is not None


@dataclass(frozen=True, kw_only=True)
class QuoteDiscount:
    """A coupon or promotion: what it takes off, or the sentence why nothing and its code."""

    id: UUID
    is_automatic: bool
    name: str
    description: str
    condition: str
    value: str
    amount: Decimal
    is_of_shipping: bool
    is_stackable: bool
    reason: str
    problem: str
    nudge: str = ""


@dataclass(frozen=True, kw_only=True)
class TaxLine:
    """One tax: `amount` is part of `taxable` where prices include tax, else comes on top."""

    name: str
    tax_class: str
    rate: Decimal
    taxable: Decimal
    amount: Decimal


@dataclass(kw_only=True)
class Quote:
    """What a cart costs now, in `currency`, and how that came about (`trace`).

    `discount` is all that is taken off, `shipping_discount` what of it is off `shipping`.
    `missing_for_free_shipping` is 0 when it ships for nothing and None when nobody offers that.
    With an `exemption` all prices are without tax. `taxes` is what an order is placed with.
    """

    currency: str
    lines: list[QuoteLine]
    discounts: list[QuoteDiscount] = field(default_factory=list)
    shipping_options: list[ShippingOption] = field(default_factory=list)
    shipping_method_id: UUID | None = None
    shipping_method_name: str = ""
    pickup: PickupPlace | None = None
    exemption: Exemption = Exemption.NONE
    taxes: TaxAnswer | None = None
    tax_lines: list[TaxLine] = field(default_factory=list)
    prices_include_tax: bool = False
    subtotal: Decimal = ZERO
    discount: Decimal = ZERO
    shipping: Decimal = ZERO
    shipping_discount: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    trace: list[dict[str, Any]] = field(default_factory=list)
    is_shippable: bool = True
    missing_for_free_shipping: Decimal | None = None

    @property
    def has_parcel(self) -> bool:
        """Whether there is anything to ship; an empty cart counts as if."""
        return not self.lines or any(not line.is_gift_card for line in self.lines)

    @property
    def coupons(self) -> list[QuoteDiscount]:
        """The coupons that were entered, with the reason where one takes nothing off."""
        return [discount for discount in self.discounts if not discount.is_automatic]

    @property
    def takes_another_code(self) -> bool:
        """Whether a further code could apply beside those entered."""
        return all(coupon.is_stackable for coupon in self.coupons)

    @property
    def nudges(self) -> list[str]:
        """What is missing to the next step of an offer or a coupon."""
        return [one.nudge for one in self.discounts if one.nudge]

    @property
    def promotions(self) -> list[QuoteDiscount]:
        """What applies without a code."""
        return [one for one in self.discounts if one.is_automatic and not one.reason]

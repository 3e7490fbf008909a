"""What `price_cart` answers: a quote, its lines and its steps."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from shipping.queries import ShippingOption
from shopflow.lib.money import ZERO


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
    discount: Decimal = ZERO
    tax: Decimal = ZERO


@dataclass(frozen=True, kw_only=True)
class QuoteCoupon:
    """A coupon entered for a cart: what it takes off, or the sentence why nothing."""

    id: UUID
    code: str
    description: str
    amount: Decimal
    problem: str


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
    """What a cart costs now, in `currency`, and how that came about (`trace`)."""

    currency: str
    lines: list[QuoteLine]
    coupons: list[QuoteCoupon] = field(default_factory=list)
    shipping_options: list[ShippingOption] = field(default_factory=list)
    shipping_method_id: UUID | None = None
    shipping_method_name: str = ""
    tax_lines: list[TaxLine] = field(default_factory=list)
    prices_include_tax: bool = False
    subtotal: Decimal = ZERO
    discount: Decimal = ZERO
    shipping: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal = ZERO
    trace: list[dict[str, Any]] = field(default_factory=list)
    is_shippable: bool = True

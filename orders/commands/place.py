"""Placing an order: what a shopper agreed to becomes a sale, or nothing happens."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.db.models import CharField
from django.utils import timezone
from django.utils.translation import get_language

from carts import commands as carts
from carts.errors import CartEmpty
from carts.queries import Destination, Quote, QuoteLine, price_cart
from inventory import commands as inventory
from orders.commands.history import record
from orders.commands.lifecycle import confirm
from orders.commands.mails import tell
from orders.errors import CartNotOrderable, InvalidCheckout, QuoteChanged
from orders.models import Order, OrderAddress, OrderDiscountLine, OrderItem, OrderTaxLine
from orders.queries import Fact
from promotions import commands as promotions
from shipping.errors import NoShippingThere
from shipping.queries import PickupPlace, TaxAnswer, VatAnswer
from shopflow.lib.ids import new_id
from shopflow.lib.transactions import command, work_on_new

COUNTRY = re.compile(r"[A-Z]{2}")
LONGEST_EMAIL = 254
LONGEST_NOTE = 2000
WHOLE = ("first_name", "last_name", "address_line_1", "city")
LONGEST = {
    field.name: field.max_length or 0
    for field in OrderAddress._meta.fields
    if isinstance(field, CharField)
}


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a parcel goes or who is billed, as the shopper wrote it."""

    first_name: str
    last_name: str
    address_line_1: str
    city: str
    country_code: str
    company: str = ""
    address_line_2: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""

    def at(self, place: PickupPlace) -> "Address":
        """Return the same person's address where goods are fetched."""
        return Address(
            first_name=self.first_name,
            last_name=self.last_name,
            company=settings.SHOP_NAME[: LONGEST["company"]],
            address_line_1=place.address_line_1,
            city=place.city,
            country_code=place.country_code,
            state=place.state,
            postal_code=place.postal_code,
            phone=self.phone,
        )

    @property
    def destination(self) -> Destination:
        return Destination(self.country_code, self.state, self.postal_code)


@command
def place_order(
    *,
    cart_id: UUID,
    email: str,
    shipping_address: Address,
    billing_address: Address | None,
    shipping_method_id: UUID | None,
    expected_total: Decimal,
    user_id: UUID | None = None,
    note: str = "",
    by: UUID | None = None,
    hold_for: timedelta | None = None,
    vat: VatAnswer | None = None,
    taxes: TaxAnswer | None = None,
    came_from: str = "",
) -> Order:
    """Turn a cart into an order and hold its stock for the payment window, or `hold_for`.

    `by` is who of the staff placed it for the customer, who then gets a link to pay.

    The cart must still cost exactly `expected_total` (in the cart's currency). Stock is reserved
    last, so that its rows are locked for no longer than the commit. An order of total 0 is
    confirmed at once. What is fetched needs no more of the address than name and country.
    `vat` and `taxes` were asked for before this transaction, by `vat_answer` and `ask_taxes`;
    `came_from` is the buyer's network address, which a bank asks for in a dispute.
    Raises InvalidCheckout, CartNotFound, CartEmpty, CartNotOrderable, NoShippingThere,
    ShippingMethodUnavailable, TaxesOutdated, QuoteChanged, CouponRefused, PromotionRefused,
    OutOfStock.
    """
    _check(email, note, shipping_address, billing_address)
    carts.close(cart_id=cart_id)
    quote = price_cart(
        cart_id=cart_id,
        address=shipping_address.destination,
        shipping_method_id=shipping_method_id,
        email=email.strip(),
        vat=vat,
        taxes=taxes,
        with_stock=False,
    )
    _check_quote(quote, expected_total)
    billing = billing_address or shipping_address
    if quote.pickup is None:
        _check_filled(shipping_address, WHOLE)
    else:
        shipping_address = shipping_address.at(quote.pickup)
    order_id = new_id()
    digits = work_on_new(order_id, numbers="order_number_digits")
    facts = {
        "order_number": f"ORD-{timezone.now().year}-{digits:06d}",
        "customer_email": email.strip(),
        "user_id": user_id,
        "customer_note": note,
        "customer_phone": shipping_address.phone,
        "vat_id": vat.vat_id if vat and vat.is_valid else "",
        "metadata": {"ip_address": came_from} if came_from else {},
    }
    order = _insert_order(order_id, quote, facts)
    items = _insert_lines(order, quote)
    _insert_addresses(order, shipping_address, billing)
    record(order, before="", by=by or user_id)
    _redeem(order, quote)
    tell(order, Fact.PLACED if by is None else Fact.PAYMENT_LINK)
    inventory.reserve(
        order_id=order.pk,
        wanted=[
            inventory.Wanted(
                order_item_id=item.pk, variant_id=item.variant_id, quantity=item.quantity
            )
            for item in items
            if not item.is_gift_card
        ],
        expires_at=order.placed_at + (hold_for or settings.PAYMENT_WINDOW),
    )
    return confirm(order_id=order.pk, amount=Decimal(0)) if order.total == 0 else order


def _check(email: str, note: str, *addresses: Address | None) -> None:
    try:
        validate_email(email.strip())
    except ValidationError:
        raise InvalidCheckout("Please enter an e-mail address like name@example.com.") from None
    if len(email.strip()) > LONGEST_EMAIL:
        raise InvalidCheckout("This e-mail address is too long.")
    if len(note) > LONGEST_NOTE or "\0" in note:
        raise InvalidCheckout("Please shorten or correct: note.")
    for address in addresses:
        if address is not None:
            _check_address(address)


def _check_address(address: Address) -> None:
    if not COUNTRY.fullmatch(address.country_code):
        raise InvalidCheckout("Please choose a country.")
    for name, value in asdict(address).items():
        longest = LONGEST[name]
        if len(value) > longest or "\0" in value:
            raise InvalidCheckout(f"Please shorten or correct: {name.replace('_', ' ')}.")
    # Who fetches the goods says no street and no city.
    has_place = bool(address.address_line_1.strip() or address.city.strip())
    _check_filled(address, WHOLE if has_place else WHOLE[:2])


def _check_filled(address: Address, required: Sequence[str]) -> None:
    missing = [name for name in required if not getattr(address, name).strip()]
    if missing:
        names = ", ".join(name.replace("_", " ") for name in missing)
        raise InvalidCheckout(f"Please fill in: {names}.")


def _check_quote(quote: Quote, expected_total: Decimal) -> None:
    if not quote.lines:
        raise CartEmpty
    if gone := [line for line in quote.lines if not line.is_buyable]:
        raise CartNotOrderable(lines=[{"variant": str(line.variant_id)} for line in gone])
    if not quote.is_shippable:
        raise NoShippingThere
    if quote.total != expected_total:
        raise QuoteChanged(quote)


def _insert_order(order_id: UUID, quote: Quote, facts: Mapping[str, Any]) -> Order:
    now = timezone.now()
    order = Order(
        id=order_id,
        currency=quote.currency,
        subtotal=quote.subtotal,
        discount_total=quote.discount,
        shipping_cost=quote.shipping,
        tax=quote.tax,
        total=quote.total,
        prices_include_tax=quote.prices_include_tax,
        price_trace=quote.trace,
        tax_exemption=quote.exemption.value,
        language=get_language() or "",
        coupon_code=next((c.name for c in quote.coupons if c.amount), ""),
        shipping_method_id=quote.shipping_method_id,
        shipping_method_name=quote.shipping_method_name,
        is_pickup=quote.pickup is not None,
        pickup_hours=quote.pickup.hours if quote.pickup else "",
        placed_at=now,
        **facts,
    )
    order.save(force_insert=True)
    return order


def next_number(now: datetime) -> str:
    """Return the number of an order placed now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('order_number_digits')")
        return f"ORD-{now.year}-{int(cursor.fetchone()[0]):06d}"


def _insert_lines(order: Order, quote: Quote) -> list[OrderItem]:
    items = OrderItem.objects.bulk_create(_item(order, line) for line in quote.lines)
    if quote.tax_lines:
        OrderTaxLine.objects.bulk_create(
            OrderTaxLine(order=order, **asdict(line)) for line in quote.tax_lines
        )
    OrderDiscountLine.objects.bulk_create(
        OrderDiscountLine(
            order=order,
            code="" if discount.is_automatic else discount.name,
            description=discount.name if discount.is_automatic else discount.description,
            amount=discount.amount,
        )
        for discount in quote.discounts
        if discount.amount
    )
    return items


def _item(order: Order, line: QuoteLine) -> OrderItem:
    return OrderItem(
        order=order,
        user_id=order.user_id,
        variant_id=line.variant_id,
        product_id=line.product_id,
        quantity=line.quantity,
        unit_price=line.unit_price,
        discount_amount=line.discount,
        tax_amount=line.tax,
        unit_cost=line.unit_cost,
        product_name=line.product_name,
        variant_name=line.variant_name,
        sku=line.sku,
        image_url=line.image_url,
        tax_class=line.tax_class,
        gift_cards=line.gift_cards,
    )


def _insert_addresses(order: Order, shipping: Address, billing: Address) -> None:
    OrderAddress.objects.bulk_create(
        OrderAddress(order=order, user_id=order.user_id, address_type=kind, **asdict(address))
        for kind, address in (
            (OrderAddress.Type.SHIPPING, shipping),
            (OrderAddress.Type.BILLING, billing),
        )
    )


def _redeem(order: Order, quote: Quote) -> None:
    """Use the discounts; their rows are locked from here to the commit, so this comes late."""
    promotions.redeem(
        order_id=order.pk,
        email=order.customer_email,
        user_id=order.user_id,
        coupons={one.id: one.amount for one in quote.coupons if one.amount},
        promotions={one.id: one.amount for one in quote.promotions if one.amount},
    )

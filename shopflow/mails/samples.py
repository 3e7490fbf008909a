"""Every kind of mail the shop writes, with facts as they could be."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from orders.models import Order, OrderAddress, OrderItem, OrderNote, OrderTaxLine
from orders.queries import MailLine, ReturnedLine, TakenOut

TOKEN = "Zk9pY2UgYW5kIHNpbXBsZSwgYnV0IG5vdCBhIHRva2Vu"  # noqa: S105 - opens nothing
SIGN_IN = {"device": "Firefox on Linux", "when": "21 Nov 2026, 18:40 UTC"}
ORDER = {"number": "ORD-2026-000123", "token": TOKEN}
PARCEL = {"carrier": "UPS", "tracking_number": "1Z999AA10123456784"}
BACK = "$24.00"
RETURN = {**ORDER, "return_number": "RET-2026-000123-1"}

CARD = {
    "amount": BACK,
    "left": "$26.00",
    "last_four": "F3GH",
}
GIFT = {"sender": "Charles", "name": "Ada", "message": "Happy birthday!\nBuy something round."}


@dataclass(frozen=True)
class Sample:
    """When a mail is written, and what it could tell of: its facts, and what is read besides."""

    when: str
    facts: Mapping[str, str | int | bool]
    read: Mapping[str, Any] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        return {**self.read, **self.facts}


def _order(status: str) -> dict[str, Any]:
    """What is read of an order; these rows are in no database."""
    paid = Decimal("0.00") if status == "pending" else Decimal("118.90")
    return {
        "order": Order(
            order_number=ORDER["number"],
            status=status,
            currency="USD",
            subtotal=Decimal("120.00"),
            discount_total=Decimal("12.00"),
            coupon_code="TENOFF",
            shipping_cost=Decimal("5.90"),
            tax=Decimal("5.00"),
            total=Decimal("118.90"),
            amount_paid=paid,
            placed_at=datetime(2026, 11, 21, 18, 40, tzinfo=UTC),
        ),
        "lines": [
            MailLine("Merino sweater", "Size M, blue", 1, Decimal("72.00")),
            MailLine("Linen towel", "", 2, Decimal("48.00")),
        ],
        "has_invoice": True,
        "taxes": [OrderTaxLine(name="Sales tax", amount=Decimal("5.00"))],
        "address": OrderAddress(
            first_name="Ada",
            last_name="Byron",
            address_line_1="1 Main Street",
            city="New York",
            state="NY",
            postal_code="10001",
            country_code="US",
        ),
    }


def _return(resolution: str, decision: str = "") -> dict[str, Any]:
    return {
        **_order("delivered"),
        "decision": decision,
        "resolution": resolution,
        "received": 1,
        "returned": [ReturnedLine("Merino sweater", "Size M, blue", 1, "Size L, blue")],
        "shop": "ShopFlow",
        "shop_address": ["Lange Straße 1", "10243 Berlin"],
    }


SAMPLES: Mapping[str, Sample] = {
    "accounts/verify": Sample("Somebody registers", {"token": TOKEN, "hours": 72}),
    "accounts/known": Sample("Somebody registers with an address that has an account", {}),
    "accounts/no_account": Sample("Somebody asks for a link to an address without account", {}),
    "accounts/reset": Sample("Somebody has forgotten a password", {"token": TOKEN, "minutes": 30}),
    "accounts/email_changing": Sample(
        "An address is to be changed: to the new one", {"token": TOKEN, "hours": 24}
    ),
    "accounts/email_changed": Sample("An address was changed: to the old one", {}),
    "accounts/password_changed": Sample("A password was changed", {}),
    "accounts/new_device": Sample(
        "A device signs in that was never seen", {**SIGN_IN, "ip": "203.0.113.7"}
    ),
    "accounts/token_reused": Sample("A used key of a device comes back", SIGN_IN),
    "accounts/factor_changed": Sample(
        "A second factor was added or removed", {"what": "A passkey was added to your account."}
    ),
    "accounts/erased": Sample("Somebody's data were erased: to the old address", {"years": 10}),
    "accounts/invitation": Sample("Somebody is to work here", {"token": TOKEN, "hours": 72}),
    "orders/placed": Sample("An order was placed", ORDER, _order("pending")),
    "orders/paid": Sample("An order was paid, also late", ORDER, _order("confirmed")),
    "orders/payment_failed": Sample(
        "A payment failed and the order still waits: once for each attempt",
        ORDER,
        _order("pending"),
    ),
    "orders/expired": Sample("An order wasn't paid in time", ORDER, _order("cancelled")),
    "orders/cancelled": Sample("An order was cancelled by somebody", ORDER, _order("cancelled")),
    "orders/shipped": Sample(
        "A parcel left",
        {**ORDER, **PARCEL},
        {**_order("shipped"), "parcel": [MailLine("Linen towel", "", 2, Decimal("48.00"))]},
    ),
    "orders/payment_link": Sample(
        "Somebody of the shop placed an order for a customer", ORDER, _order("pending")
    ),
    "orders/changed": Sample(
        "Units were taken out of a paid order",
        {**ORDER, "back": BACK},
        {
            **_order("processing"),
            "taken_out": [TakenOut(OrderItem(product_name="Linen towel", variant_name=""), 1)],
        },
    ),
    "orders/note": Sample(
        "Somebody of the shop wrote to the shopper about an order",
        {**ORDER, "written_on": "2026-11-21"},
        {**_order("processing"), "note": OrderNote(text="We will send it on Monday.")},
    ),
    "orders/delivered": Sample("An order arrived", ORDER, _order("delivered")),
    "orders/refunded": Sample(
        "The provider has sent money back", {**ORDER, "amount": BACK}, _order("confirmed")
    ),
    "orders/return_requested": Sample(
        "Somebody wants to send something back", RETURN, _return("refund")
    ),
    "orders/return_approved": Sample(
        "A return is accepted: where to send it", RETURN, _return("refund")
    ),
    "orders/return_declined": Sample(
        "A return is refused", RETURN, _return("refund", "It was worn and washed.")
    ),
    "orders/return_received": Sample(
        "Goods came back: once for each receipt", RETURN, _return("refund")
    ),
    "orders/return_closed": Sample(
        "A return is closed by staff", RETURN, _return("refund", "The parcel never came.")
    ),
    "orders/return_replaced": Sample(
        "What is wanted instead is ordered",
        {**RETURN, "replacement": "ORD-2026-000124", "replacement_token": TOKEN},
        _return("exchange"),
    ),
    "orders/withdrawal": Sample(
        "Somebody withdrew from a contract: the receipt",
        {**RETURN, "name": "Ada Byron", "at": "2026-11-21 18:40:05 UTC"},
        _return("refund"),
    ),
    "payments/gift_card": Sample(
        "A gift card was bought and its day has come, or it was given by the shop",
        {"left": "$26.00", "code": "ACDE-FGHJ-KMNP-F3GH"},
        GIFT,
    ),
    "payments/gift_card_used": Sample("An order was paid with a gift card", CARD),
    "payments/gift_card_refunded": Sample("Money is back on a gift card", CARD),
}

"""What an invoice says, copied when it is issued: it stays so whatever becomes of shop and order.

Content: § 14 (4) UStG and article 226 of the EU VAT directive (2006/112/EC): date and consecutive
number; names and addresses of both sides, the seller's VAT number; quantity and kind of the goods;
day of the payment where it came before the delivery; per rate the net amount, rate and tax; price
reductions. A credit note names the invoice it changes (article 219). Amounts are texts with two
places, in the document's currency; days are ISO 8601.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from orders.models import Invoice, Order, OrderAddress, OrderTaxLine
from shopflow.lib.money import ZERO, round_money

NO_RATE = "0"


@dataclass(frozen=True)
class Amounts:
    """The sums of a document, as its columns hold them."""

    subtotal: Decimal
    discount_total: Decimal
    shipping_cost: Decimal
    tax: Decimal
    total: Decimal


def of_invoice(order: Order) -> tuple[Amounts, dict[str, Any]]:
    """Return what an order's invoice says."""
    amounts = Amounts(
        order.subtotal, order.discount_total, order.shipping_cost, order.tax, order.total
    )
    taxes = [_tax(order, tax, tax.taxable, tax.amount) for tax in order.tax_lines.order_by("id")]
    snapshot = {
        **_heads(order),
        "delivery": _address(order, OrderAddress.Type.SHIPPING),
        "shipping_method": order.shipping_method_name,
        "lines": [
            {
                "name": item.product_name,
                "variant": item.variant_name,
                "sku": item.sku,
                "quantity": item.quantity,
                "unit_price": str(item.unit_price),
                "discount": str(item.discount_amount),
                "total": str(item.line_total - item.discount_amount),
            }
            for item in order.items.all()
        ],
        "discounts": [
            {"code": line.code, "description": line.description, "amount": str(line.amount)}
            for line in order.discount_lines.order_by("id")
        ],
        "taxes": _whole(taxes, order.total),
        "paid": str(order.total),
    }
    return amounts, snapshot


def of_credit_note(
    order: Order, invoice: Invoice, back: Decimal, earlier: list[Mapping[str, Any]]
) -> tuple[Amounts, dict[str, Any]]:
    """Return what a credit note over `back` says, after the `earlier` notes' snapshots.

    Each tax goes back in proportion, counted from the first note on: when all is given back, so is
    the tax, to the cent.
    """
    before = sum((Decimal(note["paid"]) for note in earlier), ZERO)
    left, taxes = back, []
    for tax in order.tax_lines.order_by("id"):
        given = sum((_given(note, tax) for note in earlier), ZERO)
        due = round_money(tax.amount * (before + back) / invoice.total) - given
        amount = min(max(due, ZERO), left)
        left -= amount
        share = round_money(tax.taxable * back / invoice.total)
        taxes.append(_tax(order, tax, share, amount))
    tax_total = back - left
    subtotal = back if order.prices_include_tax else left
    amounts = Amounts(subtotal, ZERO, ZERO, tax_total, back)
    snapshot = {
        **_heads(order),
        "corrects": str(invoice),
        "corrects_of": _day(invoice.issued_at),
        "is_whole": before + back == invoice.total,
        "taxes": taxes,
        "paid": str(back),
    }
    return amounts, snapshot


def _heads(order: Order) -> dict[str, Any]:
    known = dict(settings.LANGUAGES)
    return {
        "language": order.language if order.language in known else settings.LANGUAGE_CODE,
        "seller": {
            "lines": [settings.SHOP_NAME, *settings.SHOP_ADDRESS],
            "vat_id": settings.SHOP_VAT_ID,
        },
        "buyer": _address(order, OrderAddress.Type.BILLING),
        "exemption": order.tax_exemption,
        "buyer_vat_id": order.vat_id,
        "order": order.order_number,
        "ordered_on": _day(order.placed_at),
        "paid_on": _day(order.confirmed_at),
        "is_ahead": order.shipped_at is None,
    }


def _address(order: Order, kind: str) -> dict[str, str]:
    place = next(place for place in order.addresses.all() if place.address_type == kind)
    names = (
        *("first_name", "last_name", "company", "address_line_1", "address_line_2", "city"),
        *("state", "postal_code", "country_code"),
    )
    return {name: getattr(place, name) for name in names}


def _tax(order: Order, tax: OrderTaxLine, taxable: Decimal, amount: Decimal) -> dict[str, str]:
    net = taxable - amount if order.prices_include_tax else taxable
    return {
        "id": str(tax.pk),
        "name": tax.name,
        "rate": str(tax.rate),
        "net": str(net),
        "amount": str(amount),
        "gross": str(net + amount),
    }


def _whole(taxes: list[dict[str, str]], total: Decimal) -> list[dict[str, str]]:
    """Name what isn't taxed too, so that the gross amounts are the total."""
    rest = str(total - sum((Decimal(tax["gross"]) for tax in taxes), ZERO))
    if Decimal(rest) <= 0:
        return taxes
    untaxed = {"id": "", "name": "", "rate": NO_RATE, "net": rest, "amount": "0.00", "gross": rest}
    return [*taxes, untaxed]


def _given(note: Mapping[str, Any], tax: OrderTaxLine) -> Decimal:
    found = (Decimal(row["amount"]) for row in note["taxes"] if row["id"] == str(tax.pk))
    return next(found, ZERO)


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment else ""

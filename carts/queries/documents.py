from dataclasses import asdict
from decimal import Decimal
from typing import Any

from carts.queries.quotes import Quote
from shipping.queries import ShippingOption
from shopflow.lib.money import Money, as_json


def quote_document(quote: Quote) -> dict[str, Any]:
    """Return a quote as clients see it (component Quote of docs/openapi.yaml), JSON-ready.

    A query and not a serializer, because the refusal of an order shows the new quote too, and
    another app's serializers are none of its business.
    """

    def money(amount: Decimal) -> dict[str, str]:
        return as_json(Money(amount, quote.currency))

    missing = quote.missing_for_free_shipping
    return {
        "shipping_options": [_option(option, quote.currency) for option in quote.shipping_options],
        "shipping_method": str(quote.shipping_method_id) if quote.shipping_method_id else None,
        "is_shippable": quote.is_shippable,
        "coupons": [
            {
                "code": coupon.name,
                "description": coupon.description,
                "amount": money(coupon.amount),
                "problem": coupon.problem,
                "reason": coupon.reason,
            }
            for coupon in quote.coupons
        ],
        "promotions": [
            {
                "name": promotion.name,
                "description": promotion.description,
                "amount": money(promotion.amount),
            }
            for promotion in quote.promotions
        ],
        "subtotal": money(quote.subtotal),
        "discount": money(quote.discount),
        "shipping": money(quote.shipping),
        "tax": money(quote.tax),
        "total": money(quote.total),
        "missing_for_free_shipping": None if missing is None else money(missing),
        "prices_include_tax": quote.prices_include_tax,
        "tax_exemption": quote.exemption.value,
        "trace": quote.trace,
    }


def _option(option: ShippingOption, currency: str) -> dict[str, Any]:
    return {
        "id": str(option.id),
        "name": option.name,
        "carrier": option.carrier,
        "price": as_json(Money(option.price, currency)),
        "delivery": {
            "from": option.delivery_from.isoformat(),
            "to": option.delivery_to.isoformat(),
        },
        "pickup": asdict(option.pickup) if option.pickup else None,
    }

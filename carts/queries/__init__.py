"""Answers about carts that span tables."""

from carts.queries.carts import count_items, find_cart, token_hash
from carts.queries.documents import quote_document
from carts.queries.pricing import price_cart, total_of_trace
from carts.queries.quotes import Quote, QuoteCoupon, QuoteLine, TaxLine
from shipping.queries import Destination

__all__ = [
    "Destination",
    "Quote",
    "QuoteCoupon",
    "QuoteLine",
    "TaxLine",
    "count_items",
    "find_cart",
    "price_cart",
    "quote_document",
    "token_hash",
    "total_of_trace",
]

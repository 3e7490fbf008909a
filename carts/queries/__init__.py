"""Answers about carts that span tables."""

from carts.queries.carts import count_items, find_cart, token_hash
from carts.queries.documents import quote_document
from carts.queries.phone import answers_of, written_by_staff
from carts.queries.pricing import price_cart
from carts.queries.quotes import Quote, QuoteDiscount, QuoteLine, TaxLine
from carts.queries.trace import total_of_trace
from shipping.queries import Destination

__all__ = [
    "Destination",
    "Quote",
    "QuoteDiscount",
    "QuoteLine",
    "TaxLine",
    "answers_of",
    "count_items",
    "find_cart",
    "price_cart",
    "quote_document",
    "token_hash",
    "total_of_trace",
    "written_by_staff",
]

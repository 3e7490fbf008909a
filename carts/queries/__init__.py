"""Answers about carts that span tables."""

from carts.queries.carts import count_items, find_cart, token_hash
from carts.queries.documents import quote_document
from carts.queries.drafts import destination_of, draft_of, offered_countries, price_typed
from carts.queries.phone import answers_of, written_by_staff
from carts.queries.pricing import ask_taxes, price_cart
from carts.queries.quotes import Exemption, Quote, QuoteDiscount, QuoteLine, TaxLine
from carts.queries.trace import total_of_trace
from shipping.queries import Destination

__all__ = [
    "Destination",
    "Exemption",
    "Quote",
    "QuoteDiscount",
    "QuoteLine",
    "TaxLine",
    "answers_of",
    "ask_taxes",
    "count_items",
    "destination_of",
    "draft_of",
    "find_cart",
    "offered_countries",
    "price_cart",
    "price_typed",
    "quote_document",
    "token_hash",
    "total_of_trace",
    "written_by_staff",
]

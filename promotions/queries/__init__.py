"""What coupons and promotions take off, and why they don't."""

from promotions.queries.amounts import Goods
from promotions.queries.candidates import Candidate, Customer, coupons, promotions, uses_of
from promotions.queries.evaluation import Discount, discounts, take_off_shipping
from promotions.queries.reasons import Reason
from promotions.queries.things import in_words, with_things, with_uses
from promotions.queries.words import conditions, summary, what

__all__ = [
    "Candidate",
    "Customer",
    "Discount",
    "Goods",
    "Reason",
    "conditions",
    "coupons",
    "discounts",
    "in_words",
    "promotions",
    "summary",
    "take_off_shipping",
    "uses_of",
    "what",
    "with_things",
    "with_uses",
]

"""How a total came about: steps that explain it, and that alone make it again."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from carts.queries.quotes import Exemption, Quote
from shopflow.lib.money import ZERO

APPLIED = "applied"
EXEMPTIONS = {
    Exemption.REVERSE_CHARGE: "VAT reverse charge",
    Exemption.CUSTOMER: "Tax-exempt customer",
}
TOTAL = "total"


def total_of_trace(trace: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the total a stored trace explains, from the trace alone."""
    return sum((Decimal(step["adds"]) for step in trace if step["rule"] != TOTAL), ZERO)


def trace_of(quote: Quote) -> list[dict[str, str]]:
    """Return every step to the total; the `adds` of all steps but the last make the total.

    Each has the same seven texts: which `rule`, its `name`, its `condition`, the `value` it was
    reckoned on, the `result` in words, the `reason` (a stable code) when it didn't apply, and
    what it `adds`.
    """
    return [
        *_lines(quote),
        *_discounts(quote),
        *_shipping(quote),
        *_taxes(quote),
        _step(TOTAL, adds=quote.total, result=str(quote.total)),
    ]


def _lines(quote: Quote) -> Iterator[dict[str, str]]:
    for line in quote.lines:
        yield _step(
            "line",
            adds=line.line_total,
            name=f"{line.product_name} ({line.sku})",
            value=f"{line.quantity} × {line.unit_price}",
            result=str(line.line_total),
        )


def _discounts(quote: Quote) -> Iterator[dict[str, str]]:
    for discount in quote.discounts:
        yield _step(
            "promotion" if discount.is_automatic else "coupon",
            adds=-discount.amount,
            name=discount.name,
            condition=discount.condition,
            value=discount.value,
            result=discount.problem or APPLIED,
            reason=discount.reason,
        )


def _shipping(quote: Quote) -> Iterator[dict[str, str]]:
    if quote.shipping_method_id is not None:
        yield _step(
            "shipping",
            adds=quote.shipping,
            name=quote.shipping_method_name,
            value=str(quote.shipping),
            result=str(quote.shipping),
        )


def _taxes(quote: Quote) -> Iterator[dict[str, str]]:
    if quote.exemption:
        name = EXEMPTIONS[quote.exemption]
        yield _step("tax", adds=ZERO, name=name, result="0.00 added", reason=quote.exemption.value)
    for line in quote.tax_lines:
        is_included = quote.prices_include_tax
        yield _step(
            "tax",
            adds=ZERO if is_included else line.amount,
            name=line.name,
            condition=line.tax_class,
            value=f"{line.rate.normalize():f} of {line.taxable}",
            result=f"{line.amount} " + ("included" if is_included else "added"),
        )


def _step(rule: str, *, adds: Decimal, **said: str) -> dict[str, str]:
    empty = {"name": "", "condition": "", "value": "", "result": "", "reason": ""}
    return {"rule": rule, **empty, **said, "adds": str(adds)}

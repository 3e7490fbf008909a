"""What a cart costs now: one answer that is shown, charged and stored on the order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from carts.models import Cart, CartItem
from carts.queries.quotes import Quote, QuoteCoupon, QuoteLine, TaxLine
from catalog.models import Product, ProductVariant
from catalog.queries import pictures, pictures_of
from inventory.queries import available_of
from promotions.models import Coupon
from promotions.queries import Discount, discount_of
from shipping.errors import ShippingMethodUnavailable
from shipping.models import TaxRate
from shipping.queries import Destination, ShippingOption, options, tax_rates, zone_of
from shopflow.lib.money import ZERO, Money, round_money

SHIPPING_CLASS = "shipping"


def price_cart(
    *, cart_id: UUID, address: Destination | None = None, shipping_method_id: UUID | None = None
) -> Quote:
    """Return what a cart costs now. With an address it includes shipping and tax.

    The cheapest way of shipping is taken unless one is named; raises ShippingMethodUnavailable
    when the named one doesn't go there. A destination without a zone makes `is_shippable` False.
    """
    cart = Cart.objects.get(pk=cart_id)
    quote = Quote(currency=cart.currency, lines=_lines(cart))
    quote.subtotal = sum((line.line_total for line in quote.lines), ZERO)
    _apply_coupons(quote, [entered.coupon for entered in cart.entered.select_related("coupon")])
    if address is not None:
        _apply_destination(quote, address, shipping_method_id)
    added_tax = ZERO if quote.prices_include_tax else quote.tax
    quote.total = quote.subtotal - quote.discount + quote.shipping + added_tax
    quote.trace = _trace(quote)
    return quote


def total_of_trace(trace: Sequence[Mapping[str, Any]]) -> Decimal:
    """Return the total a stored trace explains, from the trace alone."""
    return sum((Decimal(step["adds"]) for step in trace if step["rule"] != "total"), ZERO)


def _lines(cart: Cart) -> list[QuoteLine]:
    items = (
        cart.items.select_related("variant", "product")
        .prefetch_related(Prefetch("product__images", queryset=pictures()))
        .order_by("id")
    )
    found = list(items)
    available = available_of(item.variant_id for item in found)
    return [_line(item, available[item.variant_id], cart.currency) for item in found]


def _line(item: CartItem, available: int, currency: str) -> QuoteLine:
    variant, product = item.variant, item.product
    is_buyable = variant.is_buyable and product.is_on_sale
    if variant.backorder_policy == variant.Backorder.CONTINUE:
        available = max(available, item.quantity)
    return QuoteLine(
        item_id=item.pk,
        variant_id=variant.pk,
        product_id=product.pk,
        product_name=product.name,
        variant_name=variant.name if variant.option_values else "",
        sku=variant.sku,
        slug=product.slug,
        image_url=_image_url(variant, product),
        quantity=item.quantity,
        unit_price=variant.price,
        line_total=variant.price * item.quantity,
        unit_cost=variant.cost,
        tax_class=product.tax_class,
        weight_grams=variant.weight_grams * item.quantity,
        available=available,
        is_buyable=is_buyable,
        notice=_notice(item, available, currency, is_buyable=is_buyable),
    )


def _image_url(variant: ProductVariant, product: Product) -> str:
    images = pictures_of(variant=variant, images=list(product.images.all()))
    return next((image.file.url for image in images if image.file), "")


def _notice(item: CartItem, available: int, currency: str, *, is_buyable: bool) -> str | None:
    if not is_buyable:
        return "This isn't available any more. Please remove it."
    if available < 1:
        return "This has just sold out. Please remove it."
    if available < item.quantity:
        return f"Only {available} left. Please lower the quantity."
    if item.unit_price != item.variant.price:
        before, now = Money(item.unit_price, currency), Money(item.variant.price, currency)
        return f"The price changed from {before} to {now} since you added this."
    return None


def _apply_coupons(quote: Quote, coupons: Sequence[Coupon]) -> None:
    amounts = [line.line_total for line in quote.lines]
    for coupon in coupons:
        discount = discount_of(coupon=coupon, amounts=amounts)
        _apply_discount(quote, discount)


def _apply_discount(quote: Quote, discount: Discount) -> None:
    for line, part in zip(quote.lines, discount.parts, strict=True):
        line.discount += part
    quote.discount += discount.amount
    quote.coupons.append(
        QuoteCoupon(
            id=discount.coupon.pk,
            code=discount.coupon.code,
            description=discount.coupon.description
            or f"{discount.coupon.discount_value.normalize():f} % off",
            amount=discount.amount,
            problem=discount.problem,
        )
    )


def _apply_destination(quote: Quote, address: Destination, method_id: UUID | None) -> None:
    zone = zone_of(address)
    if zone is None:
        quote.is_shippable = False
        return
    goods = quote.subtotal - quote.discount
    weight = sum(line.weight_grams for line in quote.lines)
    quote.shipping_options = options(zone=zone, subtotal=goods, weight_grams=weight)
    chosen = _choose(quote.shipping_options, method_id)
    quote.is_shippable = chosen is not None
    if chosen is not None:
        quote.shipping_method_id, quote.shipping_method_name = chosen.id, chosen.name
        quote.shipping = chosen.price
    _apply_tax(quote, tax_rates(zone))


def _choose(offered: Sequence[ShippingOption], method_id: UUID | None) -> ShippingOption | None:
    if method_id is None:
        return offered[0] if offered else None
    for option in offered:
        if option.id == method_id:
            return option
    raise ShippingMethodUnavailable


def _apply_tax(quote: Quote, rates: Mapping[str, TaxRate]) -> None:
    quote.prices_include_tax = any(rate.included_in_price for rate in rates.values())
    taxable: dict[str, list[Decimal]] = {}
    amounts: dict[str, list[Decimal]] = {}
    for line in quote.lines:
        if (rate := rates.get(line.tax_class)) is None:
            continue
        net = line.line_total - line.discount
        line.tax = _tax(net, rate)
        taxable.setdefault(line.tax_class, []).append(net)
        amounts.setdefault(line.tax_class, []).append(line.tax)
    if quote.shipping and (rate := rates.get(SHIPPING_CLASS)) is not None:
        taxable[SHIPPING_CLASS] = [quote.shipping]
        amounts[SHIPPING_CLASS] = [_tax(quote.shipping, rate)]
    quote.tax_lines = [
        TaxLine(
            name=rates[tax_class].name,
            tax_class=tax_class,
            rate=rates[tax_class].rate,
            taxable=sum(taxable[tax_class], ZERO),
            amount=sum(amounts[tax_class], ZERO),
        )
        for tax_class in sorted(taxable)
    ]
    quote.tax = sum((line.amount for line in quote.tax_lines), ZERO)


def _tax(amount: Decimal, rate: TaxRate) -> Decimal:
    if rate.included_in_price:
        return round_money(amount * rate.rate / (1 + rate.rate))
    return round_money(amount * rate.rate)


def _trace(quote: Quote) -> list[dict[str, Any]]:
    """Every step to the total; the `adds` of all steps but the last make the total."""
    steps: list[dict[str, Any]] = [
        {
            "rule": "line",
            "sku": line.sku,
            "value": f"{line.quantity} × {line.unit_price}",
            "adds": str(line.line_total),
        }
        for line in quote.lines
    ]
    steps += [
        {
            "rule": "coupon",
            "code": coupon.code,
            "value": coupon.description,
            "result": coupon.problem or "applied",
            "adds": str(-coupon.amount),
        }
        for coupon in quote.coupons
    ]
    if quote.shipping_method_id is not None:
        steps.append(
            {"rule": "shipping", "value": quote.shipping_method_name, "adds": str(quote.shipping)}
        )
    steps += [
        {
            "rule": "tax",
            "name": line.name,
            "value": f"{line.rate.normalize():f} of {line.taxable}",
            "result": f"{line.amount} " + ("included" if quote.prices_include_tax else "added"),
            "adds": str(ZERO if quote.prices_include_tax else line.amount),
        }
        for line in quote.tax_lines
    ]
    return [*steps, {"rule": "total", "adds": str(quote.total)}]

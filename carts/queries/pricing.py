"""What a cart costs now: one answer that is shown, charged and stored on the order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from carts.models import Cart, CartItem
from carts.queries.destination import Terms, apply_destination
from carts.queries.discounts import (
    candidates_of,
    missing_for_free_shipping,
    quoted,
    take_off_goods,
)
from carts.queries.quotes import Quote, QuoteLine
from carts.queries.trace import trace_of
from catalog.models import Product, ProductVariant
from catalog.queries import pictures, pictures_of
from inventory.queries import available_of
from promotions.queries import Discount
from shipping.queries import Destination, TaxAnswer, VatAnswer, calculator
from shopflow.lib.money import ZERO, Money


def price_cart(
    *,
    cart_id: UUID,
    address: Destination | None = None,
    shipping_method_id: UUID | None = None,
    email: str = "",
    vat: VatAnswer | None = None,
    taxes: TaxAnswer | None = None,
    with_stock: bool = True,
) -> Quote:
    """Return what a cart costs now. With an address it includes shipping and tax.

    The cheapest way of shipping is taken unless one is named; raises ShippingMethodUnavailable
    when the named one doesn't go there. A destination without a zone makes `is_shippable` False.
    `email` is whose it will be: discounts count their uses per customer by it, too. `vat` is the
    buyer's VAT number. May talk to an external tax calculator, so inside a transaction its
    `taxes` are brought along: raises TaxesOutdated when they are another cart's. Without
    `with_stock` the lines don't say what is left of them.
    """
    cart = Cart.objects.select_related("user").get(pk=cart_id)
    quote = Quote(currency=cart.currency, lines=_lines(cart, with_stock=with_stock))
    quote.subtotal = sum((line.line_total for line in quote.lines), ZERO)
    found = take_off_goods(quote, candidates_of(cart, quote, email=email))
    if address is not None:
        terms = Terms(
            address=address,
            method_id=shipping_method_id,
            vat=vat,
            is_exempt=cart.user is not None and cart.user.is_tax_exempt,
            taxes=taxes,
        )
        apply_destination(quote, terms, found)
    add_up(quote, found)
    quote.missing_for_free_shipping = missing_for_free_shipping(quote, found)
    return quote


def ask_taxes(**terms: Any) -> TaxAnswer | None:
    """Return an external calculator's answer for an order about to be placed; None: there's none.

    `terms` are those of `price_cart`. Talks to the calculator, before the transaction.
    """
    return price_cart(**terms).taxes if calculator() else None


def add_up(quote: Quote, found: Sequence[Discount]) -> None:
    """Set what a quote comes to, once its parts are known, and how that came about."""
    quote.discounts = [quoted(discount, currency=quote.currency) for discount in found]
    added_tax = ZERO if quote.prices_include_tax else quote.tax
    quote.total = quote.subtotal - quote.discount + quote.shipping + added_tax
    quote.trace = trace_of(quote)


def _lines(cart: Cart, *, with_stock: bool) -> list[QuoteLine]:
    items = (
        cart.items.select_related("variant", "product")
        .prefetch_related(Prefetch("product__images", queryset=pictures()))
        .order_by("id")
    )
    found = list(items)
    if not with_stock:
        return [_line(item, item.quantity, cart.currency) for item in found]
    available = available_of(item.variant_id for item in found)
    return [_line(item, available[item.variant_id], cart.currency) for item in found]


def _line(item: CartItem, available: int, currency: str) -> QuoteLine:
    variant, product = item.variant, item.product
    is_buyable = variant.is_buyable and product.is_on_sale
    if product.is_gift_card or variant.backorder_policy == variant.Backorder.CONTINUE:
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
        gift_cards=(item.gift_cards or []) if product.is_gift_card else None,
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

"""The cart: every form is parsed, becomes one command, and leads back to the cart."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from carts import commands
from carts.errors import CartItemNotFound, CartNotFound, UnknownVariant
from carts.forms import AddForm, CouponForm, EstimateForm, GiftCardForm, LineForm, first_error
from carts.models import Cart
from carts.queries import (
    Quote,
    count_items,
    draft_of,
    find_cart,
    offered_countries,
    price_typed,
)
from catalog.queries import buyable_variant
from shopflow.lib import context
from shopflow.lib.errors import DomainError, InvalidInput
from shopflow.lib.http import SeeOther, remember_cart, same_origin_only, shopper_of
from shopflow.lib.limits import TooManyTries, only_failures


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a form wasn't followed, and what the shopper had written into it."""

    sentence: str
    status: int
    item_id: UUID | None = None
    quantity: str = ""
    code: str | None = None

    @property
    def is_general(self) -> bool:
        return self.item_id is None and self.code is None


@require_safe
@never_cache
def detail(request: HttpRequest) -> HttpResponse:
    """Show the cart and what it costs now."""
    return _page(request)


@require_safe
@never_cache
def badge(request: HttpRequest) -> HttpResponse:
    """Say how many units are in the cart; pages that are the same for everybody ask for it."""
    return JsonResponse({"count": count_items(**shopper_of(request).cart)})


@require_POST
@never_cache
@same_origin_only
def add(request: HttpRequest) -> HttpResponse:
    """Put a variant into the cart; a guest's first one makes the cart."""
    form = AddForm(request.POST)
    gift_card = GiftCardForm(request.POST)
    if wrong := next((each for each in (form, gift_card) if not each.is_valid()), None):
        return _page(request, Refusal(sentence=first_error(wrong), status=InvalidInput.status))
    shopper = shopper_of(request)
    chosen = form.cleaned_data
    try:
        if find_cart(**shopper.cart) is None and buyable_variant(chosen["variant"]) is None:
            raise UnknownVariant  # before a cart is made for nothing
        opened = commands.open_cart(**shopper.cart)
        commands.add_line(
            cart_id=opened.cart.pk,
            variant_id=chosen["variant"],
            quantity=chosen["quantity"],
            product_id=chosen["product"],
            gift_card=gift_card.entry,
        )
    except DomainError as error:
        return _page(request, Refusal(sentence=str(error), status=error.status))
    messages.success(request, _("It's in your cart."))
    response = _back()
    if opened.token:
        remember_cart(response, opened.token)
    return response


@require_POST
@never_cache
def line(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Change how many units a line has."""
    cart = _own_cart(request)
    form = LineForm(request.POST)
    written = request.POST.get("quantity", "")
    if not form.is_valid():
        if not cart.items.filter(pk=item_id).exists():
            raise CartItemNotFound
        sentence, status = first_error(form), InvalidInput.status
        refusal = Refusal(sentence=sentence, status=status, item_id=item_id, quantity=written)
        return _page(request, refusal)
    commands.set_quantity(cart_id=cart.pk, item_id=item_id, quantity=form.cleaned_data["quantity"])
    return _back()


@require_POST
@never_cache
def remove(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Take a line out of the cart."""
    commands.remove_line(cart_id=_own_cart(request).pk, item_id=item_id)
    messages.success(request, _("Removed from your cart."))
    return _back()


@require_POST
@never_cache
def coupon(request: HttpRequest) -> HttpResponse:
    """Enter a coupon."""
    cart = _own_cart(request)
    form = CouponForm(request.POST)
    written = request.POST.get("code", "")
    if not form.is_valid():
        sentence, status = first_error(form), InvalidInput.status
        return _page(request, Refusal(sentence=sentence, status=status, code=written))
    try:
        with only_failures((commands.REFUSED_COUPONS, context.current().network)):
            commands.enter_coupon(cart_id=cart.pk, code=form.cleaned_data["code"])
    except TooManyTries:
        raise
    except DomainError as error:
        return _page(request, Refusal(sentence=str(error), status=error.status, code=written))
    return _back()


@require_POST
@never_cache
def estimate(request: HttpRequest) -> HttpResponse:
    """Say what shipping and tax come to at a postcode; the checkout knows it then, too."""
    cart = _own_cart(request)
    form = EstimateForm(request.POST, known=offered_countries())
    if not form.is_valid():
        return _page(request, form=form)
    commands.keep_draft(cart_id=cart.pk, answers=form.cleaned_data)
    return _back()


@require_POST
@never_cache
def remove_coupon(request: HttpRequest, code: str) -> HttpResponse:
    """Take a coupon out of the cart."""
    commands.remove_coupon(cart_id=_own_cart(request).pk, code=code)
    return _back()


def _page(
    request: HttpRequest, refusal: Refusal | None = None, form: EstimateForm | None = None
) -> HttpResponse:
    """Show the cart, with shipping and tax as soon as it is known where it goes."""
    cart = find_cart(**shopper_of(request).cart)
    quote: Quote | None = None
    typed: Mapping[str, str] = {}
    known = offered_countries() if cart else []
    if cart is not None:
        typed = draft_of(cart.pk)
        quote = price_typed(cart_id=cart.pk, answers=typed, known=known)
    status = refusal.status if refusal else InvalidInput.status if form else 200
    facts = {
        "quote": quote,
        "refusal": refusal,
        "form": form or EstimateForm(initial=typed, known=known),
        "is_priced": quote is not None and quote.shipping_method_id is not None,
    }
    return render(request, "carts/detail.html", facts, status=status)


def _own_cart(request: HttpRequest) -> Cart:
    cart = find_cart(**shopper_of(request).cart)
    if cart is None:
        raise CartNotFound
    return cart


def _back() -> HttpResponse:
    return SeeOther(reverse("carts:detail"))

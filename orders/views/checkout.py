import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import AddressNotFound
from accounts.models import User, UserAddress
from accounts.queries import addresses_of
from carts.errors import CartEmpty
from carts.queries import Quote, find_cart, price_cart, token_hash
from orders import commands, queries
from orders.forms import BillingForm, CheckoutForm, destination_of
from orders.models import Order
from shipping.errors import ShippingMethodUnavailable
from shipping.queries import Destination, countries
from shopflow.lib.addresses import known_countries
from shopflow.lib.errors import DomainError, InvalidInput
from shopflow.lib.http import SeeOther, Shopper, shopper_of
from shopflow.lib.idempotency import Answer, answer_once, claim_of
from shopflow.lib.ids import new_id
from shopflow.lib.money import ZERO
from shopflow.lib.transactions import reading_as

ROUTE = "checkout-page"
HOME = "US"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    """Take an order on one page: contact, delivery, payment.

    `action=update` prices the cart again, `action=place` orders it. One key per page shown makes
    one order, however often the button is pressed.
    """
    known = [code for code in countries() if code in known_countries()]
    if request.method != "POST":
        return _first_page(request, known)
    billing = BillingForm(request.POST, prefix="billing", known=known)
    form = CheckoutForm(request.POST, known=known)
    if request.POST.get("action") == "place":
        return _place(request, form, billing)
    # Only the totals are asked for: what is still missing is no mistake yet.
    asked = request.POST.dict()
    form = CheckoutForm(initial=asked, known=known)
    billing = BillingForm(initial=_unprefixed(asked), prefix="billing", known=known)
    return _page(request, form, billing, asked)


def _first_page(request: HttpRequest, known: list[str]) -> HttpResponse:
    """Show the page before anything was written, with what an account knows already.

    `?address=` names another entry of the address book than the first choice.
    """
    first = {"country_code": HOME if HOME in known else next(iter(known), "")}
    parcel, invoice = dict(first), dict(first)
    book = _book(request)
    if isinstance(request.user, User):
        parcel["email"] = request.user.email
        parcel |= _written(_chosen(book, request.GET.get("address", "")), known)
        invoice |= _written(_first_choice(book, UserAddress.Type.BILLING), known)
    form = CheckoutForm(initial=parcel, known=known)
    billing = BillingForm(prefix="billing", initial=invoice, known=known)
    return _page(request, form, billing, parcel, book=book)


def _place(request: HttpRequest, form: CheckoutForm, billing: BillingForm) -> HttpResponse:
    asked = request.POST.dict()
    differs = "billing_differs" in request.POST
    is_valid = form.is_valid() and (not differs or billing.is_valid())
    if not is_valid:
        return _page(request, form, billing, asked, status=InvalidInput.status)
    try:
        answer = _ordered(shopper_of(request), form, billing if differs else None)
    except DomainError as error:
        return _page(request, form, billing, asked, status=error.status, sentence=str(error))
    body = json.loads(answer.body)
    if answer.status == SeeOther.status_code:
        return SeeOther(body["location"])
    return _page(request, form, billing, asked, status=answer.status, sentence=body["detail"])


def _ordered(shopper: Shopper, form: CheckoutForm, billing: BillingForm | None) -> Answer:
    """Place the order once per key; a repeated press gets the first answer."""
    data = form.cleaned_data
    order = {
        "email": data["email"],
        "shipping_address": form.address(),
        "billing_address": billing.address() if billing else None,
        "shipping_method_id": data["shipping_method"],
        # Nothing was agreed to: no total fits, and the page comes back with the real one.
        "expected_total": data["expected_total"] or ZERO,
    }
    claim = claim_of(actor=_actor(shopper), route=ROUTE, key=data["key"], body=_plain(order))
    return answer_once(claim, work=lambda: _work(shopper, order), refusal=_refusal)


def _work(shopper: Shopper, order: dict[str, Any]) -> Answer:
    cart = find_cart(**shopper.cart)
    if cart is None:
        raise CartEmpty
    placed = commands.place_order(cart_id=cart.pk, user_id=shopper.user_id, **order)
    return Answer.of(SeeOther.status_code, {"location": _next_page(placed)})


def _refusal(error: DomainError) -> Answer:
    return Answer.of(error.status, {"code": error.code, "detail": str(error)})


def _next_page(order: Order) -> str:
    page = "payments:pay" if order.is_payable else "orders:thanks"
    address = reverse(page, args=[order.order_number])
    if order.user_id is not None:
        return address
    return f"{address}?{urlencode({'token': queries.guest_token(order)})}"


def _actor(shopper: Shopper) -> str:
    # Not the cart's id: the second press of the button comes when the cart is closed already.
    if shopper.user_id is not None:
        return f"user:{shopper.user_id}"
    return f"guest:{token_hash(shopper.token)}" if shopper.token else "nobody"


def _plain(order: dict[str, Any]) -> dict[str, Any]:
    addresses = ("shipping_address", "billing_address")
    return {
        name: asdict(value) if name in addresses and value else str(value)
        for name, value in order.items()
    }


def _unprefixed(asked: dict[str, Any]) -> dict[str, Any]:
    start = "billing-"
    return {name.removeprefix(start): v for name, v in asked.items() if name.startswith(start)}


def _page(
    request: HttpRequest,
    form: CheckoutForm,
    billing: BillingForm,
    asked: dict[str, Any],
    *,
    status: int = 200,
    sentence: str = "",
    book: Sequence[UserAddress] = (),
) -> HttpResponse:
    """Show the page with what the cart costs now, everything written kept."""
    known = [code for code, _ in form.fields["country_code"].choices]  # type: ignore[attr-defined]
    destination = destination_of(asked, known=known)
    quote = _quote(shopper_of(request), destination, _id(asked.get("shipping_method")))
    if quote is None and status == 200:
        return SeeOther(reverse("carts:detail"))
    context = {
        "form": form,
        "book": book,
        "billing": billing,
        "billing_differs": "billing_differs" in asked,
        "quote": quote,
        "is_priced": destination is not None and quote is not None and quote.is_shippable,
        "has_destination": destination is not None,
        "sentence": sentence,
        "key": new_id().hex,
    }
    return render(request, "orders/checkout.html", context, status=status)


def _book(request: HttpRequest) -> list[UserAddress]:
    """Return the addresses of who is logged in, each type's first choice in front."""
    if not isinstance(request.user, User):
        return []
    with reading_as(user_id=request.user.pk):
        rows = addresses_of(request.user.pk).exclude(address_type=UserAddress.Type.RETURN)
        return list(rows.order_by("-is_default", "-id"))


def _chosen(book: list[UserAddress], named: str) -> UserAddress | None:
    """Return the entry that was chosen, or the first choice. Raises AddressNotFound."""
    if not named:
        return _first_choice(book, UserAddress.Type.SHIPPING)
    found = next((row for row in book if str(row.pk) == named), None)
    if found is None:
        raise AddressNotFound
    return found


def _first_choice(book: list[UserAddress], address_type: str) -> UserAddress | None:
    return next((row for row in book if row.address_type == address_type), None)


def _written(row: UserAddress | None, known: list[str]) -> dict[str, str]:
    """Return an entry as somebody would write it into the form; not where we don't ship."""
    if row is None or row.country_code not in known:
        return {}
    same = ("country_code", "address_line_1", "city", "state", "postal_code", "phone")
    return {
        **{name: getattr(row, name) or "" for name in same},
        "name": f"{row.first_name} {row.last_name}",
        "address_line_2": ", ".join(filter(None, [row.company, row.address_line_2])),
    }


def _quote(
    shopper: Shopper, destination: Destination | None, method_id: UUID | None
) -> Quote | None:
    """Return what the cart costs now, or None when there is nothing in it."""
    cart = find_cart(**shopper.cart)
    if cart is None:
        return None
    try:
        quote = price_cart(cart_id=cart.pk, address=destination, shipping_method_id=method_id)
    except ShippingMethodUnavailable:  # the country changed: its cheapest way is shown instead
        quote = price_cart(cart_id=cart.pk, address=destination)
    return quote if quote.lines else None


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import UserAddress
from carts import commands as carts
from carts.errors import CartEmpty
from carts.models import Cart
from carts.queries import (
    Quote,
    ask_taxes,
    destination_of,
    draft_of,
    find_cart,
    offered_countries,
    price_typed,
    token_hash,
)
from orders import commands, queries
from orders.forms import BillingForm, CheckoutForm, typed
from orders.models import Order
from orders.views.address_book import book_of, known_answers
from shipping.queries import (
    TaxAnswer,
    VatAnswer,
    is_pickup,
    is_union_seller,
)
from shopflow.lib import context
from shopflow.lib.errors import DomainError, InvalidInput
from shopflow.lib.http import SeeOther, Shopper, shopper_of
from shopflow.lib.idempotency import Answer, answer_once, claim_of
from shopflow.lib.ids import new_id
from shopflow.lib.money import ZERO

ROUTE = "checkout-page"
HOME = "US"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    """Take an order on one page: contact, delivery, payment.

    `action=update` prices the cart again, `action=place` orders it. One key per page shown makes
    one order, however often the button is pressed. What was typed is kept beside the cart.
    """
    known = offered_countries()
    cart = find_cart(**shopper_of(request).cart)
    if request.method != "POST":
        return _first_page(request, cart, known)
    asked = request.POST.dict()
    if cart is not None:
        carts.keep_draft(cart_id=cart.pk, answers=typed(asked))
    page = Page(request, cart, asked, known)
    if asked.get("action") == "place":
        return _place(page)
    # Only the totals are asked for: what is still missing is no mistake yet.
    return _shown(page, *page.blank_forms())


@dataclass(frozen=True)
class Page:
    """One request for the page: by whom, of which cart, and what is typed into it."""

    request: HttpRequest
    cart: Cart | None
    asked: Mapping[str, str]
    known: list[str]

    @property
    def method_id(self) -> UUID | None:
        return _id(self.asked.get("shipping_method"))

    def quote(self) -> Quote | None:
        """Return what the cart costs now, or None when there is nothing in it."""
        if self.cart is None:
            return None
        quote = price_typed(cart_id=self.cart.pk, answers=self.asked, known=self.known)
        return quote if quote.lines else None

    def blank_forms(self) -> tuple[CheckoutForm, BillingForm]:
        """Return the forms with what was typed, and no word about what is missing."""
        return (
            CheckoutForm(initial=self.asked, known=self.known, is_pickup=self._is_pickup()),
            BillingForm(initial=_of_invoice(self.asked), prefix="billing", known=self.known),
        )

    def checked_forms(self) -> tuple[CheckoutForm, BillingForm]:
        """Return the forms with what is to be ordered."""
        data = self.request.POST
        return (
            CheckoutForm(data, known=self.known, is_pickup=self._is_pickup()),
            BillingForm(data, prefix="billing", known=self.known),
        )

    def _is_pickup(self) -> bool:
        return is_pickup(self.method_id)


def _first_page(request: HttpRequest, cart: Cart | None, known: list[str]) -> HttpResponse:
    """Show the page with what was typed earlier, or what an account knows already.

    `?address=` names an entry of the address book, which then comes before what was typed.
    """
    home = HOME if HOME in known else next(iter(known), "")
    book = book_of(request)
    typed_before = draft_of(cart.pk) if cart else {}
    answers = known_answers(request, book, known)
    named = answers if "address" in request.GET else {}
    first = {"country_code": home, "billing-country_code": home}
    page = Page(request, cart, {**first, **answers, **typed_before, **named}, known)
    return _shown(page, *page.blank_forms(), book=book)


def _place(page: Page) -> HttpResponse:
    form, billing = page.checked_forms()
    differs = bool(page.asked.get("billing_differs"))
    is_valid = form.is_valid() and (not differs or billing.is_valid())
    if not is_valid:
        return _shown(page, form, billing, status=InvalidInput.status)
    try:
        answer = _ordered(page, form, billing if differs else None)
    except DomainError as error:
        return _shown(page, form, billing, status=error.status, sentence=str(error))
    body = json.loads(answer.body)
    if answer.status == SeeOther.status_code:
        return SeeOther(body["location"])
    return _shown(page, form, billing, status=answer.status, sentence=body["detail"])


def _ordered(page: Page, form: CheckoutForm, billing: BillingForm | None) -> Answer:
    """Place the order once per key; a repeated press gets the first answer."""
    data, shopper = form.cleaned_data, shopper_of(page.request)
    order = {
        "email": data["email"],
        "shipping_address": form.address(),
        "billing_address": billing.address() if billing else None,
        "shipping_method_id": data["shipping_method"],
        # Nothing was agreed to: no total fits, and the page comes back with the real one.
        "expected_total": data["expected_total"] or ZERO,
    }
    asked = {**_plain(order), "vat_id": data["vat_id"]}
    claim = claim_of(actor=_actor(shopper), route=ROUTE, key=data["key"], body=asked)
    order |= {"vat": form.vat, "taxes": _taxes(page, order, form.vat)}
    order["came_from"] = context.current().inet or ""
    return answer_once(claim, work=lambda: _work(shopper, order), refusal=_refusal)


def _taxes(page: Page, order: Mapping[str, Any], vat: VatAnswer | None) -> TaxAnswer | None:
    if page.cart is None:
        return None
    return ask_taxes(
        cart_id=page.cart.pk,
        address=order["shipping_address"].destination,
        shipping_method_id=order["shipping_method_id"],
        email=order["email"],
        vat=vat,
    )


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


def _of_invoice(asked: Mapping[str, str]) -> dict[str, str]:
    start = "billing-"
    return {name.removeprefix(start): v for name, v in asked.items() if name.startswith(start)}


def _shown(
    page: Page,
    form: CheckoutForm,
    billing: BillingForm,
    *,
    status: int = 200,
    sentence: str = "",
    book: Sequence[UserAddress] = (),
) -> HttpResponse:
    """Show the page with what the cart costs now, everything written kept."""
    quote = page.quote()
    if quote is None and status == 200:
        return SeeOther(reverse("carts:detail"))
    destination = destination_of(answers=page.asked, known=page.known)
    facts = {
        "form": form,
        "book": book,
        "billing": billing,
        "billing_differs": bool(page.asked.get("billing_differs")),
        "quote": quote,
        "is_priced": destination is not None and quote is not None and quote.is_shippable,
        "has_destination": destination is not None and destination.is_whole,
        "asks_vat_id": is_union_seller(settings.SHOP_VAT_ID),
        "sentence": sentence,
        "key": new_id().hex,
    }
    return render(page.request, "orders/checkout.html", facts, status=status)


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None

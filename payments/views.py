"""Paying: our page with the amount, then the provider's; saved cards; where providers report."""

from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from orders.models import Order
from orders.queries import opened
from payments import commands, queries
from payments.errors import GiftCardNotFound, PaymentMethodNotFound
from shopflow.lib import context
from shopflow.lib.api import problem_response
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private, shopper_of
from shopflow.lib.limits import TooManyTries, only_failures, take_all
from shopflow.lib.transactions import acting_as, reading_as

MOST_GIFT_CARDS = 100
LONGEST_CODE = 40


@require_http_methods(["GET", "HEAD", "POST"])
@private
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Show what there is to pay; the button leads to the provider's own page."""
    if request.method != "POST":
        return _page(request, number)
    with opened(number=number, **_who(request)) as order:
        order_id, way = order.pk, _way(request)
    take_all(
        (commands.TRIES_OF_ORDER, str(order_id)),
        (commands.TRIES_FROM_NETWORK, context.current().network),
    )
    try:
        with acting_as(_owner(request), guest_order=order_id):
            url = commands.start_payment(
                order_id=order_id, return_url=_return_url(request, order), way=way
            )
    except DomainError as error:
        return _page(request, number, refusal=error)
    return SeeOther(url)


@require_POST
@private
def pay_with_gift_card(request: HttpRequest, number: str) -> HttpResponse:
    """Let a gift card pay for an order as far as it goes; `remove` takes one off again."""
    with opened(number=number, **_who(request)) as order:
        order_id = order.pk
    try:
        with acting_as(None, guest_order=order_id):
            if "remove" in request.POST:
                commands.remove_gift_card(order_id=order_id, hold_id=_row(request, "remove"))
            else:
                with only_failures((commands.GUESSES, context.current().network)):
                    commands.add_gift_card(order_id=order_id, code=request.POST.get("code", ""))
    except TooManyTries:
        raise
    except DomainError as error:
        return _page(request, number, refused_card=error)
    return SeeOther(f"{reverse('payments:pay', args=[number])}{_query(request)}")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def balance(request: HttpRequest) -> HttpResponse:
    """Say what is left on a gift card and what became of the rest; `keep` adds it to the account.

    Codes come by POST: an address stands in logs and histories.
    """
    if request.method != "POST":
        return render(request, "payments/gift_card.html")
    code = request.POST.get("code", "")
    try:
        with only_failures((commands.GUESSES, context.current().network)):
            card = queries.card_of(code)
    except GiftCardNotFound as error:
        facts = {"sentence": str(error), "code": code}
        return render(request, "payments/gift_card.html", facts, status=error.status)
    user_id = shopper_of(request).user_id
    if "keep" in request.POST and user_id is not None:
        commands.keep_card(user_id=user_id, code=code)
        messages.success(request, _("The gift card is in your account."))
        return SeeOther(reverse("payments:gift-cards"))
    return render(request, "payments/gift_card.html", {"card": card, "code": code})


@require_safe
@private
@login_required
def gift_cards(request: HttpRequest) -> HttpResponse:
    """List the gift cards somebody keeps, and what is left on them."""
    with reading_as(user_id=cast(User, request.user).pk):
        mine = queries.cards_of(cast(User, request.user).pk)[:MOST_GIFT_CARDS]
        return render(request, "payments/gift_cards.html", {"cards": mine})


@require_http_methods(["GET", "HEAD", "POST"])
@private
@login_required
def cards(request: HttpRequest) -> HttpResponse:
    """List the cards somebody has saved; POST removes one."""
    user_id = cast(User, request.user).pk
    if request.method != "POST":
        with reading_as(user_id=user_id):
            methods = queries.methods_of(user_id).order_by("-is_default", "-id")
            return render(request, "payments/cards.html", {"methods": methods})
    with acting_as(user_id):
        commands.remove_method(user_id=user_id, method_id=_row(request, "card"))
    messages.success(request, _("The card is removed."))
    return SeeOther(reverse("payments:cards"))


@csrf_exempt
@require_POST
@never_cache
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Take a provider's signed report into the inbox; a worker makes it take effect."""
    try:
        commands.receive(provider=provider, body=request.body, headers=request.headers)
    except DomainError as error:
        return problem_response(error)
    return JsonResponse({"received": True})


def _row(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        raise PaymentMethodNotFound from None


def _page(
    request: HttpRequest,
    number: str,
    refusal: DomainError | None = None,
    refused_card: DomainError | None = None,
) -> HttpResponse:
    """Show the page, after a refusal of the whole or of a gift card with the reason and 4xx."""
    with opened(number=number, **_who(request)) as order:
        facts = {
            "order": order,
            "query": _query(request),
            **_gift_cards(order),
            "refused_card": str(refused_card) if refused_card else "",
            "code": request.POST.get("code", "")[:LONGEST_CODE],
            "minutes_left": _minutes_left(order),
            **_attempts(request, order),
            "sentence": str(refusal) if refusal else "",
        }
        refused = refusal or refused_card
        status = refused.status if refused else 200
        return render(request, "payments/pay.html", facts, status=status)


def _gift_cards(order: Order) -> dict[str, Any]:
    """Return what gift cards pay of an order that waits, and what is left to charge."""
    held = list(queries.holds_on(order.pk)) if order.is_payable else []
    return {"held": held, "charge": order.total - sum(hold.amount for hold in held)}


def _query(request: HttpRequest) -> str:
    token = request.GET.get("token", "")
    return f"?{urlencode({'token': token})}" if token else ""


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"token": request.GET.get("token", ""), "user_id": shopper_of(request).user_id}


def _return_url(request: HttpRequest, order: Order) -> str:
    address = request.build_absolute_uri(reverse("orders:thanks", args=[order.order_number]))
    return f"{address}{_query(request)}"


def _minutes_left(order: Order) -> int:
    left = order.placed_at + settings.PAYMENT_WINDOW - timezone.now()
    return max(int(left.total_seconds() // 60), 0)


def _owner(request: HttpRequest) -> UUID | None:
    """Return who is signed in, unless the page was opened by a link: a link opens no account."""
    return None if request.GET.get("token") else shopper_of(request).user_id


def _way(request: HttpRequest) -> commands.WayToPay:
    """Return how the shopper wants to pay; raises PaymentMethodNotFound."""
    user_id = _owner(request)
    if "card" not in request.POST:
        return commands.WayToPay(keeps_card=user_id is not None and "keep_card" in request.POST)
    return commands.WayToPay(
        card=queries.usable_card(user_id=user_id, method_id=_row(request, "card"))
    )


def _attempts(request: HttpRequest, order: Order) -> dict[str, Any]:
    """Return what was tried before, what waits for the bank, and which kept cards there are."""
    attempts = queries.attempts_of(order.pk)
    user_id = _owner(request)
    return {
        "failed": [attempt for attempt in attempts if attempt.sentence],
        "asking": next((attempt for attempt in attempts if attempt.is_asking), None),
        "may_keep": user_id is not None,
        "kept_cards": queries.usable_cards(user_id) if user_id and order.is_payable else [],
    }

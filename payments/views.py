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
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from orders.models import Order
from orders.queries import opened
from payments import commands, queries
from payments.errors import PaymentMethodNotFound
from shopflow.lib import context
from shopflow.lib.api import problem_response
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther, private, shopper_of
from shopflow.lib.limits import take_all
from shopflow.lib.transactions import acting_as, reading_as


@require_http_methods(["GET", "HEAD", "POST"])
@private
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """Show what there is to pay; the button leads to the provider's own page."""
    if request.method != "POST":
        return _page(request, number)
    with opened(number=number, **_who(request)) as order:
        order_id = order.pk
    take_all(
        (commands.TRIES_OF_ORDER, str(order_id)),
        (commands.TRIES_FROM_NETWORK, context.current().network),
    )
    try:
        with acting_as(None, guest_order=order_id):
            url = commands.start_payment(order_id=order_id, return_url=_return_url(request, order))
    except DomainError as error:
        return _page(request, number, refusal=error)
    return SeeOther(url)


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
        commands.remove_method(user_id=user_id, method_id=_method(request))
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


def _method(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("card", ""))
    except ValueError:
        raise PaymentMethodNotFound from None


def _page(request: HttpRequest, number: str, refusal: DomainError | None = None) -> HttpResponse:
    with opened(number=number, **_who(request)) as order:
        token = request.GET.get("token", "")
        facts = {
            "order": order,
            "query": f"?{urlencode({'token': token})}" if token else "",
            "minutes_left": _minutes_left(order),
            "declined": _last_decline(order.pk),
            "sentence": str(refusal) if refusal else "",
        }
        status = refusal.status if refusal else 200
        return render(request, "payments/pay.html", facts, status=status)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"token": request.GET.get("token", ""), "user_id": shopper_of(request).user_id}


def _return_url(request: HttpRequest, order: Order) -> str:
    address = request.build_absolute_uri(reverse("orders:thanks", args=[order.order_number]))
    token = request.GET.get("token", "")
    return f"{address}?{urlencode({'token': token})}" if token else address


def _minutes_left(order: Order) -> int:
    left = order.placed_at + settings.PAYMENT_WINDOW - timezone.now()
    return max(int(left.total_seconds() // 60), 0)


def _last_decline(order_id: UUID) -> str:
    """Return why the last try failed, or ''; the provider may keep its attempt open for another."""
    last = queries.payments_of(order_id).first()
    return last.failure_reason if last is not None else ""

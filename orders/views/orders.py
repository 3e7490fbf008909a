from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from orders import commands, queries
from orders.commands import Address
from orders.errors import OrderNotFound
from orders.forms import TrackForm
from orders.models import Order, OrderAddress, OrderChange
from shopflow.lib import context
from shopflow.lib.errors import DomainError, InvalidInput
from shopflow.lib.http import SeeOther, private, shopper_of
from shopflow.lib.limits import Limit, only_failures
from shopflow.lib.paging import page
from shopflow.lib.transactions import acting_as, reading_as

PER_PAGE = 20
LOOK_AGAIN_SECONDS = 3
MOST_LOOKS = 40
BY_CUSTOMER = "by the customer"
# An e-mail that belongs to an order number is guessed by nobody, from one address or from many.
WRONG_GUESSES = Limit(name="wrong-orders", tries=20, per=timedelta(hours=1))
WRONG_GUESSES_OF_ONE = Limit(name="wrong-e-mails-of-order", tries=10, per=timedelta(minutes=15))


@require_safe
@private
def thanks(request: HttpRequest, number: str) -> HttpResponse:
    """Say thank you, or that we're still waiting for the payment.

    Coming back from the provider proves nothing: only its signed event makes an order paid. Until
    then the page looks again by itself.
    """
    with queries.opened(number=number, token=_token(request), user_id=_user(request)) as order:
        looks = _looks(request)
        facts = {
            "order": order,
            "address": _address(order, _token(request)),
            "query": _query(_token(request)),
            "is_patient": looks >= MOST_LOOKS,
        }
        response = render(request, "orders/thanks.html", facts)
        if order.status == Order.Status.PENDING and looks < MOST_LOOKS:
            query = urlencode({"token": _token(request), "n": looks + 1})
            response["Refresh"] = f"{LOOK_AGAIN_SECONDS};url=?{query}"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@private
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """Show an order to its owner or to the guest who has its link."""
    return _detail(request, number)


@require_POST
@private
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel an order that hasn't left yet; money that was paid goes back."""
    token, user_id = _token(request), _user(request)
    with queries.opened(number=number, token=token, user_id=user_id) as order:
        order_id = order.pk
    try:
        with acting_as(user_id, guest_order=order_id):
            commands.cancel(order_id=order_id, reason=BY_CUSTOMER, by=user_id)
    except DomainError as error:
        return _detail(request, number, refusal=error)
    messages.success(request, _("Your order is cancelled."))
    return SeeOther(_address(order, token))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def track(request: HttpRequest) -> HttpResponse:
    """Find an order by number and e-mail; a wrong number and a wrong e-mail read the same."""
    form = TrackForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, "orders/track.html", {"form": form})
    if not form.is_valid():
        return render(request, "orders/track.html", {"form": form}, status=InvalidInput.status)
    try:
        with only_failures(
            (WRONG_GUESSES, context.current().network),
            (WRONG_GUESSES_OF_ONE, form.cleaned_data["number"]),
        ):
            order_id = queries.find_by_email(**form.cleaned_data)
    except OrderNotFound as error:
        sentence = _("We can't find an order with this number and e-mail.")
        facts = {"form": form, "sentence": sentence}
        return render(request, "orders/track.html", facts, status=error.status)
    with reading_as(guest_order=order_id):
        order = Order.objects.get(pk=order_id)
        return SeeOther(_address(order, queries.guest_token(order)))


@require_safe
@never_cache
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """List the orders of who is logged in, newest first."""
    user = cast(User, request.user)
    with reading_as(user_id=user.pk):
        found = page(
            queries.orders_of(user.pk),
            order=queries.BY_NEWEST,
            cursor=request.GET.get("after"),
            limit=PER_PAGE,
        )
        return render(request, "orders/mine.html", {"page": found})


def _detail(request: HttpRequest, number: str, refusal: DomainError | None = None) -> HttpResponse:
    token = _token(request)
    with queries.opened(number=number, token=token, user_id=_user(request)) as order:
        order = Order.objects.with_details().get(pk=order.pk)
        facts = {
            "order": order,
            "addresses": _different(order.addresses.all()),
            "query": _query(token),
            "papers": order.invoices.exclude(pdf="").order_by("id"),
            "notes": queries.shown_notes(order),
            "changes": queries.changes_of(order, OrderChange.Status.APPLIED),
            "sentence": str(refusal) if refusal else "",
        }
        status = refusal.status if refusal else 200
        return render(request, "orders/detail.html", facts, status=status)


def _token(request: HttpRequest) -> str:
    return request.GET.get("token", "")


def _user(request: HttpRequest) -> UUID | None:
    return shopper_of(request).user_id


def _looks(request: HttpRequest) -> int:
    text = request.GET.get("n", "0")
    return int(text) if text.isdecimal() and len(text) < 4 else 0


def _address(order: Order, token: str) -> str:
    return reverse("orders:detail", args=[order.order_number]) + _query(token)


def _query(token: str) -> str:
    return f"?{urlencode({'token': token})}" if token else ""


def _different(addresses: Iterable[OrderAddress]) -> list[OrderAddress]:
    """Return the delivery address, and the billing address only where it is another one."""
    parcel, *invoice = sorted(addresses, key=lambda address: address.address_type, reverse=True)
    return [parcel, *(other for other in invoice if _written(other) != _written(parcel))]


def _written(address: OrderAddress) -> list[str]:
    # The phone is asked for the driver's sake only.
    return [getattr(address, field.name) for field in fields(Address) if field.name != "phone"]

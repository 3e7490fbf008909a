"""The portal for what comes back: from the account, or from a guest's link."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orders import commands, queries
from orders.forms import ReturnForm
from orders.models import Order, OrderReturn
from shopflow.lib.errors import DomainError, InvalidInput
from shopflow.lib.http import SeeOther, private, shopper_of
from shopflow.lib.transactions import acting_as

KINDS = (OrderReturn.Kind.RETURN, OrderReturn.Kind.EXCHANGE, OrderReturn.Kind.CLAIM)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def returns(request: HttpRequest, number: str) -> HttpResponse:
    """Show what is on its way back from an order, and take what a shopper sends back."""
    if request.method != "POST":
        return _page(request, number)
    with queries.opened(number=number, **_who(request)) as order:
        form, order_id = _form(order, request.POST), order.pk
        if not form.is_valid():
            return _render(request, order, form, status=InvalidInput.status)
    try:
        with acting_as(_who(request)["user_id"], guest_order=order_id):
            row = commands.request_return(
                order_id=order_id, by=_who(request)["user_id"], **form.asked()
            )
    except DomainError as error:
        return _page(request, number, sentence=str(error), status=error.status)
    messages.success(request, _("We have your wish and write to you soon."))
    return SeeOther(_address(request, "orders:return", number, row.return_number))


@require_safe
@private
def one_return(request: HttpRequest, number: str, return_number: str) -> HttpResponse:
    """Show how far a return has come."""
    return _one(request, number, return_number)


@require_safe
@private
def return_label(request: HttpRequest, number: str, return_number: str) -> HttpResponse:
    """Show what to put into the box and where to send it, to be printed."""
    with queries.opened(number=number, **_who(request)) as order:
        row = queries.return_of(order_id=order.pk, number=return_number)
        facts = {
            "order": order,
            "return": row,
            "shop": settings.SHOP_NAME,
            "shop_address": settings.SHOP_ADDRESS,
            "back": _address(request, "orders:return", number, return_number),
        }
        return render(request, "orders/return_label.html", facts)


@require_POST
@private
def call_off_return(request: HttpRequest, number: str, return_number: str) -> HttpResponse:
    """Keep the goods after all."""
    user_id = _who(request)["user_id"]
    with queries.opened(number=number, **_who(request)) as order:
        order_id = order.pk
        return_id = queries.return_of(order_id=order_id, number=return_number).pk
    try:
        with acting_as(user_id, guest_order=order_id):
            commands.call_off_return(return_id=return_id, by=user_id)
    except DomainError as error:
        return _one(request, number, return_number, sentence=str(error), status=error.status)
    messages.success(request, _("Nothing comes back: you keep it."))
    return SeeOther(_address(request, "orders:return", number, return_number))


def _page(
    request: HttpRequest, number: str, *, sentence: str = "", status: int = 200
) -> HttpResponse:
    with queries.opened(number=number, **_who(request)) as order:
        return _render(request, order, _form(order), sentence=sentence, status=status)


def _render(
    request: HttpRequest, order: Order, form: ReturnForm, *, sentence: str = "", status: int
) -> HttpResponse:
    facts = {
        "order": order,
        "query": _query(request),
        "returns": queries.returns_of(order.pk),
        "form": form if form.has_anything else None,
        "last_day": queries.last_day(order=order, kind=OrderReturn.Kind.RETURN),
        "is_late": not queries.is_returnable(order=order, kind=OrderReturn.Kind.RETURN),
        "sentence": sentence,
    }
    return render(request, "orders/returns.html", facts, status=status)


def _one(
    request: HttpRequest, number: str, return_number: str, *, sentence: str = "", status: int = 200
) -> HttpResponse:
    with queries.opened(number=number, **_who(request)) as order:
        facts = {
            "order": order,
            "query": _query(request),
            "return": queries.return_of(order_id=order.pk, number=return_number),
            "sentence": sentence,
        }
        return render(request, "orders/return.html", facts, status=status)


def _form(order: Order, data: Any = None) -> ReturnForm:
    kinds = [kind for kind in KINDS if queries.is_returnable(order=order, kind=kind)]
    return ReturnForm(data, lines=queries.returnable_lines(order), kinds=kinds)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"token": request.GET.get("token", ""), "user_id": shopper_of(request).user_id}


def _query(request: HttpRequest) -> str:
    token = request.GET.get("token", "")
    return f"?{urlencode({'token': token})}" if token else ""


def _address(request: HttpRequest, name: str, *args: str) -> str:
    return reverse(name, args=args) + _query(request)

"""Withdrawing from a contract in two steps, without a login: article 11a of 2011/83/EU."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from orders import commands, queries
from orders.forms import OrderStatementForm, StatementForm
from orders.models import Order, OrderReturn
from shopflow.lib import context
from shopflow.lib.errors import DomainError, InvalidInput
from shopflow.lib.http import SeeOther, private, shopper_of
from shopflow.lib.limits import Limit, take_all
from shopflow.lib.transactions import acting_as

WITHDRAWAL = OrderReturn.Kind.WITHDRAWAL

# The answer is the same whether or not number and e-mail belong together, so every try counts.
STATEMENTS = Limit(name="withdrawals", tries=20, per=timedelta(hours=1))
STATEMENTS_OF_ONE = Limit(name="withdrawals-of-order", tries=10, per=timedelta(minutes=15))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the statement, show it again to be confirmed, and receive it.

    Who knows an order's number and e-mail has proved who they are. Anybody else reads the same
    answer: the proof that it arrived is the mail.
    """
    form = StatementForm(request.POST if request.method == "POST" else None)
    facts = {"form": form, "days": settings.WITHDRAWAL_DAYS}
    if not form.is_valid():
        status = InvalidInput.status if form.is_bound else 200
        return render(request, "orders/withdraw.html", facts, status=status)
    if "confirmed" not in request.POST:
        return render(request, "orders/withdraw.html", {**facts, "statement": True})
    said = form.cleaned_data
    take_all((STATEMENTS, context.current().network), (STATEMENTS_OF_ONE, said["number"].upper()))
    _receive(**said)
    return render(request, "orders/withdraw.html", {**facts, "is_received": True})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def withdraw_order(request: HttpRequest, number: str) -> HttpResponse:
    """The same for an order somebody looks at; here a part of it can be chosen."""
    who = _who(request)
    with queries.opened(number=number, **who) as order:
        form, order_id = _form(request, order), order.pk
        if request.method != "POST" or not form.is_valid() or "confirmed" not in request.POST:
            return _page(request, order, form)
        units = form.wanted
    try:
        with acting_as(who["user_id"], guest_order=order_id):
            done = commands.withdraw(
                order_id=order_id,
                name=form.cleaned_data["name"],
                units=units,
                by=who["user_id"],
            )
    except DomainError as error:
        with queries.opened(number=number, **who) as order:
            return _page(request, order, form, refusal=error)
    messages.success(request, _("You have withdrawn from the contract. The receipt is on its way."))
    back = done.order_return
    page = ["orders:return", number, back.return_number] if back else ["orders:detail", number]
    return SeeOther(reverse(page[0], args=page[1:]) + _query(request))


def _receive(*, name: str, number: str, email: str) -> None:
    try:
        order_id: UUID = queries.find_by_email(number=number, email=email)
        with acting_as(None, guest_order=order_id):
            commands.withdraw(order_id=order_id, name=name)
    except DomainError:
        return  # no mail, then: see above


def _form(request: HttpRequest, order: Order) -> OrderStatementForm:
    data = request.POST if request.method == "POST" else None
    lines = [] if order.is_cancellable else queries.returnable_lines(order)
    place = order.shipping_address
    name = f"{place.first_name} {place.last_name}".strip()
    return OrderStatementForm(data, lines=lines, chosen=True, initial={"name": name})


def _page(
    request: HttpRequest,
    order: Order,
    form: OrderStatementForm,
    *,
    refusal: DomainError | None = None,
) -> HttpResponse:
    is_bad = form.is_bound and not form.is_valid()
    facts: dict[str, Any] = {
        "order": order,
        "form": form,
        "query": _query(request),
        "statement": form.is_bound and not is_bad and refusal is None,
        "is_possible": order.is_cancellable
        or (bool(form.lines) and queries.is_returnable(order=order, kind=WITHDRAWAL)),
        "last_day": queries.last_day(order=order, kind=WITHDRAWAL),
        "sentence": str(refusal) if refusal else "",
    }
    status = refusal.status if refusal else (InvalidInput.status if is_bad else 200)
    return render(request, "orders/withdraw_order.html", facts, status=status)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"token": request.GET.get("token", ""), "user_id": shopper_of(request).user_id}


def _query(request: HttpRequest) -> str:
    token = request.GET.get("token", "")
    return f"?{urlencode({'token': token})}" if token else ""

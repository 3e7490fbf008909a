"""Giving back lines of an order: choose units, see what they come to, then send the money."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from payments import commands
from payments.models import Payment
from payments.queries import OrderLeft, left_of_order
from shopflow.lib.admin import ActingAdmin
from shopflow.lib.errors import DomainError
from shopflow.lib.http import SeeOther
from shopflow.lib.ids import new_id
from shopflow.lib.money import ZERO, Money
from shopflow.lib.proof import ask_again, is_recent
from shopflow.lib.transactions import reading

PERMISSION = "payments.refund_payment"


class ChoiceForm(forms.Form):
    """How many units of which line, and how much of the shipping."""

    def __init__(self, left: OrderLeft, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.left = left
        for item_id, line in left.lines.items():
            self.fields[str(item_id)] = forms.IntegerField(
                label=f"Units of {line.item.product_name} to give back",
                min_value=0,
                max_value=line.quantity,
                required=False,
                disabled=line.quantity == 0,
            )
        self.fields["shipping"] = forms.DecimalField(
            min_value=ZERO,
            max_value=left.shipping,
            max_digits=12,
            decimal_places=2,
            required=False,
            disabled=left.shipping == 0,
            label="Shipping to give back",
        )
        for field in self.fields.values():
            # In a table, whose heads stand for the labels.
            field.widget.attrs["aria-label"] = field.label

    @property
    def rows(self) -> Iterator[tuple[Any, Any]]:
        """Each line with the field that asks for its units."""
        return ((line, self[str(item_id)]) for item_id, line in self.left.lines.items())

    @property
    def lines(self) -> list[commands.RefundLine]:
        chosen = ((pk, self.cleaned_data[str(pk)] or 0) for pk in self.left.lines)
        return [
            commands.RefundLine(order_item_id=pk, quantity=units) for pk, units in chosen if units
        ]

    @property
    def shipping(self) -> Decimal:
        return self.cleaned_data["shipping"] or ZERO

    @property
    def amount(self) -> Decimal:
        """What the choice comes to, to the cent."""
        parts = [
            self.left.lines[line.order_item_id].amount_of(line.quantity) for line in self.lines
        ]
        return sum(parts, self.shipping)


class SendForm(forms.Form):
    """The amount, why, and whether the goods are sold again; its key lets it count once."""

    amount = forms.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text="Lower it to keep a part, for use or for postage.",
    )
    reason = forms.CharField(max_length=255)
    restock = forms.BooleanField(
        required=False,
        label="Sell these units again",
        help_text="What hasn't left isn't sent any more; what has comes back to its shelf.",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)


class LineRefundsAdmin(ActingAdmin[Payment]):
    """The part of a payment's page that gives back lines of its order."""

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "HEAD", "POST"])(self.lines_view)
        mine = path("<uuid:row_id>/lines/", self.admin_site.admin_view(view), name=_name("lines"))
        return [mine, *super().get_urls()]

    def lines_view(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """Show what is left and what a choice comes to; a POST sends it."""
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        if request.method != "POST":
            payment, left = self._found(request, row_id)
            choice = ChoiceForm(left, request.GET or None)
            return self._lines_page(request, payment, choice, _to_send(payment, choice))
        if not is_recent(request):
            return ask_again(request, back=request.get_full_path())
        with reading():
            payment, left = self._found(request, row_id)
        return self._send(request, payment, ChoiceForm(left, request.POST), SendForm(request.POST))

    def _send(
        self, request: HttpRequest, payment: Payment, choice: ChoiceForm, form: SendForm
    ) -> HttpResponse:
        status = 400
        if choice.is_valid() and form.is_valid():
            try:
                row = _give_back(payment, choice, form.cleaned_data, by=request.user.pk)
            except DomainError as refusal:
                status = refusal.status
                form.add_error(None, str(refusal))
            else:
                sum_ = Money(row.amount, row.currency)
                self.message_user(request, f"The refund of {sum_} is on its way.")
                return SeeOther(reverse(f"admin:{_name('change')}", args=[payment.pk]))
        with reading():
            return self._lines_page(request, payment, choice, form, status).render()

    def _found(self, request: HttpRequest, row_id: UUID) -> tuple[Payment, OrderLeft]:
        payment = self.get_object(request, str(row_id))
        if payment is None:
            raise Http404
        return payment, left_of_order(payment.order)

    def _lines_page(
        self,
        request: HttpRequest,
        payment: Payment,
        choice: ChoiceForm,
        form: SendForm | None,
        status: int = 200,
    ) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": payment,
            "title": f"Give back lines of {payment.order}",
            "choice": choice,
            "amount": choice.amount if choice.is_bound and choice.is_valid() else ZERO,
            "form": form,
            "left_of_payment": payment.amount_captured - payment.amount_refunded,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request, "admin/payments/payment/lines.html", context, status=status
        )


def _to_send(payment: Payment, choice: ChoiceForm) -> SendForm | None:
    """Return the form that sends what was chosen, or None where nothing (right) was."""
    if not choice.is_bound or not choice.is_valid() or not choice.amount:
        return None
    left = payment.amount_captured - payment.amount_refunded
    return SendForm(initial={"amount": min(choice.amount, left), "key": new_id()})


def _give_back(
    payment: Payment, choice: ChoiceForm, said: dict[str, Any], *, by: UUID | None
) -> Any:
    return commands.refund_lines(
        payment_id=payment.pk,
        lines=choice.lines,
        shipping=choice.shipping,
        amount=said["amount"],
        reason=said["reason"],
        restock=said["restock"],
        key=str(said["key"]),
        by=by,
    )


def _name(page: str) -> str:
    return f"payments_payment_{page}"

"""Attempts to pay: they change by the provider's word, staff may send money back."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from payments import commands
from payments.admin.line_refunds import LineRefundsAdmin
from payments.models import Payment
from shopflow.lib.admin import Act
from shopflow.lib.money import Money


class RefundForm(forms.Form):
    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    reason = forms.CharField(max_length=255)


class CaptureForm(forms.Form):
    amount = forms.DecimalField(
        max_digits=12,
        decimal_places=2,
        min_value=Decimal("0.01"),
        help_text="The rest is let go: a card's money can be taken once.",
    )


def capture(payment: Payment, *, by: UUID | None, amount: Decimal) -> str:
    row = commands.capture_payment(payment_id=payment.pk, amount=amount)
    return f"{Money(row.amount_captured, row.currency)} is taken."


def release(payment: Payment, *, by: UUID | None) -> str:
    row = commands.release_payment(payment_id=payment.pk)
    return f"{Money(row.amount, row.currency)} is let go: the payment is {row.status}."


def is_authorized(payment: Payment) -> bool:
    return payment.status == Payment.Status.AUTHORIZED


def refund(payment: Payment, *, by: UUID | None, amount: Decimal, reason: str) -> str:
    row = commands.refund(payment_id=payment.pk, amount=amount, reason=reason, by=by)
    return f"The refund of {Money(row.amount, row.currency)} is on its way."


def left_of(payment: Payment) -> Decimal:
    left: Decimal = payment.amount_captured - payment.amount_refunded
    return left


@admin.register(Payment)
class PaymentAdmin(LineRefundsAdmin):
    acts = (
        Act(
            name="capture",
            title="Take the money",
            permission="payments.capture_payment",
            hint="All or part of what the bank promised.",
            form=CaptureForm,
            run=capture,
            is_possible=is_authorized,
            initial=lambda payment: {"amount": payment.capture_asked or payment.amount},
        ),
        Act(
            name="release",
            title="Let the money go",
            permission="payments.capture_payment",
            hint="Nothing is taken. The order is cancelled unless it has left.",
            run=release,
            is_possible=lambda payment: is_authorized(payment) and payment.capture_asked is None,
            is_grave=True,
        ),
        Act(
            name="refund",
            title="Refund",
            permission="payments.refund_payment",
            hint="All or part of what is left. The order stays open unless all of it goes back.",
            form=RefundForm,
            run=refund,
            is_possible=lambda payment: left_of(payment) > 0,
            initial=lambda payment: {"amount": left_of(payment)},
            is_grave=True,
        ),
    )
    shows_personal_data = True
    history_parts = ("refunds",)
    list_display = ("order", "attempted_at", "money", "status", "card", "returned")
    list_filter = ("status", "provider")
    search_fields = ("order__order_number__startswith", "provider_payment_id__exact")
    search_help_text = "An order number or the provider's payment number"
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Payment]":
        return super().get_queryset(request).select_related("order")

    def page_context(self, request: HttpRequest, row: Payment) -> dict[str, Any]:
        return {"refunds": row.refunds.select_related("created_by").order_by("-id")}

    @admin.display(description="Amount")
    def money(self, payment: Payment) -> str:
        return str(Money(payment.amount, payment.currency))

    @admin.display(description="Refunded")
    def returned(self, payment: Payment) -> str:
        refunded = payment.amount_refunded
        return str(Money(refunded, payment.currency)) if refunded else "—"

    @admin.display(description="Card")
    def card(self, payment: Payment) -> str:
        return f"{payment.card_brand} {payment.card_last_four}".strip() or "—"

"""Money, as staff see it: payments change by the provider's word, staff may send money back."""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from payments import commands
from payments.models import Payment, PaymentEvent, Refund
from shopflow.lib.admin import Act, ActingAdmin, ReadOnlyAdmin
from shopflow.lib.errors import DomainError
from shopflow.lib.money import Money

# So many events one click may process; each is a transaction of its own.
MOST_AT_ONCE = 50


class RefundForm(forms.Form):
    amount = forms.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    reason = forms.CharField(max_length=255)


def refund(payment: Payment, *, by: UUID | None, amount: Decimal, reason: str) -> str:
    row = commands.refund(payment_id=payment.pk, amount=amount, reason=reason, by=by)
    return f"The refund of {Money(row.amount, row.currency)} is on its way."


def left_of(payment: Payment) -> Decimal:
    left: Decimal = payment.amount_captured - payment.amount_refunded
    return left


@admin.register(Payment)
class PaymentAdmin(ActingAdmin[Payment]):
    acts = (
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


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdmin[Refund]):
    shows_personal_data = True
    list_display = ("created_at", "order", "money", "status", "reason", "last_error")
    list_select_related = ("order",)
    list_filter = ("status",)
    search_fields = ("order__order_number__startswith",)
    search_help_text = "An order number"
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        "payment",
        "amount",
        "currency",
        "reason",
        "status",
        "created_at",
        "created_by",
        "attempts",
        "next_try_at",
        "last_error",
        "provider_refund_id",
        "succeeded_at",
    )

    @admin.display(description="Amount")
    def money(self, refund: Refund) -> str:
        return str(Money(refund.amount, refund.currency))


class WaitingFilter(admin.SimpleListFilter):
    title = "processed"
    parameter_name = "processed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", "Waiting"), ("done", "Processed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[PaymentEvent]":
        rows: QuerySet[PaymentEvent] = queryset
        match self.value():
            case "waiting":
                return rows.filter(processed_at=None)
            case "done":
                return rows.exclude(processed_at=None)
            case _:
                return rows


@admin.register(PaymentEvent)
class PaymentEventAdmin(ActingAdmin[PaymentEvent]):
    """The inbox. Its page shows everything the provider sent."""

    actions = ("process_now",)
    shows_personal_data = True
    list_display = ("received_at", "provider", "type", "outcome", "attempts", "last_error")
    list_filter = (WaitingFilter, "provider")
    search_fields = ("provider_event_id__exact",)
    search_help_text = "The provider's event number"
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[PaymentEvent]":
        return super().get_queryset(request).defer("payload")

    def page_context(self, request: HttpRequest, row: PaymentEvent) -> dict[str, Any]:
        return {"payload": json.dumps(row.payload, indent=2, ensure_ascii=False)}

    @admin.action(description="Process now", permissions=["command"])
    def process_now(self, request: HttpRequest, events: "QuerySet[PaymentEvent]") -> None:
        chosen = list(events[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            text = f"Choose at most {MOST_AT_ONCE} events at once. Nothing was processed."
            self.message_user(request, text, messages.ERROR)
            return
        for event in chosen:
            try:
                outcome = commands.process_event(event_id=event.pk)
            except DomainError as error:
                self.message_user(request, f"{event}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{event}: {outcome}", messages.SUCCESS)

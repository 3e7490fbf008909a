"""Money on its way back."""

from django.contrib import admin

from payments.models import Refund
from shopflow.lib.admin import ReadOnlyAdmin
from shopflow.lib.money import Money


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

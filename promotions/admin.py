"""Coupons, as staff see them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import ValidationError

from promotions import commands
from promotions.models import Coupon, CouponUsage
from shopflow.lib.admin import CommandAdmin, CommandForm, ReadOnlyAdmin


class CouponForm(CommandForm[Coupon]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "discount_value" in self.fields:
            self.fields["discount_value"].label = "Percent off"
            self.fields["usage_limit"].help_text = "Empty: any number of times"
            self.fields["max_discount_amount"].help_text = "Empty: no upper limit"

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Coupon.objects.filter(code__iexact=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError("There is a coupon with this code already.")
        return code

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        for name in ("min_order_amount", "max_discount_amount"):
            if (cleaned.get(name) or 0) < 0:
                self.add_error(name, "An amount is 0 or more.")
        starts_at, expires_at = cleaned.get("starts_at"), cleaned.get("expires_at")
        if starts_at and expires_at and expires_at <= starts_at:
            self.add_error("expires_at", "A coupon ends after it starts.")
        return cleaned


@admin.register(Coupon)
class CouponAdmin(CommandAdmin[Coupon]):
    """Coupons are switched off, never deleted: orders keep pointing at them."""

    form = CouponForm
    fields = (
        "code",
        "discount_value",
        "description",
        "is_active",
        "usage_limit",
        "usage_count",
        "min_order_amount",
        "max_discount_amount",
        "starts_at",
        "expires_at",
    )
    readonly_fields = ("usage_count",)
    list_display = ("code", "discount_value", "usage_count", "usage_limit", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code__istartswith",)
    ordering = ("-id",)

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Coupon:
        return commands.save_coupon(**form.cleaned_data, coupon_id=row_id)


@admin.register(CouponUsage)
class CouponUsageAdmin(ReadOnlyAdmin[CouponUsage]):
    shows_personal_data = True
    list_display = ("coupon", "customer_email", "discount_amount", "created_at", "released_at")
    list_select_related = ("coupon",)
    search_fields = ("coupon__code__iexact", "customer_email__exact")
    search_help_text = "A whole code or e-mail"
    ordering = ("-id",)
    sortable_by = ()
    fields = ("coupon", "order", "customer_email", "discount_amount", "created_at", "released_at")

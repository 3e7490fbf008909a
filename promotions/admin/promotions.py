from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from promotions import commands
from promotions.admin.forms import TERMS, DiscountForm
from promotions.models import Promotion, PromotionUsage
from promotions.queries import in_words, with_things, with_uses
from shopflow.lib.admin import CommandAdmin, ReadOnlyAdmin


@admin.register(Promotion)
class PromotionAdmin(CommandAdmin[Promotion]):
    """Promotions are switched off, never deleted: orders keep pointing at them."""

    form = DiscountForm
    fields = ("name", *TERMS, "used", "summary")
    readonly_fields = ("used", "summary")
    list_display = ("name", "summary", "priority", "used", "usage_limit", "is_active")
    list_filter = ("is_active", "discount_type")
    search_fields = ("name__istartswith",)
    search_help_text = "How the name begins"
    ordering = ("priority", "id")
    history_parts = ("products", "categories")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Promotion]":
        return with_uses(rows=with_things(rows=super().get_queryset(request)))

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Promotion:
        return commands.save_promotion(**form.terms, promotion_id=row_id)

    @admin.display(description="Times used")
    def used(self, promotion: Promotion) -> int:
        return getattr(promotion, "uses", 0)

    @admin.display(description="In words")
    def summary(self, promotion: Promotion) -> str:
        if promotion._state.adding:
            return ""
        return in_words(rule=promotion, currency=settings.DEFAULT_CURRENCY)


@admin.register(PromotionUsage)
class PromotionUsageAdmin(ReadOnlyAdmin[PromotionUsage]):
    shows_personal_data = True
    list_display = ("promotion", "customer_email", "discount_amount", "created_at", "released_at")
    list_select_related = ("promotion",)
    search_fields = ("customer_email__exact",)
    search_help_text = "A whole e-mail"
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        "promotion",
        "order",
        "customer_email",
        "discount_amount",
        "created_at",
        "released_at",
    )

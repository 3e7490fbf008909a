"""Stock, as staff see it: figures move by adjusting and counting, and the ledger keeps why."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.models import Product, ProductVariant
from catalog.queries import all_words
from inventory import commands
from inventory.models import Inventory, InventoryReservation, InventoryTransaction
from shopflow.lib.admin import Act, ActingAdmin, CommandForm, ReadOnlyAdmin

LATEST = 20


class AdjustForm(forms.Form):
    change = forms.IntegerField(label="Add or take away", help_text="5 adds, -2 takes away")
    reason = forms.CharField(max_length=100)
    notes = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))


class CountForm(forms.Form):
    quantity = forms.IntegerField(label="Units on the shelf", min_value=0)
    reason = forms.CharField(max_length=100, initial="stock count")
    notes = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))


class FirstCountForm(CommandForm[Inventory]):
    """Opens the stock of a variant that has none yet."""

    sku = forms.CharField(label="SKU", max_length=100)
    quantity = forms.IntegerField(label="Units on the shelf", min_value=0)
    reason = forms.CharField(max_length=100, initial="opening stock")

    class Meta:
        model = Inventory
        fields = ()

    def clean_sku(self) -> str:
        sku: str = self.cleaned_data["sku"]
        if not ProductVariant.objects.filter(sku=sku, deleted_at=None).exists():
            raise forms.ValidationError("No variant has this SKU.")
        return sku


def adjust(stock: Inventory, *, by: UUID | None, change: int, reason: str, notes: str) -> str:
    now = commands.adjust(
        variant_id=stock.variant_id,
        warehouse_id=stock.warehouse_id,
        change=change,
        reason=reason,
        notes=notes,
        by=by,
    )
    return f"Adjusted by {change:+d}: {now.quantity_on_hand} on hand."


def count(stock: Inventory, *, by: UUID | None, quantity: int, reason: str, notes: str) -> str:
    now = commands.count(
        variant_id=stock.variant_id,
        warehouse_id=stock.warehouse_id,
        quantity=quantity,
        reason=reason,
        notes=notes,
        by=by,
    )
    return f"Counted: {now.quantity_on_hand} on hand."


class AvailabilityFilter(admin.SimpleListFilter):
    title = "availability"
    parameter_name = "available"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("low", "To order again"), ("none", "Sold out"), ("few", "1 to 5 left")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Inventory]":
        rows: QuerySet[Inventory] = queryset
        match self.value():
            case "low":
                return rows.filter(is_low=True)
            case "none":
                return rows.filter(quantity_available__lte=0)
            case "few":
                return rows.filter(quantity_available__range=(1, 5))
            case _:
                return rows


@admin.register(Inventory)
class InventoryAdmin(ActingAdmin[Inventory]):
    acts = (
        Act(
            name="adjust",
            title="Adjust",
            hint="Units that came, broke or were found.",
            form=AdjustForm,
            run=adjust,
        ),
        Act(
            name="count",
            title="Count",
            hint="What is on the shelf now; the ledger gets the difference.",
            form=CountForm,
            run=count,
        ),
    )
    form = FirstCountForm
    fields = ("sku", "quantity", "reason")
    list_display = ("sku", "product", "on_hand", "reserved", "available", "warehouse")
    list_filter = (AvailabilityFilter,)
    search_fields = ("variant__sku",)
    search_help_text = "Beginning of a SKU, or words of the product"
    ordering = ("-id",)
    sortable_by = ()

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Inventory:
        data = form.cleaned_data
        variant = ProductVariant.objects.get(sku=data["sku"])
        return commands.count(
            variant_id=variant.pk, quantity=data["quantity"], reason=data["reason"], by=by
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("inventory.add_inventory"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Inventory]":
        return super().get_queryset(request).select_related("variant__product", "warehouse")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Inventory], bool]":
        if not search_term:
            return queryset, False
        # Two looks into the catalogue's own indexes, instead of one through all stock rows.
        found = Q(sku__startswith=search_term.strip())
        if (words := all_words(search_term)) is not None:
            found |= Q(product__in=Product.objects.filter(search=words))
        return queryset.filter(variant__in=ProductVariant.objects.filter(found)), False

    def page_context(self, request: HttpRequest, row: Inventory) -> dict[str, Any]:
        return {
            "moves": row.transactions.select_related("created_by", "order").order_by("-id")[
                :LATEST
            ],
            "promises": row.reservations.filter(status__in=["held", "committed"])
            .select_related("order")
            .order_by("-id")[:LATEST],
            "all_moves": urlencode({"q": row.variant.sku}),
        }

    @admin.display(description="SKU")
    def sku(self, stock: Inventory) -> str:
        return stock.variant.sku

    @admin.display(description="Product")
    def product(self, stock: Inventory) -> str:
        return str(stock.variant)

    @admin.display(description="On hand")
    def on_hand(self, stock: Inventory) -> int:
        return stock.quantity_on_hand

    @admin.display(description="Reserved")
    def reserved(self, stock: Inventory) -> int:
        return stock.quantity_reserved

    @admin.display(description="Available")
    def available(self, stock: Inventory) -> int:
        return int(stock.quantity_available)


class StockRowAdmin(ReadOnlyAdmin[Any]):
    """Rows about a stock row: lists that name its SKU."""

    search_help_text = "A whole SKU or order number"
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="SKU")
    def sku(self, row: Any) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:inventory_inventory_change", args=[row.inventory_id]),
            row.inventory.variant.sku,
        )


@admin.register(InventoryTransaction)
class LedgerAdmin(StockRowAdmin):
    shows_personal_data = True
    list_display = (
        "created_at",
        "sku",
        "type",
        "quantity_change",
        "quantity_after",
        "reason",
        "order",
        "created_by",
    )
    list_select_related = ("inventory__variant", "order", "created_by")
    list_filter = ("type",)
    search_fields = ("inventory__variant__sku__exact", "order__order_number__exact")
    fields = (
        "created_at",
        "inventory",
        "type",
        "quantity_change",
        "quantity_after",
        "reason",
        "notes",
        "order",
        "created_by",
    )


@admin.register(InventoryReservation)
class ReservationAdmin(StockRowAdmin):
    list_display = ("created_at", "sku", "quantity", "status", "order", "expires_at")
    list_select_related = ("inventory__variant", "order")
    list_filter = ("status",)
    search_fields = ("inventory__variant__sku__exact", "order__order_number__exact")
    fields = ("created_at", "inventory", "order", "quantity", "status", "expires_at")

"""Orders, as staff see them: nothing is edited, every step is a command."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from orders import queries
from orders.admin.acts import ACTS, cancel
from orders.admin.slips import slips_of
from orders.models import Order
from shopflow.lib.admin import ActingAdmin
from shopflow.lib.errors import DomainError
from shopflow.lib.money import Money
from shopflow.lib.proof import ask_again, is_recent

# So many orders one click may cancel; each is a transaction of its own.
MOST_AT_ONCE = 50
PARTS = (
    "items",
    "addresses",
    "tax_lines",
    "discount_lines",
    "shipments__items__order_item",
    "shipments__events",
    "changes",
)


@admin.register(Order)
class OrderAdmin(ActingAdmin[Order]):
    acts = ACTS
    actions = ("cancel_selected",)
    shows_personal_data = True
    history_parts = ("items", "addresses", "shipments", "changes", "notes", "returns", "invoices")
    list_display = ("order_number", "placed_at", "customer_email", "status", "payment", "amount")
    list_filter = ("status", "payment_status", "fulfilment_status")
    search_fields = ("order_number",)
    search_help_text = "An order number, an e-mail or a tracking number"
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Order]":
        return super().get_queryset(request).defer("price_trace", "metadata")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Order | None:
        """Return an order with all that its page and its forms ask for."""
        order = super().get_object(request, object_id, from_field)
        if order is not None:
            prefetch_related_objects([order], *PARTS)
        return order

    def get_urls(self) -> list[URLPattern]:
        slip = self.admin_site.admin_view(require_safe(self.slip_view))
        return [
            path("<uuid:row_id>/slip/", slip, name="orders_order_slip"),
            *super().get_urls(),
        ]

    def slip_view(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """Show what is to be picked and what is in each parcel, to be printed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = self.get_object(request, str(row_id))
        if order is None:
            raise Http404
        self.note_view(order)
        context = {"order": order, "slips": slips_of(order)}
        return TemplateResponse(request, "admin/orders/order/slip.html", context)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Order], bool]":
        """Find by a number's beginning, a whole e-mail or tracking number: all have an index."""
        term = search_term.strip()
        if "@" not in term:
            numbered = queryset.filter(order_number__startswith=term.upper())
            is_parcels = bool(term) and not numbered.exists()
            with_parcel = queryset.filter(shipments__tracking_number=term)
            return (with_parcel.distinct() if is_parcels else numbered), False
        written = queryset.filter(customer_email=term)
        # Shoppers write their address in any case; only then all orders are looked through.
        return (
            written if written.exists() else queryset.filter(customer_email__iexact=term)
        ), False

    def page_context(self, request: HttpRequest, row: Order) -> dict[str, Any]:
        return {
            "history": row.history.select_related("created_by"),
            "papers": row.invoices.order_by("id"),
            "returns": row.returns.order_by("id"),
            "notes": row.notes.select_related("created_by").order_by("-id"),
            "mails": queries.mails_of(row),
            "changes": queries.changes_of(row, "proposed", "applied"),
        }

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.cancel_order"))

    @admin.action(description="Cancel and refund", permissions=["cancel"])
    def cancel_selected(
        self, request: HttpRequest, orders: "QuerySet[Order]"
    ) -> HttpResponse | None:
        if not is_recent(request):
            return ask_again(request, back=request.get_full_path())
        chosen = list(orders[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            text = f"Choose at most {MOST_AT_ONCE} orders at once. Nothing was cancelled."
            self.message_user(request, text, messages.ERROR)
            return None
        for order in chosen:
            try:
                done = cancel(order, by=request.user.pk, reason="by staff")
            except DomainError as error:
                self.message_user(request, f"{order}: {error}", messages.ERROR)
            else:
                self.message_user(request, done, messages.SUCCESS)
        return None

    @admin.display(description="Payment", ordering="payment_status")
    def payment(self, order: Order) -> str:
        return str(order.get_payment_status_display())

    @admin.display(description="Total")
    def amount(self, order: Order) -> str:
        return str(Money(order.total, order.currency))

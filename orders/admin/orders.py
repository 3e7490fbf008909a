"""Orders, as staff see them: nothing is edited, every step is a command."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from orders import commands, queries
from orders.admin.returns import START_RETURN
from orders.models import Invoice, Order
from shopflow.lib.admin import Act, ActingAdmin, ReadOnlyAdmin
from shopflow.lib.errors import DomainError
from shopflow.lib.http import pdf
from shopflow.lib.money import Money
from shopflow.lib.proof import ask_again, is_recent

# So many orders one click may cancel; each is a transaction of its own.
MOST_AT_ONCE = 50
Status = Order.Status


class ShipForm(forms.Form):
    carrier = forms.CharField(max_length=50)
    tracking_number = forms.CharField(max_length=100)


class CancelForm(forms.Form):
    reason = forms.CharField(max_length=100)


class MailForm(forms.Form):
    fact = forms.ChoiceField(
        label="Which mail", choices=[(str(fact), fact.replace("_", " ")) for fact in queries.Fact]
    )


def ship(order: Order, *, by: UUID | None, carrier: str, tracking_number: str) -> str:
    commands.ship(order_id=order.pk, carrier=carrier, tracking_number=tracking_number, by=by)
    return f"{order} has shipped with {carrier} {tracking_number}."


def deliver(order: Order, *, by: UUID | None) -> str:
    commands.deliver(order_id=order.pk, by=by)
    return f"{order} is marked as delivered."


def cancel(order: Order, *, by: UUID | None, reason: str) -> str:
    cancelled = commands.cancel(order_id=order.pk, reason=reason, by=by)
    return f"{order} is cancelled.{_money_back(cancelled)}"


def resend_mail(order: Order, *, by: UUID | None, fact: str) -> str:
    commands.resend_mail(order_id=order.pk, fact=queries.Fact(fact), by=by)
    return f"The mail “{fact.replace('_', ' ')}” goes to {order.customer_email} again."


def _money_back(order: Order) -> str:
    left = order.amount_paid - order.amount_refunded
    return f" The refund of {Money(left, order.currency)} is on its way." if left else ""


@admin.register(Order)
class OrderAdmin(ActingAdmin[Order]):
    acts = (
        Act(
            name="ship",
            title="Ship",
            permission="orders.ship_order",
            hint="The whole order leaves in one parcel; its stock is booked out.",
            form=ShipForm,
            run=ship,
            is_possible=lambda order: order.status in {Status.CONFIRMED, Status.PROCESSING},
        ),
        Act(
            name="deliver",
            title="Mark as delivered",
            permission="orders.ship_order",
            run=deliver,
            is_possible=lambda order: order.status == Status.SHIPPED,
        ),
        Act(
            name="cancel",
            title="Cancel and refund",
            permission="orders.cancel_order",
            hint="Stock and coupon go back at once, money by the payment provider.",
            form=CancelForm,
            run=cancel,
            is_possible=lambda order: order.is_cancellable,
            is_grave=True,
        ),
        Act(
            name="mail",
            title="Send a mail again",
            permission="orders.mail_order",
            hint="It says what is so now; what isn't so is refused.",
            form=MailForm,
            initial=lambda order: {"fact": str(queries.facts_of(order)[-1])},
            run=resend_mail,
        ),
        START_RETURN,
    )
    actions = ("cancel_selected",)
    shows_personal_data = True
    history_parts = ("items", "addresses", "shipments", "changes", "notes", "returns", "invoices")
    list_display = ("order_number", "placed_at", "customer_email", "status", "payment", "amount")
    list_filter = ("status", "payment_status", "fulfilment_status")
    search_fields = ("order_number",)
    search_help_text = "An order number or an e-mail"
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Order]":
        return super().get_queryset(request).defer("price_trace", "metadata")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[Order], bool]":
        """Find by a number's beginning, or by a whole e-mail: both have an index."""
        term = search_term.strip()
        if "@" not in term:
            return queryset.filter(order_number__startswith=term.upper()), False
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


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin[Invoice]):
    """Invoices and credit notes as issued."""

    shows_personal_data = True
    list_display = ("number_of", "kind", "order", "issued_at", "amount")
    list_filter = ("kind",)
    list_select_related = ("order",)
    search_fields = ("order__order_number__startswith",)
    search_help_text = "An order number"
    ordering = ("-issued_at", "-id")
    sortable_by = ()
    fields = ("order", "kind", "series", "number", "corrects", "issued_at", "currency", "total")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Invoice]":
        return super().get_queryset(request).defer("snapshot")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.pdf_view))
        return [path("<uuid:row_id>/pdf/", view, name="orders_invoice_pdf"), *super().get_urls()]

    def pdf_view(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """Show a document as its reader has it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        paper = self.get_object(request, str(row_id))
        if paper is None or not paper.pdf:
            raise Http404
        self.note_view(paper)
        return pdf(paper.pdf, name=str(paper))

    @admin.display(description="Number", ordering="-id")
    def number_of(self, paper: Invoice) -> str:
        return str(paper)

    @admin.display(description="Total")
    def amount(self, paper: Invoice) -> str:
        return str(Money(paper.total, paper.currency))

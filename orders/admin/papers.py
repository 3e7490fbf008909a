"""Invoices and credit notes, as issued."""

from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from orders.models import Invoice
from shopflow.lib.admin import ReadOnlyAdmin
from shopflow.lib.http import pdf
from shopflow.lib.money import Money


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

"""Disputes: until when the bank wants an answer, what there is to say, and how it ended."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from payments import commands
from payments.models import Dispute
from payments.queries import evidence_of, evidence_pack, evidence_text
from shopflow.lib.admin import Act, ActingAdmin
from shopflow.lib.money import Money


class AnswerForm(forms.Form):
    text = forms.CharField(
        label="What the bank is told",
        widget=forms.Textarea(attrs={"rows": 20}),
        max_length=20_000,
        help_text="Everything the shop knows of the sale stands here already. Add what you know.",
    )


class OpenFilter(admin.SimpleListFilter):
    title = "the bank"
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Still decides"), ("no", "Has decided")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Dispute]":
        rows: QuerySet[Dispute] = queryset
        if self.value() in {"yes", "no"}:
            return rows.filter(closed_at__isnull=self.value() == "yes")
        return rows


def answer(dispute: Dispute, *, by: UUID | None, text: str) -> str:
    commands.answer_dispute(dispute_id=dispute.pk, text=text)
    return "The evidence is with the bank."


@admin.register(Dispute)
class DisputeAdmin(ActingAdmin[Dispute]):
    acts = (
        Act(
            name="answer",
            title="Answer the bank",
            permission="payments.change_dispute",
            hint="The bank reads this once. Look at the tracking first.",
            form=AnswerForm,
            initial=lambda dispute: {"text": evidence_text(evidence_of(dispute))},
            run=answer,
            is_possible=lambda dispute: dispute.closed_at is None,
            is_grave=True,
        ),
    )
    shows_personal_data = True
    list_display = ("order", "money", "reason", "status", "opened_at", "answer_due")
    list_filter = (OpenFilter, "provider")
    list_select_related = ("payment__order",)
    search_fields = ("payment__order__order_number__startswith", "provider_dispute_id__exact")
    search_help_text = "An order number or the provider's number of the dispute"
    ordering = ("-id",)
    sortable_by = ()

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_safe(self.pack_view))
        mine = path("<uuid:row_id>/evidence.zip", view, name="payments_dispute_evidence")
        return [mine, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Dispute]":
        return super().get_queryset(request).select_related("payment__order")

    def page_context(self, request: HttpRequest, row: Dispute) -> dict[str, Any]:
        return {"refund": row.refunds.first(), "is_late": _is_late(row)}

    def pack_view(self, request: HttpRequest, row_id: UUID) -> HttpResponse:
        """Hand out everything there is to show, as one file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        dispute = self.get_object(request, str(row_id))
        if dispute is None:
            raise Http404
        self.note_view(dispute)
        response = HttpResponse(evidence_pack(evidence_of(dispute)), content_type="application/zip")
        name = f"evidence-{dispute.payment.order}.zip"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    @admin.display(description="Order")
    def order(self, dispute: Dispute) -> str:
        return str(dispute.payment.order)

    @admin.display(description="Amount")
    def money(self, dispute: Dispute) -> str:
        return str(Money(dispute.amount, dispute.currency))

    @admin.display(description="Answer by (UTC)")
    def answer_due(self, dispute: Dispute) -> str:
        if dispute.closed_at is not None:
            return "—"
        due = f"{dispute.evidence_due_at:%Y-%m-%d %H:%M}" if dispute.evidence_due_at else "—"
        return f"{due} (too late)" if _is_late(dispute) else due


def _is_late(dispute: Dispute) -> bool:
    """Whether the bank wanted an answer by now and got none."""
    due = dispute.evidence_due_at
    is_open = dispute.closed_at is None and dispute.evidence_sent_at is None
    return is_open and due is not None and due < timezone.now()

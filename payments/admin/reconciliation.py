"""Whether the providers' ledgers and ours say the same: red or green, and what they paid out."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from payments.models import Payout, Reconciliation
from shopflow.lib.admin import ActingAdmin
from shopflow.lib.money import Money

# What each kind of difference means, and what to do about it.
MEANINGS = {
    "unknown_to_us": "The provider took money that belongs to no order of ours. Look it up there,"
    " and give it back or enter the order.",
    "unknown_to_them": "We say that money came, the provider knows nothing of it. Don't ship.",
    "captured": "The two sides say different amounts were taken.",
    "refunded": "The two sides say different amounts were given back, perhaps by hand at the"
    " provider.",
    "order_closed": "Money came for an order that is closed, and sending it back failed. Give it"
    " back by hand.",
    "dispute": "A card holder disputes money that we don't know.",
    "payout": "A payout has lines about nothing of ours, or doesn't add up.",
}
VERDICTS = {"ok": "Yes", "warning": "As far as was asked", "critical": "No"}


@admin.register(Reconciliation)
class ReconciliationAdmin(ActingAdmin[Reconciliation]):
    """Its list begins with the last verdict."""

    list_display = ("started_at", "verdict", "compared", "differing", "healed_count", "not_asked")
    list_display_links = ("started_at",)
    ordering = ("-id",)
    sortable_by = ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        last = Reconciliation.objects.order_by("-id").first()
        context = {"last": last, "rows": _rows(last) if last else [], **(extra_context or {})}
        return super().changelist_view(request, {**context, "title": "Does the money match?"})

    def page_context(self, request: HttpRequest, row: Reconciliation) -> dict[str, Any]:
        return {"rows": _rows(row)}

    @admin.display(description="The same?")
    def verdict(self, run: Reconciliation) -> SafeString:
        return format_html(
            '<span class="badge is-{}">{}</span>', run.verdict, VERDICTS[run.verdict]
        )

    @admin.display(description="Different")
    def differing(self, run: Reconciliation) -> int:
        return len(run.differences)

    @admin.display(description="Put right")
    def healed_count(self, run: Reconciliation) -> int:
        return len(run.healed)

    @admin.display(description="Didn't answer")
    def not_asked(self, run: Reconciliation) -> str:
        return ", ".join(text.partition(":")[0] for text in run.silent) or "—"


class MatchedFilter(admin.SimpleListFilter):
    title = "matched"
    parameter_name = "matched"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Matched"), ("no", "Not matched")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[Payout]":
        rows: QuerySet[Payout] = queryset
        if self.value() in {"yes", "no"}:
            return rows.filter(reconciled_at__isnull=self.value() == "no")
        return rows


@admin.register(Payout)
class PayoutAdmin(ActingAdmin[Payout]):
    list_display = ("created_at", "provider", "money", "status", "arrives_on", "is_matched")
    list_filter = (MatchedFilter, "provider")
    search_fields = ("provider_payout_id__exact",)
    search_help_text = "The provider's number of the payout"
    ordering = ("-id",)
    sortable_by = ()

    def page_context(self, request: HttpRequest, row: Payout) -> dict[str, Any]:
        about = ("payment__order", "refund__order", "dispute__payment__order")
        return {"lines": row.lines.select_related(*about).order_by("id")}

    @admin.display(description="Amount")
    def money(self, payout: Payout) -> str:
        return str(Money(payout.amount, payout.currency))

    @admin.display(description="Matched", boolean=True)
    def is_matched(self, payout: Payout) -> bool:
        return payout.reconciled_at is not None


def _rows(run: Reconciliation) -> list[dict[str, str]]:
    return [{**one, "meaning": MEANINGS.get(one["kind"], "")} for one in run.differences]

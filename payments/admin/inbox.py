"""What providers reported."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from payments import commands
from payments.models import PaymentEvent
from shopflow.lib.admin import ActingAdmin
from shopflow.lib.errors import DomainError

# So many events one click may process; each is a transaction of its own.
MOST_AT_ONCE = 50


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

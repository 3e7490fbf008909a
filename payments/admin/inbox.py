"""What providers reported."""

import json
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from payments import commands
from payments.gateways import gateway
from payments.gateways.base import UnknownProvider
from payments.models import PaymentEvent
from payments.models.events import MOST_TRIES, PaymentEventQuerySet
from shopflow.lib.admin import Act, ActingAdmin
from shopflow.lib.errors import DomainError

# So many events one click may process; each is a transaction of its own.
MOST_AT_ONCE = 50


def replay(event: PaymentEvent, *, by: UUID | None) -> str:
    return f"Processed: {commands.replay_event(event_id=event.pk)}."


class WaitingFilter(admin.SimpleListFilter):
    title = "processed"
    parameter_name = "processed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("given_up", "Given up"), ("waiting", "Waiting"), ("done", "Processed")]

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[PaymentEvent]":
        rows: PaymentEventQuerySet = queryset
        match self.value():
            case "given_up":
                return rows.given_up()
            case "waiting":
                return rows.waiting()
            case "done":
                return rows.exclude(processed_at=None)
            case _:
                return rows


@admin.register(PaymentEvent)
class PaymentEventAdmin(ActingAdmin[PaymentEvent]):
    """The inbox. What failed too often waits here for somebody, who lets it take effect again."""

    actions = ("process_now",)
    acts = (
        Act(
            name="replay",
            title="Process again",
            permission="payments.change_paymentevent",
            hint="Once you have put right what the last error says. It counts once, however often.",
            run=replay,
            is_possible=lambda event: event.processed_at is None,
        ),
    )
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
        return {
            "payload": json.dumps(_shown(row), indent=2, ensure_ascii=False),
            "is_given_up": row.processed_at is None and row.attempts >= MOST_TRIES,
        }

    @admin.action(description="Process now", permissions=["command"])
    def process_now(self, request: HttpRequest, events: "QuerySet[PaymentEvent]") -> None:
        chosen = list(events[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            text = f"Choose at most {MOST_AT_ONCE} events at once. Nothing was processed."
            self.message_user(request, text, messages.ERROR)
            return
        for event in chosen:
            try:
                outcome = commands.replay_event(event_id=event.pk)
            except DomainError as error:
                self.message_user(request, f"{event}: {error}", messages.ERROR)
            else:
                self.message_user(request, f"{event}: {outcome}", messages.SUCCESS)


def _shown(row: PaymentEvent) -> dict[str, Any]:
    """Return the payload without what opens a payment page or is about a person."""
    try:
        return gateway(row.provider).forget(row.payload)
    except UnknownProvider:
        return {"id": row.provider_event_id, "type": row.type}
